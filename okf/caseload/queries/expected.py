"""Enquiries week by week, counted once a day, and what the next weeks are expected to bring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import bindparam, func, literal, select, union_all

from okf.asker import Asker, asking
from okf.caseload.outlook import Outlook, outlook
from okf.caseload.queries.weeks import monday_of
from okf.clock import london_date, start_of
from okf.desk import Desk
from okf.store.engine import Store
from okf.store.models import Enquiry
from okf.terms import Action

WEEKS: Final = 156
_INSTANT: Any = Enquiry.received_at.type
_FIRST = select(func.min(Enquiry.received_at))
_EDGES: Final = [bindparam(f"edge_{n}", type_=_INSTANT) for n in range(WEEKS + 1)]
_COUNTED = union_all(
    *(
        select(
            literal(n).label("week"),
            select(func.count())
            .where(Enquiry.received_at >= _EDGES[n], Enquiry.received_at < _EDGES[n + 1])
            .scalar_subquery()
            .label("enquiries"),
        )
        for n in range(WEEKS)
    )
).order_by("week")
# The figures of the whole weeks, until the next day: what everyone may know who may ask for them at all.
_COUNTED_ON: WeakKeyDictionary[Store, tuple[date, tuple[date, tuple[int, ...]]]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Expected:
    """The enquiries of the whole weeks behind, from the Monday of the first, and the outlook if there are enough."""

    first: date
    counts: tuple[int, ...]
    outlook: Outlook | None


def expected_enquiries(desk: Desk) -> Expected:
    """How many enquiries the next weeks are expected to bring, for managers.

    Counted from the first whole week in which there were any on file, three
    years at most.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.LIST_CASELOAD) as asker:
        today = london_date(asker.at)
        kept = _COUNTED_ON.get(desk.store)
        if kept is None or kept[0] != today:
            kept = _COUNTED_ON[desk.store] = (today, _counted(asker, today))
    first, counts = kept[1]
    return Expected(first, counts, outlook(counts))


def _counted(asker: Asker, today: date) -> tuple[date, tuple[int, ...]]:
    this = monday_of(today)
    earliest = asker.session.scalar(_FIRST)
    edges = [this - timedelta(weeks=WEEKS - n) for n in range(WEEKS + 1)]
    rows = asker.session.execute(_COUNTED, {edge.key: start_of(on) for edge, on in zip(_EDGES, edges, strict=True)})
    counts = [row.enquiries for row in rows]
    # The week of the very first one may have begun before Casebook did.
    whole = [n for n in range(WEEKS) if earliest is not None and start_of(edges[n]) > earliest]
    begin = whole[0] if whole else WEEKS
    return edges[begin], tuple(counts[begin:])
