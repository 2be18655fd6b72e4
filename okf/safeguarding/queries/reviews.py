"""Reviews of open concerns: those made of one, and those that are overdue (C9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.asker import Asker
from okf.desk import Desk
from okf.pending import PendingItem, counted
from okf.policy.facts import PersonFacts
from okf.safeguarding.queries.allegations import MOST, worked_by
from okf.store.models import ConcernClock, ConcernReview, Person
from okf.store.rows import from_rows
from okf.store.visible import binds_of, concerns_worked_by
from okf.terms import FOR_SAFETY, SAFEGUARDING_LEADS, Severity
from okf.terms.concerns import ReviewOutcome
from okf.terms.duties import Duty

_OVERDUE = (
    select(ConcernClock.concern_ref)
    .where(
        ConcernClock.ended_at.is_(None),
        ConcernClock.duty == Duty.REVIEW,
        ConcernClock.due_at <= bindparam("at", type_=ConcernClock.due_at.type),
        concerns_worked_by(ConcernClock.concern_ref),
    )
    .order_by(ConcernClock.due_at)
    .limit(MOST)
)
_MADE = (
    select(
        ConcernReview.reviewed_at.label("at"),
        Person.name.label("by"),
        ConcernReview.due_on,
        ConcernReview.outcome,
        ConcernReview.severity_before,
        ConcernReview.severity,
        ConcernReview.next_review_on,
        ConcernReview.found,
    )
    .outerjoin(Person, Person.username == ConcernReview.reviewed_by)
    .where(ConcernReview.concern_ref == bindparam("ref"))
    .order_by(ConcernReview.id)
)


@dataclass(frozen=True, slots=True)
class ReviewMade:
    """One review: when it was due and made, and what it came to."""

    at: datetime
    by: str
    due_on: date | None
    outcome: ReviewOutcome
    severity_before: Severity
    severity: Severity
    next_review_on: date | None
    found: str


def reviews_of(desk: Desk, ref: str) -> tuple[ReviewMade, ...]:
    """The reviews of one concern, oldest first; none for who may not work it."""
    with desk.reading() as session:
        if ref not in worked_by(Asker.of(desk, session), [ref]):
            return ()
        return from_rows(ReviewMade, session.execute(_MADE, {"ref": ref}))


def reviews_overdue(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """For Today: the concerns that this person works and whose next look is past its day."""
    roles = person.roles(desk.now())
    if person.is_host or not roles & FOR_SAFETY:
        return None
    refs = session.scalars(_OVERDUE, binds_of(person, desk.now())).all()
    theirs = worked_by(Asker.of(desk, session), refs) if refs else {}
    if not theirs:
        return None
    said = counted(len(theirs), "review of a concern is", "reviews of concerns are") + " overdue"
    if roles & SAFEGUARDING_LEADS:
        return PendingItem(said, "concerns", {"due": "Overdue"}, overdue=True, count=len(theirs), act="Review")
    return PendingItem(said, "concern", {"ref": next(iter(theirs))}, overdue=True, count=len(theirs), act="Review")
