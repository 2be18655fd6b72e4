"""The keys by which a store finds whom somebody may be without reading everyone: what is kept, and what is sought.

A person has a handful: each pair of words of their name by sound, each word
by sound with the other's first, all letters of the name at once (which order,
spaces and turned letters don't change), date of birth, numbers, addresses.
The keys are wide on purpose; `compare` says who is meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from okf.match.names import related, sound
from okf.match.normal import Described

SHORT_FORMS_MOST = 40


@dataclass(frozen=True, slots=True)
class Sought:
    """The keys to look for: strong ones, each enough to look at somebody, and weak ones, of which more is better."""

    strong: frozenset[str]
    weak: frozenset[str]


def kept_keys(told: Described) -> frozenset[str]:
    """The keys under which somebody is kept."""
    found = {key for name in told.names for key in _of_name(name)}
    return frozenset(found.union(_of_contact(told), (f"born {told.born}",) if told.born else ()))


def sought_keys(told: Described) -> Sought:
    """The keys under which somebody may be kept: with the short forms of their names, and their birthday turned."""
    strong = set(_of_contact(told))
    if told.born:
        strong.add(f"born {told.born}")
        if told.born.day <= 12:
            strong.add(f"born {told.born.replace(month=told.born.day, day=told.born.month)}")
    weak: set[str] = set()
    for name in told.names:
        for key in _of_name(name):
            (weak if key.startswith("begins") else strong).add(key)
        for word, other in combinations(name, 2):
            strong.update(_pair(form, other) for form in _forms(word))
            strong.update(_pair(word, form) for form in _forms(other))
    return Sought(frozenset(strong), frozenset(weak))


def _forms(word: str) -> list[str]:
    return sorted(related(word))[:SHORT_FORMS_MOST]


@lru_cache(maxsize=20_000)
def _of_name(name: tuple[str, ...]) -> tuple[str, ...]:
    found = [f"letters {''.join(sorted(set(''.join(name))))}"]
    if len(name) == 1:
        return (*found, f"word {sound(name[0])}")
    for word, other in combinations(name, 2):
        found += [
            _pair(word, other),
            f"begins {sound(word)} {sound(other)[0]}",
            f"begins {sound(other)} {sound(word)[0]}",
        ]
    return tuple(dict.fromkeys(found))


def _pair(word: str, other: str) -> str:
    return "pair " + " ".join(sorted((sound(word), sound(other))))


def _of_contact(told: Described) -> Iterator[str]:
    for number in told.phones:
        yield f"phone {number}"
    if told.email:
        yield f"mail {told.email}"
    if told.postcode:
        yield f"post {told.postcode}"
    elif told.house:
        yield f"house {told.house}"
