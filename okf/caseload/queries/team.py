"""One worker's caseload for supervision: what it weighs, what is late, what comes; no content and no names (C2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import bindparam, case, func, or_, select

from okf.agreements.queries.board import COLUMNS, BoardRow, row_of
from okf.asker import Asker, asking
from okf.clock import end_of, london_date
from okf.desk import Desk
from okf.errors import unknown
from okf.paging import FIRST, AnySelect, Page, Paged, keyset, mark, paged, values_of
from okf.store.models import Absence, AccessGrant, AgreementStanding, Appointment, Case, Person, Task, WorkerCheck
from okf.store.rows import from_row, from_rows
from okf.store.visible import live_grants, not_ended
from okf.terms import Action, Capacity, CaseStatus, CheckKind, SupportKind

AHEAD_DAYS: Final = 56
PRINTED_MOST: Final = 500
MOST: Final = 100
_INSTANT: Any = AccessGrant.from_.type
_AT: Any = bindparam("at", type_=_INSTANT)
_SOON: Any = bindparam("soon", type_=_INSTANT)
_WHO: Any = bindparam("person")
_TODAY: Any = bindparam("today", type_=Task.due_on.type)
_REFS: Any = bindparam("refs", expanding=True)

_PERSON = select(
    Person.username, Person.name, Person.capacity, Person.team, Person.caseload_most, Person.left_at
).where(Person.username == _WHO)
_HELD = (
    select(
        AccessGrant.case_ref.label("ref"),
        func.max(case((AccessGrant.lead_for.is_not(None), 1), else_=0)).label("leads"),
    )
    .where(AccessGrant.person == _WHO, live_grants())
    .group_by(AccessGrant.case_ref)
    .subquery()
)
_LOAD = select(
    func.count(), func.coalesce(func.sum(_HELD.c.leads), 0), func.coalesce(func.sum(_HELD.c.leads * Case.complexity), 0)
).join_from(_HELD, Case, Case.ref == _HELD.c.ref)
# Nobody was in touch since, or since it was opened: those that wait longest come first.
_LAST: Any = func.coalesce(Case.quiet_since, Case.opened_on, type_=Case.opened_on.type)
_KEYS: Any = (_LAST, Case.ref)
_CASES: AnySelect = select(
    Case.ref,
    Case.status,
    Case.kind_of_support,
    Case.area,
    Case.opened_on,
    Case.complexity,
    _LAST.label("last"),
    _HELD.c.leads,
).join_from(_HELD, Case, Case.ref == _HELD.c.ref)
_OVERDUE = select(func.count()).where(Task.assigned_to == _WHO, Task.done_at.is_(None), Task.due_on < _TODAY)
_TASKS = (
    select(
        Task.case_ref,
        func.sum(case((Task.due_on < _TODAY, 1), else_=0)).label("overdue"),
        func.min(Task.due_on).label("next"),
    )
    .where(Task.assigned_to == _WHO, Task.done_at.is_(None), Task.case_ref.in_(_REFS))
    .group_by(Task.case_ref)
)
_MEETINGS = (
    select(Appointment.case_ref, func.min(Appointment.starts_at).label("next"))
    .where(
        Appointment.worker == _WHO,
        Appointment.starts_at >= _AT,
        Appointment.cancelled_at.is_(None),
        Appointment.case_ref.in_(_REFS),
    )
    .group_by(Appointment.case_ref)
)
_ENDING = (
    select(AccessGrant.until, AccessGrant.case_ref, AccessGrant.lead_for)
    .where(AccessGrant.person == _WHO, not_ended(), AccessGrant.until > _AT, AccessGrant.until < _SOON)
    .order_by(AccessGrant.until, AccessGrant.case_ref)
    .limit(MOST)
)
_CHECKS = (
    select(WorkerCheck.kind, func.max(WorkerCheck.expires_on))
    .where(WorkerCheck.person == _WHO, or_(WorkerCheck.starts_on.is_(None), WorkerCheck.starts_on <= _TODAY))
    .group_by(WorkerCheck.kind)
    .order_by(WorkerCheck.kind)
)
_STANDINGS: Any = (
    select(*COLUMNS)
    .join(Person, Person.username == AgreementStanding.person)
    .where(AgreementStanding.person == _WHO)
    .order_by(AgreementStanding.overdue_at, AgreementStanding.kind)
)
_AWAY = (
    select(Absence.starts_on, Absence.ends_on, Absence.covered_by)
    .where(Absence.person == _WHO, Absence.cancelled_at.is_(None), Absence.ends_on >= _TODAY)
    .order_by(Absence.starts_on)
    .limit(MOST)
)


@dataclass(frozen=True, slots=True)
class SupervisedCase:
    """One case of theirs as supervision sees it; dates, and nothing of what was said."""

    ref: str
    status: CaseStatus
    kind_of_support: SupportKind | None
    area: str | None
    opened_on: date
    complexity: int
    last_contact: date
    leads: bool
    overdue_tasks: int
    next_task: date | None
    next_meeting: datetime | None


@dataclass(frozen=True, slots=True)
class EndingAccess:
    """An access of theirs that ends soon, and whether a party loses its caseworker by it."""

    until: datetime
    case_ref: str
    leads: bool


@dataclass(frozen=True, slots=True)
class DaysAway:
    """Days on which they are away, both ends included, and who stands in."""

    starts_on: date
    ends_on: date
    covered_by: str | None


@dataclass(frozen=True, slots=True)
class TeamView:
    """One worker for supervision. `weight` counts the cases they lead by complexity, `most` is what they can carry."""

    username: str
    name: str
    capacity: Capacity
    team: str | None
    left_at: datetime | None
    at: datetime
    held: int
    led: int
    weight: int
    most: int
    overdue_tasks: int
    cases: Paged[SupervisedCase]
    ending: tuple[EndingAccess, ...]
    checks: tuple[tuple[CheckKind, date], ...]
    standings: tuple[BoardRow, ...]
    away: tuple[DaysAway, ...]


def team_view(desk: Desk, username: str, page: Page = FIRST) -> TeamView:
    """One worker's caseload, for managers; costs by what they hold.

    Nothing of any concern is in it, whoever it is about (C9).

    Raises:
        Refused: their role does not include it.
        NotFound: nobody has this username.
    """
    with asking(desk, Action.LIST_CASELOAD) as asker:
        return _view(asker, username, page)


def team_view_to_print(desk: Desk, username: str) -> TeamView:
    """The same, with up to five hundred cases, for paper; that it left is on the audit record.

    Raises:
        As `team_view`.
    """
    with desk.permitted(Action.LIST_CASELOAD, about=username) as deed:
        view = _view(Asker.of(desk, deed.session), username, Page(size=PRINTED_MOST))
        deed.note(export="pdf", rows=len(view.cases.rows))
        return view


def _view(asker: Asker, username: str, page: Page) -> TeamView:
    session, today = asker.session, london_date(asker.at)
    bound = {"person": username, "at": asker.at, "today": today}
    person = session.execute(_PERSON, bound).one_or_none()
    if person is None:
        raise unknown("person", username)
    held, led, weight = session.execute(_LOAD, bound).one()
    soon = bound | {"soon": end_of(today + timedelta(days=AHEAD_DAYS))}
    return TeamView(
        username=username,
        name=person.name,
        capacity=person.capacity,
        team=person.team,
        left_at=person.left_at,
        at=asker.at,
        held=held,
        led=int(led),
        weight=int(weight),
        most=asker.settings.caseload_most if person.caseload_most is None else person.caseload_most,
        overdue_tasks=session.scalar(_OVERDUE, bound) or 0,
        cases=_cases(asker, bound, page),
        ending=tuple(
            from_row(EndingAccess, row, leads=row.lead_for is not None) for row in session.execute(_ENDING, soon)
        ),
        checks=tuple((kind, day) for kind, day in session.execute(_CHECKS, bound)),
        standings=tuple(row_of(row, asker.at, None) for row in session.execute(_STANDINGS, bound)),
        away=from_rows(DaysAway, session.execute(_AWAY, bound)),
    )


def _cases(asker: Asker, bound: dict[str, Any], page: Page) -> Paged[SupervisedCase]:
    backwards = page.after is None and page.before is not None
    start = values_of(page.before if backwards else page.after, date.fromisoformat, str)
    asked = bound | {"size": page.size + 1} | {f"key_{n}": value for n, value in enumerate(start or ())}
    rows = asker.session.execute(_statement(start is not None, backwards), asked).all()
    found = paged(rows, page, lambda row: mark((row.last, row.ref)), backwards=backwards, started=start is not None)
    of_cases = bound | {"refs": [row.ref for row in found.rows]}
    tasks = {row.case_ref: row for row in asker.session.execute(_TASKS, of_cases)}
    meetings = {row.case_ref: row.next for row in asker.session.execute(_MEETINGS, of_cases)}
    return Paged(_supervised(found.rows, tasks, meetings), found.next, found.previous)


def _supervised(
    rows: Sequence[Any], tasks: dict[str, Any], meetings: dict[str, datetime]
) -> tuple[SupervisedCase, ...]:
    return tuple(
        from_row(
            SupervisedCase,
            row,
            last_contact=row.last,
            leads=bool(row.leads),
            overdue_tasks=int(tasks[row.ref].overdue) if row.ref in tasks else 0,
            next_task=tasks[row.ref].next if row.ref in tasks else None,
            next_meeting=meetings.get(row.ref),
        )
        for row in rows
    )


@cache
def _statement(started: bool, backwards: bool) -> AnySelect:
    binds = [bindparam("key_0", type_=Case.opened_on.type), bindparam("key_1")] if started else None
    return keyset(_CASES, _KEYS, binds, descending=backwards).limit(bindparam("size"))
