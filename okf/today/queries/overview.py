"""What needs this person today, as figures: each counted after the policy, none above a thousand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, or_, select

from okf.agreements.queries.board import live_grant
from okf.asker import Asker
from okf.cases.queries import cases, own_cases
from okf.cases.queries.filters import CaseFilters
from okf.clock import end_of, is_past, london_date
from okf.desk import Desk
from okf.paging import COUNT_MOST, AnySelect, Count
from okf.policy.access import decide
from okf.proof.queries.backups import BackupStanding, backup_standing
from okf.safeguarding.queries.decisions_due import readings_overdue
from okf.store.models import AccessGrant, AgreementStanding, Concern, EmergencyAccess, LedgerOwed, Task
from okf.store.rows import from_row
from okf.store.visible import concerns_counted_for, ends_by
from okf.terms import ENDED_CONCERN, Action, Capacity, Standing

CASES_MOST = 50
TASKS_MOST = 200


def _capped(statement: AnySelect) -> AnySelect:
    return select(func.count()).select_from(statement.limit(COUNT_MOST + 1).subquery())


def _instant(name: str) -> Any:
    return bindparam(name, type_=Concern.due_at.type)


_UNSIGNED = _capped(
    select(AgreementStanding.person)
    .where(
        AgreementStanding.overdue_at <= _instant("at"),
        or_(AgreementStanding.ended_at.is_(None), AgreementStanding.ended_at > _instant("at")),
        live_grant(AgreementStanding),  # as the list behind the figure has it
    )
    .distinct()
)
_ENDING = _capped(select(AccessGrant.id).where(ends_by(_instant("soon"))))
# What is hidden from the reader is not counted for them, nor what has ended (C9).
_OPEN = select(Concern.ref).where(
    Concern.ended_at.is_(None), Concern.status.not_in(sorted(ENDED_CONCERN)), concerns_counted_for()
)
_RAISED_BETWEEN = _capped(_OPEN.where(Concern.raised_at > _instant("after"), Concern.raised_at <= _instant("before")))
_DUE_BETWEEN = _capped(_OPEN.where(Concern.due_at > _instant("after"), Concern.due_at <= _instant("before")))
_UNREVIEWED = _capped(
    select(EmergencyAccess.id).where(EmergencyAccess.reviewed_at.is_(None), EmergencyAccess.person != bindparam("who"))
)
_LEDGER_WAITS = select(LedgerOwed.id).limit(1)
_TASKS = (
    select(Task.case_ref, Task.due_on)
    .where(Task.assigned_to == bindparam("who"), Task.done_at.is_(None), Task.due_on <= bindparam("soon"))
    .order_by(Task.due_on, Task.ref)
    .limit(TASKS_MOST + 1)
)
_OWN_STANDINGS = select(
    AgreementStanding.kind,
    AgreementStanding.version,
    AgreementStanding.signed_at,
    AgreementStanding.due_at,
    AgreementStanding.overdue_at,
    AgreementStanding.ended_at,
).where(AgreementStanding.person == bindparam("who"))


@dataclass(frozen=True, slots=True)
class OwnAgreement:
    """How this person stands to one agreement that they need."""

    kind: Capacity
    standing: Standing
    version: str | None
    signed_at: datetime | None
    due_at: datetime | None
    overdue_at: datetime

    @property
    def to_sign(self) -> bool:
        """Whether it asks for a signature now."""
        return self.standing in (Standing.NEVER_SIGNED, Standing.OVERDUE, Standing.RESIGN_DUE)


@dataclass(frozen=True, slots=True)
class OwnWork:
    """A person's own cases and tasks; the tasks of cases that they may open."""

    cases: Count
    tasks_overdue: Count
    tasks_today: Count
    tasks_this_week: Count


@dataclass(frozen=True, slots=True)
class CaseloadFigures:
    """What the caseload asks of a manager."""

    unallocated: Count
    overdue: Count
    suspended: Count
    not_able: Count
    grants_ending: Count
    emergencies_to_review: Count
    readings_overdue: Count
    ledger_waits: bool
    concerns_under_a_day: Count
    concerns_under_a_week: Count
    concerns_older: Count


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """The safeguarding lead's queue by time left."""

    overdue: Count
    due_today: Count
    next: Count
    emergencies_to_review: Count


@dataclass(frozen=True, slots=True)
class Overview:
    """What needs this person; a part that is not theirs is None."""

    agreements: tuple[OwnAgreement, ...]
    work: OwnWork | None
    caseload: CaseloadFigures | None
    queue: QueueFigures | None
    backups: BackupStanding | None


def overview(desk: Desk) -> Overview:
    """What needs this person today."""
    with desk.reading() as session:
        asker = Asker.of(desk, session)
        return Overview(
            agreements=_own_agreements(asker) if asker.may(Action.LIST_OWN_AGREEMENTS) else (),
            work=_work(asker) if asker.may(Action.LIST_OWN_CASES) else None,
            caseload=_caseload(asker) if asker.may(Action.LIST_CASELOAD) else None,
            queue=_queue(asker) if asker.may(Action.LIST_CONCERNS) else None,
            backups=backup_standing(session, asker.at) if asker.may(Action.SEE_BACKUPS) else None,
        )


def _own_agreements(asker: Asker) -> tuple[OwnAgreement, ...]:
    rows = asker.session.execute(_OWN_STANDINGS, {"who": asker.who})
    made = [from_row(OwnAgreement, row, standing=_standing(row, asker.at)) for row in rows]
    order = list(Standing)
    return tuple(sorted(made, key=lambda one: (order.index(one.standing), one.kind)))


def _standing(row: Any, at: datetime) -> Standing:
    if is_past(row.ended_at, at):
        return Standing.ENDED
    if row.signed_at is None:
        return Standing.NEVER_SIGNED
    if row.overdue_at <= at:
        return Standing.OVERDUE
    return Standing.RESIGN_DUE if is_past(row.due_at, at) else Standing.CURRENT


def _work(asker: Asker) -> OwnWork:
    today = london_date(asker.at)
    rows = asker.session.execute(_TASKS, {"who": asker.who, "soon": today + timedelta(days=7)}).all()
    of_tasks = list(dict.fromkeys(row.case_ref for row in rows))
    own = own_cases.count_of(asker, CASES_MOST, beside=of_tasks)
    open_to_me = asker.listed(of_tasks)
    days = [row.due_on for row in rows if row.case_ref in open_to_me]
    more = len(rows) > TASKS_MOST
    yesterday, tomorrow = today - timedelta(days=1), today + timedelta(days=1)
    return OwnWork(
        cases=own,
        tasks_overdue=_tasks(days, date.min, yesterday, more),
        tasks_today=_tasks(days, today, today, more),
        tasks_this_week=_tasks(days, tomorrow, today + timedelta(days=7), more),
    )


def _tasks(days: Iterable[date], first: date, last: date, more: bool) -> Count:
    return Count(sum(1 for day in days if first <= day <= last), more)


def _caseload(asker: Asker) -> CaseloadFigures:
    at = asker.at
    day, week = at - timedelta(days=1), at - timedelta(days=7)
    counts = decide(replace(asker.base, action=Action.COUNT_CONCERNS)).allowed
    ages = ((day, at), (week, day), (_EVER, week))
    return CaseloadFigures(
        cases.count_of(asker, CaseFilters(unallocated=True)),
        cases.count_of(asker, CaseFilters(overdue=True)),
        _count(asker, _UNSIGNED),
        cases.count_of(asker, CaseFilters(unsigned=True)),
        _count(asker, _ENDING, soon=at + timedelta(days=7)),
        _count(asker, _UNREVIEWED) if asker.may(Action.REVIEW_EMERGENCY_ACCESS) else Count(0),
        readings_overdue(asker.session, asker.base) if counts else Count(0),
        asker.session.scalar(_LEDGER_WAITS) is not None,
        *(_count(asker, _RAISED_BETWEEN, after=after, before=before) if counts else Count(0) for after, before in ages),
    )


def _queue(asker: Asker) -> QueueFigures:
    at = asker.at
    tonight = end_of(london_date(at))
    return QueueFigures(
        _count(asker, _DUE_BETWEEN, after=_EVER, before=at),
        _count(asker, _DUE_BETWEEN, after=at, before=tonight),
        _count(asker, _DUE_BETWEEN, after=tonight, before=_NEVER),
        _count(asker, _UNREVIEWED) if asker.may(Action.REVIEW_EMERGENCY_ACCESS) else Count(0),
    )


def _count(asker: Asker, statement: AnySelect, **bound: Any) -> Count:
    return Count.capped(asker.session.scalar(statement, {"at": asker.at, "who": asker.who} | bound) or 0)


_EVER = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_NEVER = datetime.fromisoformat("9999-01-01T00:00:00+00:00")
