"""Emergency accesses that somebody else reviews: why each was opened, and what the record says was done in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from okf.asker import Asker, asking
from okf.desk import Desk
from okf.pending import PendingItem, counted
from okf.policy.facts import PersonFacts
from okf.policy.gates import review_by
from okf.policy.table import GRANTERS
from okf.store.models import AuditEvent, EmergencyAccess, Person
from okf.store.rows import from_row
from okf.store.visible import tied_cases
from okf.terms import Action, Outcome

MOST = 50
DONE_MOST = 60

_COLUMNS = (
    EmergencyAccess.id,
    EmergencyAccess.case_ref,
    EmergencyAccess.person,
    Person.name,
    EmergencyAccess.opened_at,
    EmergencyAccess.ended_at,
    EmergencyAccess.reason,
    EmergencyAccess.reviewed_at,
    EmergencyAccess.reviewed_by,
    EmergencyAccess.justified,
    EmergencyAccess.review_finding,
)
_OF_OTHERS = (
    select(*_COLUMNS)
    .join(Person, Person.username == EmergencyAccess.person)
    .where(EmergencyAccess.person != bindparam("who"), EmergencyAccess.case_ref.not_in(tied_cases()))
    .limit(MOST)
)
_WAITING = _OF_OTHERS.where(EmergencyAccess.reviewed_at.is_(None)).order_by(EmergencyAccess.opened_at)
_REVIEWED = _OF_OTHERS.where(EmergencyAccess.reviewed_at.is_not(None)).order_by(EmergencyAccess.opened_at.desc())
_DONE = (
    select(AuditEvent.at, AuditEvent.action, AuditEvent.outcome, AuditEvent.subject, AuditEvent.facts)
    .where(
        AuditEvent.case_ref == bindparam("case_ref"),
        AuditEvent.actor == bindparam("person"),
        AuditEvent.at >= bindparam("since", type_=AuditEvent.at.type),
        AuditEvent.at < bindparam("until", type_=AuditEvent.at.type),
        AuditEvent.action.not_in([Action.OPEN_EMERGENCY_ACCESS, Action.END_EMERGENCY_ACCESS]),
    )
    .order_by(AuditEvent.seq)
    .limit(DONE_MOST + 1)
)
_COUNT = select(func.count(), func.min(EmergencyAccess.opened_at)).where(
    EmergencyAccess.reviewed_at.is_(None),
    EmergencyAccess.person != bindparam("who"),
    EmergencyAccess.case_ref.not_in(tied_cases()),
)


@dataclass(frozen=True, slots=True)
class Done:
    """One thing that was done in an emergency access, from the audit record."""

    at: datetime
    action: Action
    refused: bool
    what: str | None
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EmergencyReview:
    """An emergency access of somebody else's, with the reason that was typed and what was done in it."""

    id: str
    case_ref: str
    name: str
    opened_at: datetime
    until: datetime
    ended_early: bool
    goes_on: bool
    reason: str
    due: datetime
    overdue: bool
    done: tuple[Done, ...]
    more: bool
    reviewed_at: datetime | None
    reviewed_by: str | None
    justified: bool | None
    finding: str | None


def emergencies_to_review(desk: Desk) -> tuple[EmergencyReview, ...]:
    """Emergency accesses of others that wait for their review, the longest first, for those who may review.

    None of a family to which the reader has a tie.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.REVIEW_EMERGENCY_ACCESS) as asker:
        return _reviews(asker, _WAITING)


def emergencies_reviewed(desk: Desk) -> tuple[EmergencyReview, ...]:
    """Those of others that were reviewed, the newest first, at most fifty, for those who may review.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.REVIEW_EMERGENCY_ACCESS) as asker:
        return _reviews(asker, _REVIEWED)


def emergency_reviews_pending(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """How many reviews wait for this person."""
    at = desk.now()
    if not person.roles(at) & GRANTERS:
        return None
    count, oldest = session.execute(_COUNT, {"who": person.username, "at": at}).one()
    if not count:
        return None
    due = review_by(oldest, desk.question(session, Action.REVIEW_EMERGENCY_ACCESS))
    text = counted(count, "emergency access waits for your review", "emergency accesses wait for your review")
    why = "Whoever opened it may not review it."
    return PendingItem(text, "emergency_reviews", overdue=due <= at, due=due, why=why, count=count, act="Review")


def _reviews(asker: Asker, statement: Any) -> tuple[EmergencyReview, ...]:
    return tuple(
        _review(asker, row) for row in asker.session.execute(statement, {"who": asker.who, "at": asker.at}).all()
    )


def _review(asker: Asker, row: Any) -> EmergencyReview:
    until = row.ended_at or row.opened_at + timedelta(hours=asker.settings.break_glass_hours)
    due = review_by(row.opened_at, asker.base)
    # What was done at the very instant of its end is of it too; the record stands in the order of its events.
    bound = {"case_ref": row.case_ref, "person": row.person, "since": row.opened_at, "until": end_of_second(until)}
    events = asker.session.execute(_DONE, bound).all()
    return EmergencyReview(
        id=row.id,
        case_ref=row.case_ref,
        name=row.name,
        opened_at=row.opened_at,
        until=until,
        ended_early=row.ended_at is not None,
        goes_on=until > asker.at,
        reason=row.reason,
        due=due,
        overdue=row.reviewed_at is None and due <= asker.at,
        done=tuple(_done(event) for event in events[:DONE_MOST]),
        more=len(events) > DONE_MOST,
        reviewed_at=row.reviewed_at,
        reviewed_by=row.reviewed_by,
        justified=row.justified,
        finding=row.review_finding,
    )


def end_of_second(instant: datetime) -> datetime:
    """The beginning of the next second."""
    return instant.replace(microsecond=0) + timedelta(seconds=1)


def _done(event: Any) -> Done:
    records = event.facts.get("records") or ([event.subject] if event.action is Action.READ_RECORD else [])
    refused = event.outcome not in (Outcome.ALLOW, Outcome.ALLOW_WITH_CONDITIONS)
    named = tuple(str(one) for one in records if one) if isinstance(records, list) else ()
    return from_row(Done, event, refused=refused, what=event.facts.get("part"), records=named)
