"""The caseload at a glance, for managers: figures from the summary table, by period, kind, area and caseworker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from okf.asker import Asker, asking
from okf.cases.queries.loads import CaseloadFilter, Load, load_of_one, loads_of
from okf.clock import london_date, months_after
from okf.desk import Desk
from okf.store import tallies
from okf.store.models import CaseTally
from okf.terms import Action, CaseStatus, SupportKind
from okf.terms.caseload import ClosureOutcome, Tally, WaitBand

_KINDS: Final = (*(kind.value for kind in SupportKind), tallies.NONE)

_ROWS = select(
    CaseTally.what, CaseTally.kind, CaseTally.area, CaseTally.month, CaseTally.detail, CaseTally.cases, CaseTally.weight
).where(CaseTally.cases != 0)
_OF_MONTHS = _ROWS.where(
    CaseTally.what.in_([Tally.STATUS, Tally.CLOSED, Tally.ALLOCATION, Tally.CONTACT]),
    CaseTally.kind == bindparam("kind"),
    CaseTally.area == bindparam("area"),
    or_(CaseTally.month >= bindparam("first"), CaseTally.what == Tally.STATUS),
)
_BY_KIND = _ROWS.where(CaseTally.what == Tally.OPEN, CaseTally.kind.in_(_KINDS), CaseTally.area == bindparam("area"))
_BY_AREA = _ROWS.where(CaseTally.what == Tally.OPEN, CaseTally.kind == bindparam("kind"), CaseTally.area != tallies.ALL)


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """What one month brought, and how many cases were open at its end, or are now."""

    month: date
    opened: int
    closed: int
    open_at_end: int


@dataclass(frozen=True, slots=True)
class CaseloadTeam:
    """Who carries how much. Of `loads` the busiest; `workers` and `over` count all of them."""

    loads: tuple[Load, ...]
    workers: int
    over: int


@dataclass(frozen=True, slots=True)
class CaseloadPicture:
    """What came, what is open and what it came to.

    `stands` is where the cases that were opened in the period stand now, and
    `came_to` what those of them that are closed came to; `outcomes` are those
    of the closings in the period, whenever they were opened. With one
    caseworker it is their open cases alone, and no month has a closing.
    """

    months: tuple[MonthFigures, ...]
    open_now: int
    allocation: Mapping[WaitBand, int]
    contact: Mapping[WaitBand, int]
    opened_in: Mapping[date, int]
    stands: Mapping[CaseStatus, int]
    came_to: Mapping[ClosureOutcome | None, int]
    outcomes: Mapping[ClosureOutcome | None, int]
    kinds: Mapping[SupportKind | None, int]
    areas: Mapping[str | None, int]


def caseload_team(desk: Desk, wanted: CaseloadFilter) -> CaseloadTeam:
    """Open cases per caseworker, or those of the one who is asked for.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.LIST_CASELOAD) as asker:
        if wanted.caseworker is None:
            return CaseloadTeam(*loads_of(asker, wanted))
        rows = _of_one(asker.session, wanted)
        loads = load_of_one(asker, wanted.caseworker, wanted, rows)
        return CaseloadTeam(loads, len(loads), sum(load.over for load in loads))


def caseload_picture(desk: Desk, wanted: CaseloadFilter) -> CaseloadPicture:
    """The figures of the caseload. Costs by months, kinds and areas, not by the number of cases held.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.LIST_CASELOAD) as asker:
        rows = _kept(asker.session, wanted) if wanted.caseworker is None else _of_one(asker.session, wanted)
        return _picture(wanted, london_date(asker.at), rows)


def open_by_month(asker: Asker, months: int) -> tuple[MonthFigures, ...]:
    """How many cases were open at the end of each of the last months, and are now: one narrow query.

    For an asker whom the policy has allowed the caseload.
    """
    today = london_date(asker.at)
    this = today.replace(day=1)
    wanted = CaseloadFilter(months_after(this, 1 - months), this)
    rows = asker.session.execute(_OF_MONTHS, wanted.keys | {"first": _month(wanted.first)}).all()
    opened, closed = _by_month(rows, Tally.STATUS), _by_month(rows, Tally.CLOSED)
    still = sum(row.cases for row in rows if row.what == Tally.STATUS and not row.detail.startswith("closed"))
    return _months(wanted, today, opened, closed, still)


def areas_tallied(desk: Desk) -> tuple[str, ...]:
    """The areas in which there are open cases, for a filter.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.LIST_CASELOAD) as asker:
        rows = asker.session.execute(_BY_AREA, {"kind": tallies.ALL})
        return tuple(sorted({area for row in rows if (area := _area(row.area)) is not None}))


def _kept(session: Session, wanted: CaseloadFilter) -> list[Any]:
    keys = wanted.keys
    rows = list(session.execute(_OF_MONTHS, keys | {"first": _month(wanted.first)}))
    apart = {*session.execute(_BY_KIND, keys), *session.execute(_BY_AREA, keys)}  # of one kind and area both are alike
    return rows + list(apart)


def _of_one(session: Session, wanted: CaseloadFilter) -> list[Any]:
    """The same rows of one caseworker's cases, counted on the spot."""
    keys = wanted.keys
    return [
        row
        for row in tallies.figures_of(session.connection(), str(wanted.caseworker))
        if row.kind == keys["kind"] or row.area == keys["area"]
    ]


def _picture(wanted: CaseloadFilter, today: date, rows: list[Any]) -> CaseloadPicture:
    keys = wanted.keys
    here = [row for row in rows if (row.kind, row.area) == (keys["kind"], keys["area"])]
    first, last = _month(wanted.first), _month(wanted.last)
    inside = [row for row in here if first <= row.month <= last]
    opened, closed = _by_month(here, Tally.STATUS), _by_month(here, Tally.CLOSED)
    stands: Counter[CaseStatus] = Counter()
    came_to: Counter[ClosureOutcome | None] = Counter()
    for row in inside:
        if row.what == Tally.STATUS:
            status, _, outcome = row.detail.partition(":")
            stands[CaseStatus(status)] += row.cases
            if outcome:
                came_to[_outcome(outcome)] += row.cases
    open_by_month: Counter[date] = Counter()
    for row in here:
        if row.what == Tally.STATUS and not row.detail.startswith("closed"):
            open_by_month[_day(row.month)] += row.cases
    open_now = sum(open_by_month.values())
    return CaseloadPicture(
        months=_months(wanted, today, opened, closed, open_now),
        open_now=open_now,
        allocation=_bands(inside, Tally.ALLOCATION),
        contact=_bands(inside, Tally.CONTACT),
        opened_in=dict(sorted(open_by_month.items())),
        stands=stands,
        came_to=came_to,
        outcomes=_counted((_outcome(r.detail), r.cases) for r in inside if r.what == Tally.CLOSED),
        kinds=_counted(
            (_kind(r.kind), r.cases)
            for r in rows
            if r.what == Tally.OPEN
            and r.area == keys["area"]
            and r.kind != tallies.ALL
            and keys["kind"] in (tallies.ALL, r.kind)
        ),
        areas=_counted(
            (_area(r.area), r.cases)
            for r in rows
            if r.what == Tally.OPEN
            and r.kind == keys["kind"]
            and r.area != tallies.ALL
            and keys["area"] in (tallies.ALL, r.area)
        ),
    )


def _months(
    wanted: CaseloadFilter, today: date, opened: Counter[str], closed: Counter[str], open_now: int
) -> tuple[MonthFigures, ...]:
    """Month by month, backwards from how many are open now."""
    made, month, still = [], today.replace(day=1), open_now
    while month >= wanted.first:
        key = _month(month)
        if month <= wanted.last:
            made.append(MonthFigures(month, opened[key], closed[key], still))
        still += closed[key] - opened[key]
        month = (month - timedelta(days=1)).replace(day=1)
    return tuple(reversed(made))


def _by_month(rows: Iterable[Any], what: Tally) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in rows:
        if row.what == what:
            found[row.month] += row.cases
    return found


def _bands(rows: Iterable[Any], what: Tally) -> dict[WaitBand, int]:
    found = _counted((WaitBand(row.detail), row.cases) for row in rows if row.what == what)
    return {band: found.get(band, 0) for band in WaitBand}


def _counted(pairs: Iterable[tuple[Any, int]]) -> dict[Any, int]:
    found: Counter[Any] = Counter()
    for key, number in pairs:
        found[key] += number
    return dict(found.most_common())


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


def _day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def _outcome(detail: str) -> ClosureOutcome | None:
    return None if detail == tallies.NONE else ClosureOutcome(detail)


def _kind(kind: str) -> SupportKind | None:
    return None if kind == tallies.NONE else SupportKind(kind)


def _area(area: str) -> str | None:
    return area[1:] if area.startswith("=") else None
