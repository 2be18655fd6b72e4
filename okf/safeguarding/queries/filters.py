"""What the queue of concerns may be narrowed by, and in which order it then stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, Final

from sqlalchemy import Integer, and_, bindparam, case, or_, select, text, true

from okf.clock import end_of, london_date
from okf.paging import AnySelect, Sort, instant_of, keyset
from okf.store.models import Concern
from okf.store.visible import concerns_counted_for, concerns_visible_to
from okf.terms import ConcernStatus, Severity
from okf.terms.concerns import ConcernCategory

NOBODY: Final = "nobody"
DUE: Final = ("overdue", "today", "this_week", "next")
_OURS: Final = ("K-", "OKF")  # how the references begin that Casebook makes: in capitals
_LAST: Final = "\U0010ffff"  # sorts after every character that a reference can go on with


class QueueOrder(StrEnum):
    """By what the queue can stand; the most urgent first is immediate and undecided, past a clock, by time left."""

    URGENT = "urgent"
    TIME_LEFT = "time_left"
    SEVERITY = "severity"
    RAISED = "raised"


URGENT: Final = Sort(QueueOrder.URGENT)


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What of the queue is shown; None is everything. `lead` is a username, or `nobody`.

    `mine` are those that the reader leads or covers for a lead who is away.
    `find` begins a concern's or a case's reference.
    """

    due: str | None = None
    severity: Severity | None = None
    status: ConcernStatus | None = None
    lead: str | None = None
    category: ConcernCategory | None = None
    mine: bool = False
    find: str | None = None
    sort: Sort = field(default=URGENT, compare=False)

    @property
    def shape(self) -> tuple[str, ...]:
        """Which conditions it needs: a statement is built once for each set of them."""
        lead = None if self.lead is None else "lead_none" if self.lead == NOBODY else "lead"
        due = f"due_{self.due}" if self.due in DUE else None
        by_value = [name for name in ("severity", "status", "category", "mine", "find") if getattr(self, name)]
        return tuple(filter(None, (due, lead, *by_value)))

    def values(self, at: datetime, theirs: Sequence[str]) -> dict[str, Any]:
        """What its conditions bind; `theirs` are the leads whose concerns are the reader's own now."""
        today, begins = london_date(at), (self.find or "").strip()
        if begins.upper().startswith(_OURS):
            begins = begins.upper()
        return {
            "at": at,
            "severity": self.severity,
            "status": self.status,
            "lead": self.lead,
            "category": self.category,
            "theirs": list(theirs),
            "today_ends": end_of(today),
            "week_ends": end_of(today + timedelta(days=6)),
            "begins": begins,
            "begins_end": begins + _LAST,
        }


ALL: Final = QueueFilter()

# What does not count for the reader is left out before anything is counted or found; the policy decides what is shown.
IN_QUEUE: Final = (Concern.ended_at.is_(None), concerns_counted_for())
# By these nothing is found that does not open: what somebody else has made of it is not for whom it is about.
_TELLING: Final = frozenset({"status", "category", "lead", "lead_none", "mine", "new_too"})
_RANK: Any = case(
    *((Concern.severity == severity, rank) for rank, severity in enumerate(Severity)), else_=len(Severity)
)
# As its index says it, so that the index is used.
AT_ONCE: Final = text("concern.decide_by IS NOT NULL AND concern.severity = 'immediate'")
_NOT_AT_ONCE: Final = or_(Concern.severity != Severity.IMMEDIATE, Concern.decide_by.is_(None))
_AT: Final = bindparam("at", type_=Concern.due_at.type)
# Immediate and undecided; past a clock, by severity; the rest, by time left.
_GROUPS: Final[tuple[tuple[Any, ...], ...]] = (
    (AT_ONCE,),
    *((Concern.severity == one, Concern.due_at <= _AT, _NOT_AT_ONCE) for one in Severity),
    (Concern.due_at > _AT, _NOT_AT_ONCE),
)
# The columns of each order, and how a mark's values are read back; a mark of the most urgent first has its group too.
_ORDERS: Mapping[str, tuple[tuple[Any, ...], tuple[Callable[[str], Any], ...]]] = {
    QueueOrder.URGENT: ((Concern.due_at, Concern.ref), (int, instant_of, str)),
    QueueOrder.TIME_LEFT: ((Concern.due_at, Concern.ref), (instant_of, str)),
    QueueOrder.SEVERITY: ((_RANK, Concern.due_at, Concern.ref), (int, instant_of, str)),
    QueueOrder.RAISED: ((Concern.raised_at, Concern.ref), (instant_of, str)),
}


def kinds_of(sort: Sort) -> tuple[Callable[[str], Any], ...]:
    """How the values of a mark of this order are read back."""
    return _ORDERS[sort.by][1]


def _begins(column: Any, dialect: str) -> Any:
    # Character by character and not by a language's order, as the list of cases does it.
    at_least, below = ("~>=~", "~<~") if dialect == "postgresql" else (">=", "<")
    return and_(column.bool_op(at_least)(bindparam("begins")), column.bool_op(below)(bindparam("begins_end")))


def _conditions(dialect: str) -> dict[str, Any]:
    return {
        "due_overdue": Concern.due_at <= bindparam("at"),
        "due_today": and_(Concern.due_at > bindparam("at"), Concern.due_at <= bindparam("today_ends")),
        "due_this_week": and_(Concern.due_at > bindparam("at"), Concern.due_at <= bindparam("week_ends")),
        "due_next": Concern.due_at > bindparam("today_ends"),
        "severity": Concern.severity == bindparam("severity"),
        "status": Concern.status == bindparam("status"),
        "category": Concern.category == bindparam("category"),
        "lead": Concern.lead == bindparam("lead"),
        "lead_none": Concern.lead.is_(None),
        "mine": Concern.lead.in_(bindparam("theirs", expanding=True)),
        "find": or_(_begins(Concern.ref, dialect), _begins(Concern.case_ref, dialect)),
    }


def found_in_order(
    run: Callable[[AnySelect, dict[str, Any]], Sequence[Any]],
    shape: tuple[str, ...],
    sort: Sort,
    start: tuple[Any, ...] | None,
    size: int,
    *,
    backwards: bool,
    dialect: str,
) -> list[tuple[Any, ...]]:
    """So many concerns from a mark on, each as the values of its order, of which the last is its reference.

    The most urgent first are groups one after the other, each in the order of
    an index: `run` is asked for those alone that the page reaches into.
    """
    groups: list[int | None] = list(range(len(_GROUPS))) if sort.by == QueueOrder.URGENT else [None]
    rows: list[tuple[Any, ...]] = []
    for group in reversed(groups) if backwards else groups:
        place = start
        if start is not None and group is not None:
            if group > start[0] if backwards else group < start[0]:
                continue
            place = start[1:] if group == start[0] else None
        statement = narrowed(shape, sort.by, group, place is not None, sort.descending != backwards, dialect)
        binds = {f"from_{n}": value for n, value in enumerate(place or ())} | {"size": size - len(rows)}
        rows += [tuple(row) if group is None else (group, *row) for row in run(statement, binds)]
        if len(rows) >= size:
            break
    return rows


@cache
def narrowed(
    shape: tuple[str, ...], by: str, group: int | None, started: bool, descending: bool, dialect: str
) -> AnySelect:
    """The references of the concerns that a filter leaves, with the values of their order; one index holds it all."""
    columns, _ = _ORDERS[by]
    within: tuple[Any, ...] = () if group is None else _GROUPS[group]
    keys = [column.label(f"key_{n}") for n, column in enumerate(columns)]
    known = _conditions(dialect)
    if "new_too" in shape:
        known |= {"mine": or_(known["mine"], Concern.lead.is_(None)), "new_too": true()}
    # The reference ends each order's keys, and is what is asked for.
    opening = (concerns_visible_to(),) if _TELLING.intersection(shape) else ()
    wanted = (*IN_QUEUE, *within, *opening, *(known[name] for name in shape))
    found: AnySelect = select(*keys).where(*wanted).limit(bindparam("size"))
    binds = [bindparam(f"from_{n}", type_=_kind(column)) for n, column in enumerate(columns)] if started else None
    return keyset(found, columns, binds, descending=descending)


def _kind(column: Any) -> Any:
    return Integer() if column is _RANK else column.type
