"""Whether somebody may be meant in running text: by one name alone, a short form, or another spelling."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

from okf.match.fold import folded
from okf.match.names import Likeness, likeness, related
from okf.match.normal import words_of
from okf.terms import Role

_WORD: Final = re.compile(r"[^\W_]+(?:['’‘`-][^\W_]+)*")
_NAMED: Final = frozenset({Likeness.SAME, Likeness.SAME_GIVEN, Likeness.SAME_FAMILY})
_ORDINARY = """
angel art ash autumn bay bill bishop black bond brook brown bush carol carter chance chase church cliff close cook
cooper crystal daisy dale dawn day dean dot drew early faith field fielding finch ford forest fox france frank gay
gene glen grace grant gray green guy hale hall heath heather hill holly hope hunt hunter iris ivy jack jade jean jo
joy june just king knight lane lark law lead lee lily little long love lucky marsh mark may mercy mike miles miller
mills mo moss nan nick olive page paris park parker pat patience pearl penny pip pope poppy potter price prudence
ray rich river rob rod rose rosemary ruby rush rusty sandy scott short skip smith sonny spring star sterling stone
street sue summer sunny sky skye tad tailor taylor temple tie tim trinity troy tucker viola violet walker ward
waters way weaver west white will willow winter wise wood woods worth young april august al ed
"""
# Names that are words as well: only a capital makes them a name. The list may grow; a missing one bars too much.
ORDINARY: Final = frozenset(_ORDINARY.split())

# The longest first: a deputy lead is no lead. The deputy head of a school is none of them.
_ROLES: Final = (
    (
        Role.DEPUTY_DSL,
        r"deput(?:y|ies)(?! (?:head|manager|chair))(?: (?:designated )?(?:safeguarding leads?|dsls?))?|ddsls?",
    ),
    (Role.DSL, r"dsls?|designated (?:safeguarding )?(?:leads?|officers?)|safeguarding (?:leads?|officers?)"),
    (Role.SAFEGUARDING_TRUSTEE, r"(?:lead |safeguarding )?trustees?(?: for safeguarding)?"),
)


def roles_mentioned(texts: Iterable[str | None]) -> frozenset[Role]:
    """Which of a lead, a deputy and a safeguarding trustee these texts speak of by what they do here."""
    found: set[Role] = set()
    for text in texts:
        said = " ".join(re.findall(r"\w+", (text or "").casefold()))
        for role, words in _ROLES:
            said, many = re.subn(rf"\b(?:{words})\b", "-", said)
            found.update({role} if many else ())
    return frozenset(found)


def mentioned(texts: Iterable[str | None], name: str) -> bool:
    """Whether one of these texts may mean somebody of this name, folded or not; the whole word, wherever it stands.

    A word that is an ordinary one too, and another spelling, count as a name
    where they are written with a capital, or where nothing in the text is.
    """
    wanted = tuple(part for part in words_of(name) if len(part) > 1)  # an initial is no name
    return any(_is_meant(word, as_name, wanted) for text in texts for word, as_name in _words(text or ""))


def _words(text: str) -> frozenset[tuple[str, bool]]:
    """The folded words of a text, each with whether it is written as a name is."""
    plain = not any(letter.isupper() for letter in text)
    found: set[tuple[str, bool]] = set()
    for match in _WORD.finditer(text):
        as_name = plain or not match[0][0].islower()
        own = re.sub(r"(?<=\w{3})(?<!s)s$", "", match[0]) if as_name else match[0]  # Danas
        for written in {match[0], own, re.sub(r"['’‘`]s?$|['’‘`]s\b", "", match[0])}:  # Dana's
            found.update((word, as_name) for word in folded(written).split())
    return frozenset(found)


@cache
def _is_meant(word: str, as_name: bool, wanted: tuple[str, ...]) -> bool:
    if len(word) < 2 or (word in ORDINARY and not as_name):
        return False
    if any(word in related(part) for part in wanted):
        return True
    return as_name and likeness((word,), wanted) in _NAMED
