"""The counts behind a set of figures; small ones are hidden before anybody sees them (C2).

Everything is counted over cases, and nothing over concerns: their number is
no figure for anybody outside (C9). Cases open at the end are told to the
nearest ten: from one quarter's end to the next they differ by what began and
what ended, and so would give away a number that another list hides. A group
stands there whether anything is in it or not: that it came would tell of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import BindParameter, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from okf.clock import london_date, start_of
from okf.policy.figures import Period
from okf.policy.mediation import SessionStatus
from okf.policy.suppression import Shown, count_shown, list_merged, list_shown, median_shown, table_shown
from okf.store.hiding import Order, hiding_order
from okf.store.models import Appointment, Case, CaseChild, CaseClosure, CaseParty, MediationSession, MediationStep
from okf.terms import CaseStatus, MediationStatus, SupportKind
from okf.terms.caseload import CAME_TO, ClosureOutcome
from okf.terms.records import AppointmentKind

AREAS_MOST: Final = 10
ELSEWHERE, UNKNOWN = "Other areas, or not known", "Not known"
Part = dict[str, Any]
Progress = Callable[[int, int], None]
Side = tuple[str, list[str]]  # what it is by, and its groups
Bound = dict[str, date]


@dataclass(frozen=True, slots=True)
class _Rule:
    """How small numbers are kept from sight: hidden in this order, or counted with their neighbours."""

    small: int
    order: Order
    merging: bool


Count = Callable[[Session, Bound, _Rule], list[Part]]

_INSTANT = Case.closed_at.type
_FIRST: BindParameter[date] = bindparam("first")
_UNTIL: BindParameter[date] = bindparam("until")
_FROM, _TO = bindparam("from_", type_=_INSTANT), bindparam("to", type_=_INSTANT)
_ITSELF = Case.outcome.is_distinct_from(ClosureOutcome.JOINED)  # one joined into another counts with that one
_BEGUN = (Case.opened_on >= _FIRST, Case.opened_on < _UNTIL, Case.status != CaseStatus.ENQUIRY, _ITSELF)
_NUMBER = func.count().label("number")
_OPENED = select(Case.area, Case.kind_of_support, _NUMBER).where(*_BEGUN).group_by(Case.area, Case.kind_of_support)
_AREAS = (
    select(Case.area)
    .where(Case.area.is_not(None), Case.area != "")
    .group_by(Case.area)
    .having(func.count(Case.ref) >= bindparam("known"))
    .order_by(func.count(Case.ref).desc(), Case.area)
    .limit(AREAS_MOST)
)
_CLOSED = (
    select(Case.outcome, Case.kind_of_support, _NUMBER)
    .where(Case.closed_at >= _FROM, Case.closed_at < _TO, _ITSELF)
    .group_by(Case.outcome, Case.kind_of_support)
)
_CLOSED_THEN = exists().where(
    CaseClosure.case_ref == Case.ref, CaseClosure.closed_at < _TO, CaseClosure.reopened_at >= _TO
)
_OPEN = select(func.count(Case.ref)).where(
    Case.opened_on < _UNTIL,
    Case.status != CaseStatus.ENQUIRY,
    or_(Case.closed_at.is_(None), Case.closed_at >= _TO),
    ~_CLOSED_THEN,
    _ITSELF,
)
_WORKED_ON = (
    Case.opened_on < _UNTIL,
    Case.status != CaseStatus.ENQUIRY,
    or_(Case.closed_at.is_(None), Case.closed_at >= _FROM),
)
_ADULTS = select(func.count(CaseParty.service_user.distinct())).join(Case, Case.ref == CaseParty.case_ref)
_CHILDREN = select(func.count(CaseChild.service_user.distinct())).join(Case, Case.ref == CaseChild.case_ref)
_MET = (
    select(Appointment.kind, _NUMBER)
    .where(Appointment.starts_at >= _FROM, Appointment.starts_at < _TO, Appointment.cancelled_at.is_(None))
    .group_by(Appointment.kind)
)
_STEPS = select(func.count(MediationStep.mediation_ref.distinct())).where(
    MediationStep.at >= _FROM, MediationStep.at < _TO, MediationStep.to.in_(bindparam("steps", expanding=True))
)
_SESSIONS = select(func.count()).where(
    MediationSession.starts_at >= _FROM, MediationSession.starts_at < _TO, MediationSession.status == SessionStatus.HELD
)
_WAITED = select(Case.opened_on, Case.first_contact_at, Case.allocated_on, Case.contacted_on).where(*_BEGUN)
_ENDED: Final = (MediationStatus.CONCLUDED, MediationStatus.TERMINATED, MediationStatus.UNSUITABLE)


def counted(session: Session, period: Period, small: int, progress: Progress, *, merging: bool) -> list[Part]:
    """The parts of a set of figures over a period, as they may be shown; `progress` is called after each.

    With `merging` small groups are counted with their neighbours where they
    would be hidden else, and tables are two lists.
    """
    rule = _Rule(small, hiding_order(session), merging)
    bound: Bound = {
        "first": period.first,
        "until": period.until,
        "from_": start_of(period.first),
        "to": start_of(period.until),
    }
    counts: tuple[Count, ...] = (_opened, _closed, _open, _people, _met, _mediations, _waited)
    made: list[Part] = []
    for number, count in enumerate(counts, 1):
        made += count(session, bound, rule)
        progress(number, len(counts))
    return made


def _opened(session: Session, bound: Bound, rule: _Rule) -> list[Part]:
    """By area and kind of support.

    An area has a row of its own when it has had many cases in all, whatever
    it had in this period: a row that came and went would tell of the number.
    """
    counts = {(row.area, row.kind_of_support): row.number for row in session.execute(_OPENED, bound)}
    areas = sorted(area for area in session.scalars(_AREAS, {"known": 2 * rule.small}) if area)
    kinds = [*SupportKind, None]
    cells = [[counts.get((area, kind), 0) for kind in kinds] for area in areas]
    rest = [sum(n for (area, of), n in counts.items() if of is kind and area not in areas) for kind in kinds]
    sides = ("Area", [*areas, ELSEWHERE]), ("Kind of support", _words(kinds))
    return _table("opened", "Cases begun", *sides, [*cells, rest], rule)


def _closed(session: Session, bound: Bound, rule: _Rule) -> list[Part]:
    """By outcome and kind of support, of the cases that are still closed."""
    counts = {(row.outcome, row.kind_of_support): row.number for row in session.execute(_CLOSED, bound)}
    outcomes = [*CAME_TO, None]
    kinds = [*SupportKind, None]
    cells = [[counts.get((outcome, kind), 0) for kind in kinds] for outcome in outcomes]
    sides = ("Outcome", _words(outcomes)), ("Kind of support", _words(kinds))
    return _table("closed", "Cases closed", *sides, cells, rule)


def _open(session: Session, bound: Bound, rule: _Rule) -> list[Part]:
    count = session.scalar(_OPEN, bound) or 0
    rounded = count_shown(round(count / 10) * 10, small=rule.small)
    return [_numbers("open", "Cases open at the end, to the nearest ten", "Cases", {"Open cases": rounded})]


def _people(session: Session, bound: Bound, rule: _Rule) -> list[Part]:
    adults = session.scalar(_ADULTS.where(*_WORKED_ON), bound) or 0
    children = session.scalar(_CHILDREN.where(*_WORKED_ON), bound) or 0
    return [_groups("people", "People", "Adult or child", ["Adults", "Children"], [adults, children], rule)]


def _met(session: Session, bound: Bound, rule: _Rule) -> list[Part]:
    counts = {row.kind: row.number for row in session.execute(_MET, bound)}
    met = [counts.get(kind, 0) for kind in AppointmentKind]
    return [_groups("met", "Appointments", "Kind", _words(list(AppointmentKind)), met, rule)]


def _mediations(session: Session, bound: Bound, rule: _Rule) -> list[Part]:
    begun = session.scalar(_STEPS, bound | {"steps": [MediationStatus.ASSESSMENT.value]}) or 0
    ended = session.scalar(_STEPS, bound | {"steps": [status.value for status in _ENDED]}) or 0
    held = session.scalar(_SESSIONS, bound) or 0
    told = {"Begun": begun, "Ended, however they ended": ended, "Sessions held": held}
    shown = {name: count_shown(count, small=rule.small) for name, count in told.items()}
    return [_numbers("mediations", "Mediations", "Number", shown)]


def _waited(session: Session, bound: Bound, rule: _Rule) -> list[Part]:
    """Days from the family's enquiry, or from the opening if that is not known, of cases begun in the period."""
    to_allocation, to_contact = [], []
    for row in session.execute(_WAITED, bound):
        asked = london_date(row.first_contact_at) if row.first_contact_at else row.opened_on
        to_allocation += [float(max(0, (row.allocated_on - asked).days))] if row.allocated_on else []
        to_contact += [float(max(0, (row.contacted_on - asked).days))] if row.contacted_on else []
    shown = {
        "To a caseworker of their own": median_shown(to_allocation, small=rule.small),
        "To the first time we were in touch": median_shown(to_contact, small=rule.small),
    }
    return [_numbers("waited", "Days that half of the families waited at most", "Days", shown)]


def _table(key: str, of: str, down: Side, across: Side, cells: list[list[int]], rule: _Rule) -> list[Part]:
    """A table; where none of its cells may be shown, or neighbours are merged, two lists of its totals."""
    sides = down, across
    if rule.merging:
        sums = [sum(row) for row in cells], [sum(column) for column in zip(*cells, strict=True)]
        return [_groups(f"{key}_{side[0]}", of, *side, counts, rule) for side, counts in zip(sides, sums, strict=True)]
    orders = (rule.order(f"{key}_{name}", groups) for name, groups in sides)
    shown = table_shown(cells, *orders, small=rule.small)
    if all(cell is None for row in shown.cells for cell in row):
        lists = shown.row_totals, shown.column_totals
        return [
            _list(f"{key}_{side[0]}", of, *side, told, shown.total) for side, told in zip(sides, lists, strict=True)
        ]
    return [
        {
            "key": key,
            "title": f"{of}, by {down[0].lower()} and {across[0].lower()}",
            "of": of,
            "across": down[0],
            "rows": down[1],
            "columns": across[1],
            "cells": [list(row) for row in shown.cells],
            "row_totals": list(shown.row_totals),
            "column_totals": list(shown.column_totals),
            "total": shown.total,
        }
    ]


def _groups(key: str, of: str, by: str, groups: list[str], counts: Sequence[int], rule: _Rule) -> Part:
    if not rule.merging:
        shown = list_shown(counts, rule.order(key, groups), small=rule.small)
        return _list(key, of, by, groups, shown.cells, shown.total)
    merged = list_merged(counts, small=rule.small)
    names = ["; ".join(groups[at] for at in places) for places in merged.groups]
    return _list(key, of, by, names, merged.cells, merged.total)


def _list(key: str, of: str, by: str, groups: list[str], cells: Sequence[Shown], total: Shown) -> Part:
    return {
        "key": key.lower().replace(" ", "_"),
        "title": f"{of}, by {by.lower()}",
        "of": of,
        "across": by,
        "rows": groups,
        "cells": list(cells),
        "total": total,
    }


def _numbers(key: str, title: str, of: str, shown: dict[str, int | None]) -> Part:
    return {"key": key, "title": title, "of": of, "across": "What", "rows": list(shown), "cells": list(shown.values())}


def _words(groups: Sequence[StrEnum | None]) -> list[str]:
    return [group.value.replace("_", " ").capitalize() if group else UNKNOWN for group in groups]
