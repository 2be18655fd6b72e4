"""What somebody must act on while the promise holds: each a narrow query over an index, counted to a limit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import BindParameter, bindparam, exists, func, null, or_, select
from sqlalchemy.orm import Session

from okf.clock import london_date, start_of
from okf.policy.clocks import second_review_by
from okf.policy.duty import missing, unstaffed
from okf.policy.facts import PolicySettings
from okf.policy.standing import agreement_reasons
from okf.policy.words import day, due_told, moment, until_told
from okf.proof.queries.assurance import attention
from okf.proof.queries.assurance.findings import SHOWN, Behind, Check, Finding, found
from okf.proof.queries.assurance.readings import unread
from okf.store import duty, facts
from okf.store.inbox import Stuck
from okf.store.models import (
    AccessGrant,
    AgreementStanding,
    Case,
    Concern,
    ConcernClock,
    EmergencyAccess,
    PartnerAgreement,
    PartnerOrganisation,
    Person,
    SignInSession,
    WorkerCheck,
)
from okf.store.visible import about_them, account_was_on, grants_at, live_grants, sealed_from
from okf.terms import Role
from okf.terms.duties import Duty

SOON: Final = timedelta(days=30)
PEOPLE: Final = 500

_AT: BindParameter[datetime] = bindparam("at", type_=AccessGrant.from_.type)
_NOW_LIVE = live_grants()  # what the partial indexes know
_GRANT = (AccessGrant.id, AccessGrant.person, AccessGrant.case_ref, AccessGrant.capacity)
_MOST: BindParameter[int] = bindparam("most")

_SUSPENDED = (
    select(*_GRANT)
    .join(
        AgreementStanding,
        (AgreementStanding.person == AccessGrant.person) & (AgreementStanding.kind == AccessGrant.capacity),
    )
    .where(AgreementStanding.overdue_at <= _AT, _NOW_LIVE)
    .limit(_MOST)
)
_HOLDERS = select(AccessGrant.person, AccessGrant.capacity).where(grants_at()).distinct()
_HELD = select(*_GRANT).where(grants_at(), AccessGrant.person == bindparam("person")).limit(_MOST)
_NEVER_CONFIRMED = (
    select(*_GRANT, AccessGrant.granted_at.label("since"))
    .where(_NOW_LIVE, AccessGrant.confirmed_at.is_(None), AccessGrant.granted_at <= bindparam("before"))
    .limit(_MOST)
)
_LONG_CONFIRMED = (
    select(*_GRANT, AccessGrant.confirmed_at.label("since"))
    .where(_NOW_LIVE, AccessGrant.confirmed_at <= bindparam("before"))
    .limit(_MOST)
)
_UNALLOCATED = (
    select(Case.ref, Case.unallocated_since)
    .where(Case.unallocated_since.is_not(None), Case.unallocated_since <= bindparam("today"))
    .order_by(Case.unallocated_since, Case.ref)
    .limit(_MOST)
)
_OPENED = (
    select(EmergencyAccess.id, EmergencyAccess.person, EmergencyAccess.case_ref, EmergencyAccess.opened_at)
    .where(EmergencyAccess.opened_at <= _AT)
    .order_by(EmergencyAccess.opened_at)
    .limit(_MOST)
)
# By whether it is asked of now: a partial index knows what has no end or no review yet.
_EMERGENCIES = {
    True: _OPENED.where(EmergencyAccess.reviewed_at.is_(None)),
    False: _OPENED.where(or_(EmergencyAccess.reviewed_at.is_(None), EmergencyAccess.reviewed_at > _AT)),
}
_PAST_CLOCK = (
    select(ConcernClock.concern_ref.label("ref"), Concern.case_ref, ConcernClock.due_at)
    .join(Concern, Concern.ref == ConcernClock.concern_ref)
    .where(
        ConcernClock.due_at <= _AT,
        ConcernClock.started_at <= _AT,
        ConcernClock.concern_ref.not_in(sealed_from(bindparam("viewer"))),
        # A tie starts this one: whom it is to must not see it start.
        or_(ConcernClock.duty != Duty.LADO, ConcernClock.concern_ref.not_in(about_them(bindparam("viewer")))),
    )
    .order_by(ConcernClock.due_at, ConcernClock.concern_ref)
    .limit(_MOST)
)
_RAN = {
    True: _PAST_CLOCK.where(ConcernClock.ended_at.is_(None)),
    False: _PAST_CLOCK.where(or_(ConcernClock.ended_at.is_(None), ConcernClock.ended_at > _AT)),
}
_LEAVERS = select(Person.username).where(Person.left_at.is_not(None), Person.left_at <= _AT)
_THEIRS: BindParameter[str] = bindparam("leavers", expanding=True)
_LEFT_GRANTS = (
    select(AccessGrant.id, AccessGrant.person, AccessGrant.case_ref)
    .where(AccessGrant.person.in_(_THEIRS), _NOW_LIVE)
    .limit(_MOST)
)
_LEFT_SESSIONS = (
    select(null().label("id"), SignInSession.person, null().label("case_ref"))
    .where(SignInSession.person.in_(_THEIRS), SignInSession.ended_at.is_(None), SignInSession.expires_at > _AT)
    .limit(_MOST)
)

_SOON: BindParameter[date] = bindparam("soon")
_FURTHER: Any = select(func.max(PartnerAgreement.until)).where(
    PartnerAgreement.organisation == PartnerOrganisation.name, PartnerAgreement.ended_at.is_(None)
)
_RUNS_ON = exists().where(
    PartnerAgreement.organisation == PartnerOrganisation.name,
    PartnerAgreement.ended_at.is_(None),
    or_(PartnerAgreement.until.is_(None), PartnerAgreement.until > _SOON),
)
_ORGANISATIONS = (
    select(
        PartnerOrganisation.name,
        func.coalesce(_FURTHER.scalar_subquery(), PartnerOrganisation.agreement_until).label("agreement_until"),
    )
    .where(
        or_(
            PartnerOrganisation.agreement_from.is_(None),
            PartnerOrganisation.agreement_until <= _SOON,
            PartnerOrganisation.agreement_ended_at.is_not(None),
        ),
        ~_RUNS_ON,
        select(Person.username).where(Person.organisation == PartnerOrganisation.name, account_was_on()).exists(),
    )
    .order_by(PartnerOrganisation.agreement_until)
    .limit(_MOST)
)
_LASTS: Any = func.max(WorkerCheck.expires_on)
_WORKER_CHECKS = (
    select(WorkerCheck.person, WorkerCheck.kind, _LASTS.label("lasts"))
    .join(Person, Person.username == WorkerCheck.person)
    .where(account_was_on())
    .group_by(WorkerCheck.person, WorkerCheck.kind)
    .having(_LASTS <= _SOON)
    .order_by(_LASTS)
    .limit(_MOST)
)
_NOBODY: Final = {
    Role.DSL: "Nobody is designated safeguarding lead.",
    Role.DEPUTY_DSL: "Nobody is deputy safeguarding lead.",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """The instant asked of, how far to count, and the viewer, from whom no concern that counts is sealed.

    `inbox` is what waits in it now. `is_now` is False for a past instant, for
    which nothing kept for speed is used where there is history to decide on.
    `machine` is what its clock says.
    """

    at: datetime
    settings: PolicySettings
    most: int
    viewer: str | None = None
    is_now: bool = True
    machine: datetime | None = None
    inbox: Mapping[str, Stuck | None] = field(default_factory=dict)

    def binds(self, **more: Any) -> dict[str, Any]:
        """The values that every statement takes; one row more than is counted tells whether there are more."""
        return {"at": self.at, "most": self.most + 1, "viewer": self.viewer or "", **more}


def waiting(session: Session, scope: Scope) -> list[Finding]:
    """Everything that waits for somebody, check by check."""
    return [find(session, scope) for find in _FINDERS]


def _counted(check: Check, scope: Scope, rows: Sequence[Any], tell: Callable[[Any], Behind]) -> Finding:
    behind = tuple(tell(row) for row in rows[: min(SHOWN, scope.most)])
    return Finding(check, min(len(rows), scope.most), behind, len(rows) > scope.most)


def _of_grant(row: Any, what: str) -> Behind:
    return Behind(what, row.person, row.case_ref, row.id)


def _suspended(session: Session, scope: Scope) -> Finding:
    def tell(row: Any) -> Behind:
        kind = row.capacity.value.replace("_", " ")
        return _of_grant(
            row, f"Access {row.id} to {row.case_ref} is suspended until {row.person} signs the {kind} agreement."
        )

    rows = session.execute(_SUSPENDED, scope.binds()).all() if scope.is_now else _suspended_then(session, scope)
    return _counted(attention.SUSPENDED, scope, rows, tell)


def _suspended_then(session: Session, scope: Scope) -> list[Any]:
    """The same for a past instant, from the signatures themselves."""
    agreements = facts.agreements(session)
    holders = [(person, capacity) for person, capacity in session.execute(_HOLDERS, scope.binds())]
    found: list[Any] = []
    for start in range(0, len(holders), PEOPLE):
        batch = holders[start : start + PEOPLE]
        people = facts.people(session, {person for person, _ in batch})
        for person, kind in batch:
            signatures = people[person].signatures
            if not people[person].active(scope.at):
                continue
            if agreement_reasons(kind, signatures, agreements.get(kind, ()), scope.settings, scope.at):
                held = session.execute(_HELD, scope.binds(person=person)).all()
                found += [row for row in held if row.capacity == kind]
            if len(found) > scope.most:
                return found
    return found


def _unconfirmed(session: Session, scope: Scope) -> Finding:
    def tell(row: Any) -> Behind:
        return _of_grant(row, f"Access {row.id} of {row.person} to {row.case_ref}: last looked at {moment(row.since)}.")

    binds = scope.binds(before=scope.at - timedelta(days=scope.settings.reconfirm_days))
    rows = [*session.execute(_NEVER_CONFIRMED, binds)]
    if len(rows) <= scope.most:
        rows += session.execute(_LONG_CONFIRMED, binds)
    return _counted(attention.UNCONFIRMED, scope, rows, tell)


def _unallocated(session: Session, scope: Scope) -> Finding:
    def tell(row: Any) -> Behind:
        what = f"{row.ref}: a party without a lead caseworker since {row.unallocated_since}."
        return Behind(what, case_ref=row.ref)

    rows = session.execute(_UNALLOCATED, scope.binds(today=london_date(scope.at))).all()
    return _counted(attention.UNALLOCATED, scope, rows, tell)


def _emergencies(session: Session, scope: Scope) -> Finding:
    def tell(row: Any) -> Behind:
        by = second_review_by(row.opened_at, scope.settings.bank_holidays)
        late = "was due" if by <= scope.at else "is due"
        opened = f"{row.person} opened {row.case_ref} on {moment(row.opened_at)}"
        what = f"{row.id}: {opened}; a review {late} {due_told(by)}."
        return Behind(what, row.person, row.case_ref, row.id, row.opened_at)

    rows = session.execute(_EMERGENCIES[scope.is_now], scope.binds()).all()
    return _counted(attention.EMERGENCIES, scope, rows, tell)


def _past_clock(check: Check, duty_of: Duty) -> Callable[[Session, Scope], Finding]:
    def tell(row: Any) -> Behind:
        what = f"{row.ref} was due {due_told(row.due_at)}."
        return Behind(what, case_ref=row.case_ref, ref=row.ref, at=row.due_at)

    def find(session: Session, scope: Scope) -> Finding:
        statement = _RAN[scope.is_now].where(ConcernClock.duty == duty_of)
        rows = session.execute(statement, scope.binds()).all()
        return _counted(check, scope, rows, tell)

    return find


def _partners(session: Session, scope: Scope) -> Finding:
    def tell(row: Any) -> Behind:
        return Behind(f"{row.name}: {until_told(row.agreement_until)}.", ref=row.name)

    rows = session.execute(_ORGANISATIONS, scope.binds(soon=london_date(scope.at + SOON))).all()
    return _counted(attention.PARTNERS, scope, rows, tell)


def _worker_checks(session: Session, scope: Scope) -> Finding:
    def tell(row: Any) -> Behind:
        held = "ran out: held" if start_of(row.lasts) <= scope.at else "holds"
        return Behind(f"{row.person}: {row.kind.value} {held} {until_told(row.lasts)}.", row.person)

    rows = session.execute(_WORKER_CHECKS, scope.binds(soon=london_date(scope.at + SOON))).all()
    return _counted(attention.WORKER_CHECKS, scope, rows, tell)


def _leavers(session: Session, scope: Scope) -> Finding:
    def tell(row: Any) -> Behind:
        held = f"holds access {row.id} to {row.case_ref}" if row.id else "has a session"
        return Behind(f"{row.person} left and still {held}.", row.person, row.case_ref, row.id)

    # Who left is asked first: a join would begin with every live access.
    binds = scope.binds(leavers=session.scalars(_LEAVERS, {"at": scope.at}).all())
    rows: list[Any] = []
    if binds["leavers"]:
        rows = [*session.execute(_LEFT_GRANTS, binds), *session.execute(_LEFT_SESSIONS, binds)]
    return _counted(attention.LEAVERS, scope, rows, tell)


def _leads(session: Session, scope: Scope) -> Finding:
    """The roles of the leads that nobody holds, and the first day from then on which all leads are away (C9)."""
    leads = duty.leads(session, scope.at)
    told = [Behind(_NOBODY[role]) for role in missing(leads.values())]
    alone = next(unstaffed(leads, london_date(scope.at)), None)
    if alone is not None:
        told.append(Behind(f"On {day(alone)} every lead and deputy is away."))
    return found(attention.LEADS, told)


def _in_inbox(_: Session, scope: Scope) -> Finding:
    waits = scope.inbox if scope.is_now else {}
    return found(
        attention.INBOX,
        [Behind(f"{ref}: {stuck.why if stuck else 'not tried yet'}", ref=ref) for ref, stuck in waits.items()],
    )


_FINDERS: Final[tuple[Callable[[Session, Scope], Finding], ...]] = (
    _suspended,
    _unallocated,
    _unconfirmed,
    _emergencies,
    _in_inbox,
    _past_clock(attention.CONCERNS, Duty.DECIDE),
    _past_clock(attention.REVIEWS, Duty.REVIEW),
    lambda session, scope: unread(session, scope.at, scope.most, scope.viewer, is_now=scope.is_now),
    _past_clock(attention.LADO, Duty.LADO),
    _leads,
    _partners,
    _worker_checks,
    _leavers,
)
