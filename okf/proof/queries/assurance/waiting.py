"""What somebody must act on while the promise holds: each a narrow query over an index, counted to a limit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, null, or_, select
from sqlalchemy.orm import Session

from okf.clock import end_of, london_date
from okf.policy.clocks import second_review_by
from okf.policy.facts import PolicySettings
from okf.policy.standing import agreement_reasons
from okf.policy.words import moment
from okf.proof.queries.assurance import awaited
from okf.proof.queries.assurance.findings import SHOWN, Behind, Check, Finding
from okf.proof.queries.assurance.lapsing import ORGANISATIONS, WORKER_CHECKS
from okf.proof.queries.assurance.leads import leads_there
from okf.proof.queries.assurance.readings import unread
from okf.proof.queries.assurance.untold import untold
from okf.store import facts
from okf.store.models import (
    AccessGrant,
    AgreementStanding,
    Case,
    Concern,
    EmergencyAccess,
    Person,
    SignInSession,
)
from okf.store.visible import about_them, grants_at, live_grants

SOON: Final = timedelta(days=30)
PEOPLE: Final = 500

_AT: Any = bindparam("at", type_=AccessGrant.from_.type)
_NOW_LIVE = live_grants()  # what the partial indexes know
_GRANT = (AccessGrant.id, AccessGrant.person, AccessGrant.case_ref, AccessGrant.capacity)
_MOST: Any = bindparam("most")

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
_OVERDUE = (
    select(Concern.ref, Concern.case_ref, Concern.due_at)
    .where(
        Concern.due_at <= _AT,
        Concern.ref.not_in(about_them(bindparam("viewer"))),
    )
    .order_by(Concern.due_at, Concern.ref)
    .limit(_MOST)
)
_OPEN_CONCERN = {
    True: Concern.ended_at.is_(None),
    False: or_(Concern.ended_at.is_(None), Concern.ended_at > _AT),
}
_UNDECIDED = {now: _OVERDUE.where(is_open, Concern.triaged_at.is_(None)) for now, is_open in _OPEN_CONCERN.items()}
_UNREVIEWED = {now: _OVERDUE.where(is_open, Concern.triaged_at.is_not(None)) for now, is_open in _OPEN_CONCERN.items()}
_LEAVERS = select(Person.username).where(Person.left_at.is_not(None), Person.left_at <= _AT)
_THEIRS: Any = bindparam("leavers", expanding=True)
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


@dataclass(frozen=True, slots=True)
class Scope:
    """For what instant, counted how far, and whose eyes: a concern about the viewer is not counted at all.

    `is_now` is False for a past instant, for which nothing kept for speed is
    used where there is history to decide on.
    """

    at: datetime
    settings: PolicySettings
    most: int
    viewer: str | None = None
    is_now: bool = True

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
    return _counted(awaited.SUSPENDED, scope, rows, tell)


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
    return _counted(awaited.UNCONFIRMED, scope, rows, tell)


def _unallocated(session: Session, scope: Scope) -> Finding:
    def tell(row: Any) -> Behind:
        what = f"{row.ref}: a party without a lead caseworker since {row.unallocated_since}."
        return Behind(what, case_ref=row.ref)

    rows = session.execute(_UNALLOCATED, scope.binds(today=london_date(scope.at))).all()
    return _counted(awaited.UNALLOCATED, scope, rows, tell)


def _emergencies(session: Session, scope: Scope) -> Finding:
    def tell(row: Any) -> Behind:
        by = second_review_by(row.opened_at, scope.settings.bank_holidays)
        late = "was due" if by <= scope.at else "is due"
        opened = f"{row.person} opened {row.case_ref} on {moment(row.opened_at)}"
        what = f"{row.id}: {opened}; a review {late} by {moment(by)}."
        return Behind(what, row.person, row.case_ref, row.id, row.opened_at)

    rows = session.execute(_EMERGENCIES[scope.is_now], scope.binds()).all()
    return _counted(awaited.EMERGENCIES, scope, rows, tell)


def _concerns(check: Check, statements: Mapping[bool, Any]) -> Callable[[Session, Scope], Finding]:
    def tell(row: Any) -> Behind:
        what = f"{row.ref} was due by {moment(row.due_at)}."
        return Behind(what, case_ref=row.case_ref, ref=row.ref, at=row.due_at)

    def find(session: Session, scope: Scope) -> Finding:
        rows = session.execute(statements[scope.is_now], scope.binds()).all()
        return _counted(check, scope, rows, tell)

    return find


def _partners(session: Session, scope: Scope) -> Finding:
    def tell(row: Any) -> Behind:
        return Behind(f"{row.name}: until {row.agreement_until}.", ref=row.name)

    rows = session.execute(ORGANISATIONS, scope.binds(soon=london_date(scope.at + SOON))).all()
    return _counted(awaited.PARTNERS, scope, rows, tell)


def _worker_checks(session: Session, scope: Scope) -> Finding:
    def tell(row: Any) -> Behind:
        runs = "ran out" if end_of(row.lasts) <= scope.at else "runs out"
        return Behind(f"{row.person}: {row.kind.value} {runs} on {row.lasts}.", row.person)

    rows = session.execute(WORKER_CHECKS, scope.binds(soon=london_date(scope.at + SOON))).all()
    return _counted(awaited.WORKER_CHECKS, scope, rows, tell)


def _leavers(session: Session, scope: Scope) -> Finding:
    def tell(row: Any) -> Behind:
        held = f"holds access {row.id} to {row.case_ref}" if row.id else "has a session"
        return Behind(f"{row.person} left and still {held}.", row.person, row.case_ref, row.id)

    # Who left is asked first: a join would begin with every live access.
    binds = scope.binds(leavers=session.scalars(_LEAVERS, {"at": scope.at}).all())
    rows: list[Any] = []
    if binds["leavers"]:
        rows = [*session.execute(_LEFT_GRANTS, binds), *session.execute(_LEFT_SESSIONS, binds)]
    return _counted(awaited.LEAVERS, scope, rows, tell)


_FINDERS: Final[tuple[Callable[[Session, Scope], Finding], ...]] = (
    _suspended,
    _unallocated,
    _unconfirmed,
    _emergencies,
    _concerns(awaited.CONCERNS, _UNDECIDED),
    _concerns(awaited.REVIEWS, _UNREVIEWED),
    lambda session, scope: unread(session, scope.at, scope.most, scope.viewer, is_now=scope.is_now),
    lambda session, scope: untold(session, scope.at, scope.settings, scope.most, scope.viewer),
    lambda session, scope: leads_there(session, scope.at),
    _partners,
    _worker_checks,
    _leavers,
)
