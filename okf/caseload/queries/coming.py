"""What the next eight weeks bring, counted week by week: each figure in SQL, none above a thousand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Boolean, ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from okf.asker import Asker, asking
from okf.caseload.queries.weeks import Week, coming_weeks
from okf.cases.queries.kept_cases import cases_kept_until
from okf.clock import london_date, months_after, start_of
from okf.desk import Desk
from okf.paging import COUNT_MOST, AnySelect, Count
from okf.policy.access import decide
from okf.policy.gates import review_by
from okf.policy.retention import ENQUIRY_MONTHS
from okf.store.models import (
    Absence,
    AccessGrant,
    AgreementStanding,
    Appointment,
    ConcernClock,
    EmergencyAccess,
    Enquiry,
    Person,
    WorkerCheck,
)
from okf.store.visible import account_on, concerns_counted_for, concerns_visible_to, goes_on, not_ended
from okf.terms import SAFEGUARDING_LEADS, Action
from okf.terms.caseload import Coming
from okf.terms.duties import Duty

_INSTANT: Any = AccessGrant.from_.type
_DATE: Any = Absence.starts_on.type
AT: Any = bindparam("at", type_=_INSTANT)
_TODAY: Any = bindparam("today", type_=_DATE)
Bound = Any
Within = Callable[[Bound, Bound, Bound], ColumnElement[bool]]
Moved = Callable[[datetime, Asker], datetime]


@dataclass(frozen=True, slots=True)
class Told:
    """How one kind is found: its rows without a span, the span's condition, and by which date it comes.

    The condition is given the beginning and end of the span, moved back where
    something comes a fixed time after what is on file, and the end unmoved.
    """

    rows: AnySelect
    within: Within
    at: Any
    key: Any
    person: Any = None
    by_day: bool = False
    moved: Moved = lambda instant, _: instant
    back: Moved = lambda instant, _: instant
    behind: bool = True  # whether what lies behind is still to be done
    or_within: Within | None = None  # a second way to fall into the span, which an index of its own order answers

    def parts(self, number: int = 0) -> list[Any]:
        """The rows of one span, in as many statements as there are ways to fall into it."""
        ways = [self.within, *([self.or_within] if self.or_within else [])]
        return [self.rows.where(way(*span_of(self, number))) for way in ways]


def _between(column: Any) -> Within:
    return lambda lo, hi, _: and_(column >= lo, column < hi)


def _confirmed(lo: Bound, hi: Bound, end: Bound) -> ColumnElement[bool]:
    return and_(AccessGrant.confirmed_at >= lo, AccessGrant.confirmed_at < hi, goes_on(end))


def _never_confirmed(lo: Bound, hi: Bound, end: Bound) -> ColumnElement[bool]:
    given = and_(AccessGrant.granted_at >= lo, AccessGrant.granted_at < hi)
    return and_(AccessGrant.confirmed_at.is_(None), given, goes_on(end))


_CHECKS = (
    select(WorkerCheck.person, WorkerCheck.kind, func.max(WorkerCheck.expires_on).label("lasts"))
    .where(or_(WorkerCheck.starts_on.is_(None), WorkerCheck.starts_on <= _TODAY))
    .group_by(WorkerCheck.person, WorkerCheck.kind)
    .subquery()
)
_HERE = select(Person.username).where(account_on())
_STANDS_IN = aliased(Person)
_COVER = select(_STANDS_IN.name).where(_STANDS_IN.username == Absence.covered_by).scalar_subquery()

TOLD: Final[Mapping[Coming, Told]] = {
    Coming.GRANTS_END: Told(
        select(AccessGrant.case_ref, AccessGrant.capacity.label("what"), AccessGrant.lead_for.label("leads")).where(
            not_ended()
        ),
        _between(AccessGrant.until),
        AccessGrant.until,
        AccessGrant.id,
        AccessGrant.person,
        behind=False,
    ),
    Coming.SIGNING_DUE: Told(
        select(AgreementStanding.kind.label("what"), AgreementStanding.grants_held.label("leads")).where(
            or_(AgreementStanding.ended_at.is_(None), AgreementStanding.ended_at > AT)
        ),
        _between(AgreementStanding.overdue_at),
        AgreementStanding.overdue_at,
        AgreementStanding.person + ":" + AgreementStanding.kind.cast(AgreementStanding.person.type),
        AgreementStanding.person,
    ),
    Coming.CONFIRMING_DUE: Told(
        select(AccessGrant.case_ref, AccessGrant.capacity.label("what")).where(
            not_ended(), AccessGrant.person != bindparam("who")
        ),
        _confirmed,
        func.coalesce(AccessGrant.confirmed_at, AccessGrant.granted_at),
        AccessGrant.id,
        AccessGrant.person,
        moved=lambda instant, asker: instant - timedelta(days=asker.settings.reconfirm_days),
        back=lambda instant, asker: instant + timedelta(days=asker.settings.reconfirm_days),
        or_within=_never_confirmed,
    ),
    # What is hidden from the reader is not counted for them, nor what has ended; nobody's list is opened here (C9).
    Coming.CONCERN_REVIEWS: Told(
        select(ConcernClock.duty.label("what")).where(
            ConcernClock.ended_at.is_(None),
            concerns_counted_for(ConcernClock.concern_ref),
            # A tie starts this one: it counts for leads alone, and for none to whom it is.
            or_(
                ConcernClock.duty != Duty.LADO,
                and_(bindparam("leads", type_=Boolean), concerns_visible_to(ConcernClock.concern_ref)),
            ),
        ),
        _between(ConcernClock.due_at),
        ConcernClock.due_at,
        ConcernClock.id,
    ),
    Coming.ENQUIRIES_KEPT: Told(
        select(Enquiry.ref.label("what")).where(Enquiry.decided_at.is_not(None), Enquiry.case_ref.is_(None)),
        _between(Enquiry.decided_at),
        Enquiry.decided_at,
        Enquiry.ref,
        moved=lambda instant, _: start_of(months_after(london_date(instant), -ENQUIRY_MONTHS)),
        back=lambda instant, _: start_of(months_after(london_date(instant), ENQUIRY_MONTHS)),
    ),
    Coming.AWAY: Told(
        select(Absence.ends_on.label("what"), _COVER.label("leads")).where(Absence.cancelled_at.is_(None)),
        lambda lo, hi, _: and_(Absence.ends_on >= lo, Absence.starts_on < hi),
        Absence.starts_on,
        Absence.id,
        Absence.person,
        by_day=True,
        behind=False,
    ),
    Coming.CHECKS_END: Told(
        select(_CHECKS.c.kind.label("what")).where(_CHECKS.c.person.in_(_HERE)),
        _between(_CHECKS.c.lasts),
        _CHECKS.c.lasts,
        _CHECKS.c.person + ":" + _CHECKS.c.kind.cast(AgreementStanding.person.type),
        _CHECKS.c.person,
        by_day=True,
    ),
    Coming.APPOINTMENTS: Told(
        select(Appointment.case_ref).where(Appointment.cancelled_at.is_(None)),
        _between(Appointment.starts_at),
        Appointment.starts_at,
        Appointment.ref,
        Appointment.worker,
        behind=False,
    ),
}
_WEEKS: Final = 9  # what lies behind, and eight weeks


def span_of(told: Told, number: int = 0) -> tuple[Any, Any, Any]:
    """The bounds of one span, to be bound by `bounds`."""
    kind = _DATE if told.by_day else _INSTANT
    return tuple(bindparam(f"{name}_{number}", type_=kind) for name in ("lo", "hi", "end"))  # type: ignore[return-value]


def bounds(told: Told, asker: Asker, weeks: Sequence[Week]) -> dict[str, Any]:
    """What the spans of these weeks bind, and whatever else the rows ask for."""
    bound: dict[str, Any] = {
        "at": asker.at,
        "who": asker.who,
        "leads": bool(asker.roles & SAFEGUARDING_LEADS),
        "today": london_date(asker.at),
    }
    for number, week in enumerate(weeks):
        if told.by_day:
            lo, hi = week.days
            bound |= {f"lo_{number}": lo, f"hi_{number}": hi, f"end_{number}": hi}
        else:
            lo_at, hi_at = told.moved(week.begins, asker), told.moved(week.ends, asker)
            bound |= {f"lo_{number}": lo_at, f"hi_{number}": hi_at, f"end_{number}": week.ends}
    return bound


def _counted(kind: Coming, told: Told) -> AnySelect:
    return select(*(_figure(kind, told, number).label(f"week_{number}") for number in range(_WEEKS)))


def _figure(kind: Coming, told: Told, number: int) -> Any:
    if kind is Coming.AWAY:  # each person is counted once
        [some] = told.parts(number)
        return some.with_only_columns(func.count(Absence.person.distinct())).scalar_subquery()
    capped = (
        some.with_only_columns(told.key.label("key")).limit(COUNT_MOST + 1).subquery() for some in told.parts(number)
    )
    counted = [select(func.count()).select_from(some).scalar_subquery() for some in capped]
    return counted[0] if len(counted) == 1 else counted[0] + counted[1]


_COUNTED: Final = {kind: _counted(kind, told) for kind, told in TOLD.items()}
_UNREVIEWED = (
    select(EmergencyAccess.opened_at)
    .where(EmergencyAccess.reviewed_at.is_(None), EmergencyAccess.person != bindparam("who"))
    .order_by(EmergencyAccess.opened_at)
    .limit(COUNT_MOST + 1)
)


@dataclass(frozen=True, slots=True)
class ComingRow:
    """One kind: how much of it lies behind and is still to be done, and what each week brings."""

    kind: Coming
    behind: Count | None
    weeks: tuple[Count, ...]

    @property
    def some(self) -> bool:
        """Whether there is anything of it."""
        return any(count.number for count in (*self.weeks, *([self.behind] if self.behind else [])))


@dataclass(frozen=True, slots=True)
class ComingWeeks:
    """The weeks, and what they bring."""

    weeks: tuple[Week, ...]
    rows: tuple[ComingRow, ...]


def what_comes(desk: Desk) -> ComingWeeks:
    """What the next eight weeks bring, for managers: figures, and no service user's name.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.LIST_CASELOAD) as asker:
        weeks = coming_weeks(asker.at)
        rows = [_row(asker, kind, weeks) for kind in Coming if may_count(asker, kind)]
        return ComingWeeks(weeks[1:], tuple(rows))


def may_count(asker: Asker, kind: Coming) -> bool:
    """Whether the reader may be told how many of a kind there are; the caseload's figures they may."""
    return kind is not Coming.CONCERN_REVIEWS or decide(replace(asker.base, action=Action.COUNT_CONCERNS)).allowed


def _row(asker: Asker, kind: Coming, weeks: tuple[Week, ...]) -> ComingRow:
    if kind is Coming.EMERGENCY_REVIEWS:
        opened = asker.session.scalars(_UNREVIEWED, {"who": asker.who})
        return _by_weeks(kind, weeks, [review_by(one, asker.base) for one in opened])
    if kind is Coming.CASES_KEPT:
        days = [day for day, _ in cases_kept_until(asker, weeks[-1].days[1])]
        kept = _by_weeks(kind, weeks, [max(start_of(day), asker.at) for day in days])
        return replace(kept, behind=None)  # what is kept too long is for the proof of the promise to find
    told = TOLD[kind]
    found = asker.session.execute(_COUNTED[kind], bounds(told, asker, weeks)).one()
    behind, *counts = (Count.capped(number) for number in found)
    return ComingRow(kind, behind if told.behind else None, tuple(counts))


def _by_weeks(kind: Coming, weeks: Sequence[Week], instants: Sequence[datetime]) -> ComingRow:
    behind, *counts = (
        Count.capped(sum(1 for instant in instants if week.begins <= instant < week.ends)) for week in weeks
    )
    return ComingRow(kind, behind, tuple(counts))
