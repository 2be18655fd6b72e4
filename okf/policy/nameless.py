"""A text with roles in the place of names: whom we know is replaced, what may be a name is marked to be checked.

Nothing doubtful is decided by a machine: a word that is like a name we know
becomes `[Parent A?]`, one that looks like a name of somebody else stands in
`[check: ...]`, and a text with such marks is handed to nobody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from zxcvbn.frequency_lists import FREQUENCY_LISTS  # type: ignore[import-untyped]

from okf.match.names import Likeness, likeness
from okf.match.normal import words_of
from okf.policy.redaction import merged, where

FAMILY: Final = "[family name]"
MARKED: Final = re.compile(r"\[check: [^\]]*\]|\[[^\]\n]{1,80}\?\]")
_GONE: Final = (
    (re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.-]+\b"), "[e-mail address]"),
    (re.compile(r"\b[A-Z]{1,4}-[A-Z0-9-]*[A-Z0-9]\b"), "[reference]"),
    (re.compile(r"(?<!\w)(?:\+44|0)\d(?:[\s()-]?\d){8,10}\b"), "[telephone number]"),
    (re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b"), "[postcode]"),
)
# Within a word stand the signs of the scripts that have them, and what nobody sees.
_SIGNS: Final = r"\u0300-\u036f\u0591-\u05c7\u064b-\u0670\u0900-\u0963\u0966-\u109f\u1780-\u17d3\u00ad\u200b-\u200f"
_WORD: Final = re.compile(rf"\[[^\]\n]*\]|[^\W\d_][\w'’ʼ{_SIGNS}-]*", re.UNICODE)
_NEW: Final = re.compile(r"(?:^|[.!?:;]['\"”’)]*\s+|\n\s*|[\"“‘(]\s*)$")
# Names that are words too: written small they are left alone.
_SMALL: Final = (
    "will may mark grace hope rose faith joy dawn summer june april art bill frank rich sunny iris ivy pat sue"
    " drew jack major king young long day page cook hill wood field brook north west small short little white"
    " brown black green grey best good price lead said and the for was has had her his him she they who with from"
    " that this home"
)
# Written large, and nobody's name.
_LARGE: Final = (
    "i okf our kids first casebook monday tuesday wednesday thursday friday saturday sunday january february"
    " march april may june july august september october november december christmas easter parent child adult"
    " person caseworker volunteer therapist mediator manager safeguarding lead deputy trustee worker commission"
    " charity police nhs gp lado mr mrs ms miss dr school court english britain england wales uk mum dad mummy"
    " daddy british council a b c d e"
)
_WORDS: Final = frozenset(_SMALL.split())
_PLAIN: Final = frozenset(_LARGE.split())


def without_names(text: str, roles: Mapping[str, str]) -> str:
    """The text with each of these names replaced by its role, in whatever spelling; what is doubtful is marked.

    `roles` has a role by name. A family's name that several share says no
    more than that it is one.
    """
    for pattern, told in _GONE:
        text = pattern.sub(told, text)
    for name, role in sorted(roles.items(), key=lambda one: -len(one[0])):
        if len(words_of(name)) > 1:
            text = _replaced(text, name, role)
    known = _by_word(roles)
    made, at = [], 0
    for found in _WORD.finditer(text):
        made += [text[at : found.start()], _told(text, found, known)]
        at = found.end()
    return "".join([*made, text[at:]])


def left_to_check(text: str) -> int:
    """How many marks a text still has."""
    return len(MARKED.findall(text))


def _replaced(text: str, name: str, role: str) -> str:
    made, at = [], 0
    for start, end in merged(where(text, name), len(text)):
        made += [text[at:start], f"[{role}]"]
        at = end
    return "".join([*made, text[at:]])


def _by_word(roles: Mapping[str, str]) -> dict[str, str]:
    """What stands for each word of these names: the role, or that it is a family's name."""
    held: dict[str, set[str]] = {}
    for name, role in roles.items():
        for word in words_of(name):
            if len(word) > 1:
                held.setdefault(word, set()).add(role)
    return {word: f"[{next(iter(of))}]" if len(of) == 1 else FAMILY for word, of in held.items()}


def _told(text: str, found: re.Match[str], known: Mapping[str, str]) -> str:
    word = found.group()
    if word.startswith("["):
        return word
    bare = re.sub(r"['’]s?$", "", word)
    [plain] = words_of(bare)[:1] or ("",)
    large = not word[0].islower()  # a script without capitals may write a name anywhere
    if plain in known:
        if large:
            return known[plain]
        return word if plain in _WORDS else f"{known[plain][:-1]}?]"
    if not large or plain in _PLAIN or len(plain) < 2:
        return word
    parts = [part for part in re.split(r"[-'’]", bare) if part]
    if like := next((known[one] for one in known if any(_alike(one, words_of(part)) for part in (bare, *parts))), None):
        return f"{like[:-1]}?]"
    begins = bool(_NEW.search(text[: found.start()])) or found.start() == 0
    return word if begins and plain in _ordinary() else f"[check: {word}]"


@cache
def _ordinary() -> frozenset[str]:
    """Words that begin a sentence without being a name; lists of them hold no first names and no family names."""
    return frozenset([*FREQUENCY_LISTS["english_wikipedia"], *FREQUENCY_LISTS["us_tv_and_film"]]) | _WORDS


def _alike(name: str, word: tuple[str, ...]) -> bool:
    return likeness((name,), word[:1]) >= Likeness.SAME_FAMILY if word else False
