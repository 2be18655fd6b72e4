"""How alike two names are: order, spelling, short forms, a part left out or changed."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from functools import cache, lru_cache
from itertools import product

from jellyfish import metaphone
from nicknames import NickNamer
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.fuzz import ratio

from okf.match.first_names import NAMES, NOBODY_SAYS, SHORT_FORMS, SPELLINGS

_SPELT_LEAST = 3  # letters of which a slip of the pen can be told from another word
_BLANK = 2  # letters of a phonetic key below which it tells too little: Joan and John sound alike to it


class Likeness(IntEnum):
    """How alike two names are, least first."""

    UNKNOWN = 0
    DIFFERENT = 1
    SAME_FAMILY = 2  # the family's name alone: a relative
    SAME_GIVEN = 3  # the first name alone: perhaps married, perhaps nobody
    SPELT = 4
    SHORT = 5
    PART = 6  # the same, with a name more or less
    ORDER = 7
    SAME = 8


@cache
def _namer() -> NickNamer:
    return NickNamer()


@cache
def related(word: str) -> frozenset[str]:
    """Short forms, long forms and other spellings of a first name, itself among them."""
    found = {word}
    for group in SPELLINGS:
        if word in group:
            found.update(group)
    found.update(SHORT_FORMS.get(word, ()), (short for short, longs in SHORT_FORMS.items() if word in longs))
    for formal in (word, *_namer().canonicals_of(word)):
        if frozenset({formal, word}) not in NOBODY_SAYS:
            found.update({formal, *_namer().nicknames_of(formal)})
    return frozenset(one for one in found if frozenset({one, word}) not in NOBODY_SAYS)


@cache
def _known(word: str) -> bool:
    """Whether it is a first name that a table holds, and so no slip of somebody's pen."""
    tables = (_namer().canonicals_of(word), _namer().nicknames_of(word), *(g for g in SPELLINGS if word in g))
    return any(tables) or word in NAMES


@cache
def sound(word: str) -> str:
    """How a word sounds; itself where it is written in other letters than ours."""
    return (metaphone(word) if word.isascii() else "") or word


def likeness(one: tuple[str, ...], other: tuple[str, ...]) -> Likeness:
    """How alike two names are, given as words; neither's order is trusted."""
    if not one or not other:
        return Likeness.UNKNOWN
    if one == other or "".join(one) == "".join(other):
        return Likeness.SAME
    if sorted(one) == sorted(other):
        return Likeness.ORDER
    if min(len(one), len(other)) == 1:
        return _of_one_word(one, other)
    pairs = _paired(one, other)
    whole = len(pairs) == min(len(one), len(other))
    if whole:
        worst = min(kind for _, _, kind in pairs)
        left_out = len(one) != len(other)
        return Likeness.PART if left_out and worst is Likeness.SAME else worst if worst else Likeness.PART
    if len(one) != len(other) and ratio("".join(one), "".join(other)) >= 92:  # Mc Donald
        return Likeness.SPELT
    given = any(at == 0 and there == 0 for at, there, _ in pairs)
    family = any(at == len(one) - 1 and there == len(other) - 1 for at, there, _ in pairs)
    if given and not family:
        return Likeness.SAME_GIVEN
    return Likeness.SAME_FAMILY if pairs else Likeness.DIFFERENT


def _of_one_word(one: tuple[str, ...], other: tuple[str, ...]) -> Likeness:
    """A first name or a family name alone says little, and never more than that it is the same."""
    short, long = (one, other) if len(one) == 1 else (other, one)
    for at, word in enumerate(long):
        if _alike(short[0], word, family=at == len(long) - 1 and at > 0):
            if len(long) == 1:
                return Likeness.SAME_GIVEN
            return Likeness.SAME_FAMILY if at == len(long) - 1 else Likeness.SAME_GIVEN
    return Likeness.DIFFERENT


def _paired(one: tuple[str, ...], other: tuple[str, ...]) -> list[tuple[int, int, Likeness]]:
    """Which word of one stands for which of the other, the best pairs first, each word once."""
    last, last_there = len(one) - 1, len(other) - 1
    found = []
    for (at, word), (there, that) in product(enumerate(one), enumerate(other)):
        kind = _alike(word, that, family=at == last or there == last_there)
        if kind:
            found.append((kind, -abs((at == last) - (there == last_there)), at, there))
    pairs: list[tuple[int, int, Likeness]] = []
    for kind, _, at, there in sorted(found, reverse=True):
        if all(at != a and there != t for a, t, _ in pairs):
            pairs.append((at, there, kind))
    return pairs


def named_so(wanted: Iterable[str], name: str) -> bool:
    """Whether each of these words begins a word of a name, or is another form or spelling of one; both are folded."""
    has = name.split()
    return all(
        any(word.startswith(one) or (len(one) >= _SPELT_LEAST and _alike(one, word, family=True)) for word in has)
        for one in wanted
    )


@lru_cache(maxsize=100_000)
def _alike(word: str, that: str, *, family: bool) -> Likeness:
    """Whether two words are one name: the same, a short form, or spelt otherwise; UNKNOWN where they are two names."""
    if word == that:
        return Likeness.SAME
    if that in related(word) or word in related(that):
        return Likeness.SHORT
    shorter, longer = sorted((len(word), len(that)))
    if shorter == 1:  # an initial
        return Likeness.PART if word[0] == that[0] else Likeness.UNKNOWN
    if _known(word) and _known(that) and not family:
        return Likeness.UNKNOWN  # Daniel and Danielle are two names, however few letters lie between them
    slips = OSA.distance(word, that)
    if slips == 1 and sorted(word) == sorted(that) and longer >= 4:
        return Likeness.SPELT  # two letters turned
    heard = sound(word) == sound(that)
    clear = len(sound(word)) > _BLANK
    alike = (
        (slips <= 1 and longer >= 6)
        or (slips <= 1 and heard and (clear or family) and longer >= 4)
        or (slips <= 1 and longer == 5 and (family or heard))
        or (slips <= 2 and longer >= 8 and JaroWinkler.similarity(word, that) >= 0.9)
        or (heard and clear and ratio(word, that) >= 60)
    )
    return Likeness.SPELT if alike else Likeness.UNKNOWN
