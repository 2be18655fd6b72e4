"""What a list of cases may be narrowed by, and in which order it then stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, bindparam, case, func, literal_column, select

from okf.clock import london_date, start_of
from okf.paging import Count, Sort
from okf.policy.allocation import overdue_if_since
from okf.policy.facts import PolicySettings
from okf.store import tallies
from okf.store.models import Absence, AccessGrant, Case, Person, Task
from okf.store.visible import not_ended
from okf.terms import CaseStatus, SupportKind
from okf.terms.caseload import ClosureOutcome, WaitBand


class CaseOrder(StrEnum):
    """By what a list of cases can stand."""

    OPENED = "opened"
    REFERENCE = "reference"
    STATUS = "status"
    KIND = "kind"
    AREA = "area"
    ALLOCATION = "allocation"
    CLOSED = "closed"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class CaseFilters:
    """What is asked for; empty ones ask for nothing. Dates are London's, both ends included."""

    reference: str | None = None
    status: CaseStatus | None = None
    kind_of_support: SupportKind | None = None
    area: str | None = None
    caseworker: str | None = None
    opened_from: date | None = None
    opened_to: date | None = None
    closed_from: date | None = None
    closed_to: date | None = None
    overdue: bool = False
    unallocated: bool = False
    live: bool = False
    quiet: bool = False
    late_tasks: bool = False
    losing: bool = False
    outcome: ClosureOutcome | None = None
    allocated_after: WaitBand | None = None
    contacted_after: WaitBand | None = None

    @property
    def shape(self) -> tuple[str, ...]:
        """The names of the filters that are set: one statement is built for each shape."""
        names = (field.name for field in fields(self) if getattr(self, field.name))
        return tuple(f"{name}_not_yet" if getattr(self, name) is WaitBand.NOT_YET else name for name in names)

    def values(self, at: datetime, settings: PolicySettings) -> dict[str, Any]:
        """What the set filters bind, at an instant and by the settings of then."""
        today = london_date(at)
        bound: dict[str, Any] = {name: getattr(self, name) for name in self.shape if name in _BOUND}
        if self.overdue:
            bound["overdue"] = overdue_if_since(today, settings)
        if self.quiet:
            bound["quiet"] = today - timedelta(days=settings.no_contact_days)
        if self.late_tasks:
            bound["today"] = today
        if self.losing:
            soon = today + timedelta(days=settings.losing_days)
            bound |= {"today": today, "soon": soon, "until": start_of(soon + timedelta(days=1))}
        for name in ("allocated_after", "contacted_after"):
            band = bound.pop(name, None)
            if band is not None and band.days:
                bound[f"{name}_least"], bound[f"{name}_most"] = band.days
        if self.closed_from:
            bound["closed_from"] = start_of(self.closed_from)
        if self.closed_to:
            bound["closed_to"] = start_of(self.closed_to + timedelta(days=1))
        if self.reference:
            start = self.reference.strip()
            bound["reference"] = start.upper() if start[:3].upper() == "OKF" else start
            bound["reference_end"] = bound["reference"] + _LAST
        return bound

    @property
    def countable(self) -> bool:
        """Whether an index counts what they leave: not where a span of closing dates is filtered further."""
        further = set(self.shape) - {"closed_from", "closed_to", "outcome"}
        return not (self.closed_from or self.closed_to) or not further

    @property
    def sort(self) -> Sort:
        """How such a list stands by itself."""
        if self.reference:
            return Sort(CaseOrder.REFERENCE)
        if self.overdue or self.unallocated:
            return Sort(CaseOrder.ALLOCATION)
        if self.quiet:
            return Sort(CaseOrder.QUIET)
        if self.closed_from or self.closed_to:
            return Sort(CaseOrder.CLOSED, descending=True)
        return Sort(CaseOrder.OPENED, descending=True)

    def sorts(self, count: Count | None) -> tuple[str, ...]:
        """By what such a list can stand without more being sorted than is counted: a few cases by everything."""
        if count is not None and not count.more:
            return tuple(CaseOrder)
        return (self.sort.by,) if self.shape else tuple(one for one in CaseOrder if one is not CaseOrder.QUIET)


NO_FILTER = CaseFilters()
_BOUND = frozenset(
    {
        "reference",
        "status",
        "kind_of_support",
        "area",
        "caseworker",
        "opened_from",
        "opened_to",
        "outcome",
        "allocated_after",
        "contacted_after",
    }
)
_LAST = "\U0010ffff"  # sorts after every character that a reference can go on with


def _begins_with(dialect: str) -> ColumnElement[bool]:
    """Character by character and not by a language's order; PostgreSQL has operators and an index of its own for it."""
    at_least, below = ("~>=~", "~<~") if dialect == "postgresql" else (">=", "<")
    return and_(Case.ref.bool_op(at_least)(bindparam("reference")), Case.ref.bool_op(below)(bindparam("reference_end")))


def _instant(name: str) -> Any:
    return bindparam(name, type_=Case.closed_at.type)


_LEADS = (AccessGrant.lead_for.is_not(None), not_ended())
_UNTIL = bindparam("until", type_=AccessGrant.until.type)
_CONDITIONS: dict[str, ColumnElement[bool]] = {
    "status": Case.status == bindparam("status"),
    "kind_of_support": Case.kind_of_support == bindparam("kind_of_support"),
    "area": Case.area == bindparam("area"),
    "opened_from": Case.opened_on >= bindparam("opened_from"),
    "opened_to": Case.opened_on <= bindparam("opened_to"),
    "closed_from": Case.closed_at >= _instant("closed_from"),
    "closed_to": Case.closed_at < _instant("closed_to"),
    "overdue": Case.unallocated_since <= bindparam("overdue"),
    "unallocated": Case.unallocated_since.is_not(None),
    "live": Case.closed_at.is_(None),
    "quiet": and_(Case.closed_at.is_(None), Case.quiet_since <= bindparam("quiet")),
    "outcome": Case.outcome == bindparam("outcome"),
    "late_tasks": and_(
        Case.closed_at.is_(None),
        Case.ref.in_(select(Task.case_ref).where(Task.done_at.is_(None), Task.due_on < bindparam("today"))),
    ),
    # A caseworker's cases are those in which they lead for a party.
    "caseworker": Case.ref.in_(
        select(AccessGrant.case_ref).where(AccessGrant.person == bindparam("caseworker"), *_LEADS)
    ),
}


# A column of its own index misleads where another filter leaves fewer rows: within `coalesce` it has none.
_NOTHING: ColumnElement[str] = literal_column("''")
_LOOSELY: dict[str, ColumnElement[bool]] = {
    name: func.coalesce(column, _NOTHING) == bindparam(name, type_=column.type)
    for name, column in (("status", Case.status), ("kind_of_support", Case.kind_of_support), ("area", Case.area))
}
_NARROW = frozenset(
    {"closed_from", "closed_to", "overdue", "unallocated", "reference", "caseworker", "quiet", "late_tasks", "losing"}
)


def conditions(shape: tuple[str, ...], dialect: str) -> list[ColumnElement[bool]]:
    """The conditions of a shape, each bound by the filter's name."""
    equal = _CONDITIONS | _LOOSELY if _NARROW.intersection(shape) else _CONDITIONS
    return [equal[name] if name in equal else _SAID_APART[name](dialect) for name in shape]


def _losing(dialect: str) -> ColumnElement[bool]:
    """A lead's access that has run out or soon does; a lead who leaves, or is away for a week with nobody for them."""
    long: ColumnElement[bool] = literal_column(f"{tallies.days(dialect, 'absence.ends_on', 'absence.starts_on')} >= 6")
    away = select(Absence.person).where(
        Absence.starts_on <= bindparam("soon"),
        Absence.ends_on >= bindparam("today"),
        Absence.covered_by.is_(None),
        Absence.cancelled_at.is_(None),
        long,
    )
    gone = select(Person.username).where(Person.left_at < _UNTIL)
    ending = select(AccessGrant.case_ref).where(*_LEADS, AccessGrant.until < _UNTIL)
    theirs = select(AccessGrant.case_ref).where(*_LEADS, AccessGrant.person.in_(away.union(gone)))
    return and_(Case.closed_at.is_(None), Case.ref.in_(ending.union(theirs)))


def _waited(name: str, until: str, dialect: str) -> ColumnElement[bool]:
    days: ColumnElement[int] = literal_column(tallies.waited_days(dialect, until), Integer)
    # The first band has those too who were seen before the family asked: nobody waited.
    least = case((bindparam(f"{name}_least") > 0, bindparam(f"{name}_least")), else_=-_LONG)
    return days.between(least, bindparam(f"{name}_most"))


_LONG = 100_000
_SAID_APART: dict[str, Callable[[str], ColumnElement[bool]]] = {
    "reference": _begins_with,
    "losing": _losing,
    "allocated_after": partial(_waited, "allocated_after", "allocated_on"),
    "contacted_after": partial(_waited, "contacted_after", "contacted_on"),
    "allocated_after_not_yet": lambda _: Case.allocated_on.is_(None),
    "contacted_after_not_yet": lambda _: Case.contacted_on.is_(None),
}
