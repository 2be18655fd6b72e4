"""The directory of local authorities: which one an area has, at which door whom to ring, when it is looked at again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from hashlib import sha256
from types import MappingProxyType
from typing import Final

from okf.match.fold import folded

MOST_STEPS: Final = 6
MOST_DAYS: Final = 30
# What is said of an authority, as the screen calls it and in the order of the form.
LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "name": "Name",
        "areas": "Areas, one a line",
        "hours": "Office hours",
        "children_phone": "Children's front door (MASH), telephone",
        "children_email": "Children's front door (MASH), e-mail",
        "out_of_hours_phone": "Out of hours, telephone",
        "lado_name": "Designated officer (LADO), name",
        "lado_phone": "Designated officer (LADO), telephone",
        "lado_email": "Designated officer (LADO), e-mail",
        "adults_phone": "Adults' front door, telephone",
        "adults_email": "Adults' front door, e-mail",
        "police_force": "Police force, reached by 101",
        "police_unit": "Police unit for child protection",
        "police_phone": "Its own number",
        "threshold_document": "Threshold document: its name or address",
        "notes": "Notes",
    }
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an authority's way of settling a professional disagreement: whom to write to, and how long they have.

    `working_days` are those within which they answer.
    """

    who: str
    contact: str | None
    working_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A local authority as the directory has it; `id` is None for one that is not on file yet."""

    name: str
    areas: tuple[str, ...] = ()
    is_default: bool = False
    hours: str | None = None
    children_phone: str | None = None
    children_email: str | None = None
    out_of_hours_phone: str | None = None
    lado_name: str | None = None
    lado_phone: str | None = None
    lado_email: str | None = None
    adults_phone: str | None = None
    adults_email: str | None = None
    police_force: str | None = None
    police_unit: str | None = None
    police_phone: str | None = None
    threshold_document: str | None = None
    notes: str | None = None
    checked_on: date | None = None
    checked_by: str | None = None
    id: int | None = None
    steps: tuple[Step, ...] = field(default=())

    def due_again(self, today: date, after_days: int) -> bool:
        """Whether nobody has looked for so long, or ever, whether its numbers are right."""
        return self.checked_on is None or self.checked_on + timedelta(days=after_days) <= today

    @property
    def mark(self) -> str:
        """By which it is known to say what somebody had before them; another check alone doesn't change it."""
        said = replace(self, id=None, checked_on=None, checked_by=None)
        return sha256(repr(said).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Door:
    """Whom to ring or write to at an authority for one kind of recipient: `name` tells them from all others.

    `who` is how they are called there, where they have a name of their own.
    """

    name: str
    phone: str | None
    email: str | None = None
    hours: str | None = None
    who: str | None = None

    @property
    def in_words(self) -> str:
        """The whole of it in one line."""
        return ", ".join(filter(None, (self.name, self.phone, self.email, self.hours)))


def _children(at: Authority) -> Door:
    return Door(f"{at.name}, children's front door (MASH)", at.children_phone, at.children_email, at.hours)


def _out_of_hours(at: Authority) -> Door:
    return Door(f"{at.name}, out of hours", at.out_of_hours_phone, None, "evenings, nights, weekends and bank holidays")


def _adults(at: Authority) -> Door:
    return Door(f"{at.name}, adults' front door", at.adults_phone, at.adults_email, at.hours)


def _lado(at: Authority) -> Door:
    name = f"{at.lado_name}, {at.name}" if at.lado_name else f"{at.name}, designated officer"
    return Door(name, at.lado_phone, at.lado_email, at.hours, at.lado_name)


def _police(at: Authority) -> Door:
    unit = f"{at.police_unit or 'unit for child protection'}: {at.police_phone}" if at.police_phone else at.police_unit
    return Door(at.police_force or f"Police of {at.name}", "101", None, unit, at.police_force)


# By the kinds of recipient of a decision on a concern.
DOORS: Final[Mapping[str, Callable[[Authority], Door]]] = MappingProxyType(
    {
        "la_children": _children,
        "la_out_of_hours": _out_of_hours,
        "la_adults": _adults,
        "lado": _lado,
        "police_101": _police,
    }
)


def refusals(one: Authority, others: Iterable[Authority], today: date) -> Iterator[tuple[str, str]]:
    """What is wrong with an entry beside the others of the directory: the field, and a sentence."""
    for other in others:
        if folded(other.name) == folded(one.name):
            yield "name", f"{other.name} is in the directory already"
        for area in one.areas:
            if folded(area) in map(folded, other.areas):
                yield "areas", f"{area} is an area of {other.name}: each area has one authority"
    if (one.checked_on is None) != (one.checked_by is None):
        yield "checked_by", "a check has both its day and who made it"
    if one.checked_on is not None and one.checked_on > today:
        yield "checked_on", "this day is still to come"
    if len(one.steps) > MOST_STEPS or any(not 0 < step.working_days <= MOST_DAYS for step in one.steps):
        yield "steps", f"there are at most {MOST_STEPS} steps, each of 1 to {MOST_DAYS} working days"


def door(at: Authority, kind: str) -> Door | None:
    """Whom to ring there for a kind of recipient; None where the directory has none of that kind."""
    made = DOORS.get(kind)
    return made(at) if made else None


def of_area(directory: Iterable[Authority], area: str | None) -> Authority | None:
    """The authority of an area, by one of its areas or by its own name; the default one where none has it."""
    listed, wanted = list(directory), folded(area)
    found = [one for one in listed if wanted and wanted in map(folded, (one.name, *one.areas))]
    return next(iter(found), None) or next((one for one in listed if one.is_default), None)


def named_in(directory: Iterable[Authority], recipient: str | None) -> Authority | None:
    """The authority whose name stands in a recipient's, the longest such name; None where none does."""
    said = f" {folded(recipient)} "
    found = [one for one in directory if f" {folded(one.name)} " in said]
    return max(found, key=lambda one: len(one.name), default=None)
