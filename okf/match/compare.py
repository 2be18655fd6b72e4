"""How sure it is that two descriptions are of one person, in words, and why.

The weights are our default, in the manner of record linkage: what agrees
adds, what contradicts takes away, what is not known does neither. A relative
shares the family's name, the address and often the telephone: so without the
same first name it takes a date of birth and an e-mail address of one's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Final

from rapidfuzz.distance import OSA

from okf.match.names import Likeness, likeness
from okf.match.normal import Described
from okf.terms.intake import Confidence


@dataclass(frozen=True, slots=True)
class Match:
    """That two descriptions may be of one person: how sure it is, and what speaks for and against it."""

    confidence: Confidence
    reasons: tuple[str, ...]
    weight: float


_NAMES: Final = {
    Likeness.SAME: (6.0, "same name"),
    Likeness.ORDER: (5.5, "same name in another order"),
    Likeness.PART: (5.0, "same name, with a part left out"),
    Likeness.SHORT: (5.0, "a short or other form of the name"),
    Likeness.SPELT: (5.0, "name spelt differently"),
    Likeness.SAME_GIVEN: (1.5, "same first name"),
    Likeness.SAME_FAMILY: (-6.0, "same family name"),
    Likeness.DIFFERENT: (-6.0, "another name"),
    Likeness.UNKNOWN: (0.0, ""),
}
_BORN, _TURNED, _NEAR, _OTHER_DAY = 6.0, 5.0, 3.0, -5.0
_PHONE, _MAIL, _HOME, _POSTCODE = 5.0, 6.0, 3.0, 1.5
_VERY_LIKELY, _LIKELY, _POSSIBLE = 10.0, 7.5, 4.5


def compare(one: Described, other: Described) -> Match | None:
    """Whether two descriptions may be of one person; None where nobody would think so."""
    name = max((likeness(a, b) for a, b in product(one.names, other.names)), default=Likeness.UNKNOWN)
    weight, said = _NAMES[name]
    reasons: list[tuple[float, str]] = [(weight, said)] if said else []
    reasons += [reason for reason in (_born(one, other), *_contact(one, other)) if reason]
    total = sum(points for points, _ in reasons)
    if name in (Likeness.DIFFERENT, Likeness.SAME_FAMILY) and not _beyond_a_name(one, other):
        return None
    if name <= Likeness.SAME_FAMILY and total >= _POSSIBLE:
        confidence = Confidence.POSSIBLE
    elif total >= _VERY_LIKELY:
        confidence = Confidence.VERY_LIKELY
    elif total >= _LIKELY:
        confidence = Confidence.LIKELY
    elif total >= _POSSIBLE:
        confidence = Confidence.POSSIBLE
    else:
        return None
    ordered = sorted(reasons, key=lambda reason: (-abs(reason[0]), reason[1]))
    return Match(confidence, tuple(said for _, said in ordered), total)


def _beyond_a_name(one: Described, other: Described) -> bool:
    """Another name, and yet perhaps the same person: born on the same day, with the same address of their own."""
    return one.born is not None and one.born == other.born and one.email is not None and one.email == other.email


def _born(one: Described, other: Described) -> tuple[float, str] | None:
    if one.born is None or other.born is None:
        return None
    if one.born == other.born:
        return _BORN, "same date of birth"
    if (one.born.year, one.born.month, one.born.day) == (other.born.year, other.born.day, other.born.month):
        return _TURNED, "date of birth with day and month swapped"
    if OSA.distance(f"{one.born:%Y%m%d}", f"{other.born:%Y%m%d}") == 1:
        return _NEAR, "date of birth differs in one figure"
    return _OTHER_DAY, "another date of birth"


def _contact(one: Described, other: Described) -> list[tuple[float, str]]:
    found = []
    if one.phones & other.phones:
        found.append((_PHONE, "same phone number"))
    if one.email and one.email == other.email:
        found.append((_MAIL, "same e-mail address"))
    if (
        one.house
        and one.house == other.house
        and (one.postcode == other.postcode or not (one.postcode and other.postcode))
    ):
        found.append((_HOME, "same address"))
    elif one.postcode and one.postcode == other.postcode:
        found.append((_POSTCODE, "same postcode"))
    return found
