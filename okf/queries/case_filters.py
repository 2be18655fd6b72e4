"""What a list of cases may be narrowed by, and in which order it then stands."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, literal_column, select

from okf.clock import start_of
from okf.store.models import AccessGrant, Case
from okf.terms import CaseStatus, SupportKind


class CaseOrder(StrEnum):
    """In which order a list of cases stands."""

    NEWEST = "newest"
    OLDEST = "oldest"
    REFERENCE = "reference"
    STATUS = "status"
    LAST_CLOSED = "last_closed"
    WAITING = "waiting"


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

    @property
    def shape(self) -> tuple[str, ...]:
        """The names of the filters that are set: one statement is built for each shape."""
        return tuple(field.name for field in fields(self) if getattr(self, field.name))

    def values(self, overdue_since: date) -> dict[str, Any]:
        """What the set filters bind."""
        bound: dict[str, Any] = {name: getattr(self, name) for name in self.shape}
        bound.pop("unallocated", None)
        if self.overdue:
            bound["overdue"] = overdue_since
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
        return not (self.closed_from or self.closed_to) or not set(self.shape) - {"closed_from", "closed_to"}

    def orders(self) -> tuple[CaseOrder, ...]:
        """The orders in which such a list can stand without sorting all of it; the first is the natural one."""
        if self.reference:
            return (CaseOrder.REFERENCE,)
        if self.overdue or self.unallocated:
            return (CaseOrder.WAITING,)
        if self.closed_from or self.closed_to:
            return (CaseOrder.LAST_CLOSED,)
        if self.shape:
            return (CaseOrder.NEWEST, CaseOrder.OLDEST)
        return (CaseOrder.NEWEST, CaseOrder.OLDEST, CaseOrder.REFERENCE, CaseOrder.STATUS, CaseOrder.LAST_CLOSED)

    def order(self, wanted: CaseOrder | None) -> CaseOrder:
        """The order asked for where there is one, else the natural one."""
        orders = self.orders()
        return wanted if wanted in orders else orders[0]


NO_FILTER = CaseFilters()
_LAST = "\U0010ffff"  # sorts after every character that a reference can go on with


def _begins_with(dialect: str) -> ColumnElement[bool]:
    """Character by character and not by a language's order; PostgreSQL has operators and an index of its own for it."""
    at_least, below = ("~>=~", "~<~") if dialect == "postgresql" else (">=", "<")
    return and_(Case.ref.bool_op(at_least)(bindparam("reference")), Case.ref.bool_op(below)(bindparam("reference_end")))


def _instant(name: str) -> Any:
    return bindparam(name, type_=Case.closed_at.type)


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
    # A caseworker's cases are those in which they lead for a party.
    "caseworker": Case.ref.in_(
        select(AccessGrant.case_ref).where(
            AccessGrant.person == bindparam("caseworker"),
            AccessGrant.lead_for.is_not(None),
            AccessGrant.ended_at.is_(None),
        )
    ),
}


# A column of its own index misleads where another filter leaves fewer rows: within `coalesce` it has none.
_NOTHING: ColumnElement[str] = literal_column("''")
_LOOSELY: dict[str, ColumnElement[bool]] = {
    name: func.coalesce(column, _NOTHING) == bindparam(name, type_=column.type)
    for name, column in (("status", Case.status), ("kind_of_support", Case.kind_of_support), ("area", Case.area))
}
_NARROW = frozenset({"closed_from", "closed_to", "overdue", "unallocated", "reference", "caseworker"})


def conditions(shape: tuple[str, ...], dialect: str) -> list[ColumnElement[bool]]:
    """The conditions of a shape, each bound by the filter's name."""
    equal = _CONDITIONS | _LOOSELY if _NARROW.intersection(shape) else _CONDITIONS
    return [_begins_with(dialect) if name == "reference" else equal[name] for name in shape]
