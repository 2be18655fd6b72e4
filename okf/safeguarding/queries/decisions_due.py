"""What is due on decisions: their second and third readings, answers to chase, what must be decided anew (C9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from okf.asker import allowed_on, permitted_reader
from okf.desk import Desk
from okf.paging import COUNT_MOST, AnySelect, Count
from okf.pending import PendingItem, counted
from okf.policy.facts import PersonFacts, Question
from okf.policy.share_words import recipient_in_words
from okf.store.models import Concern, ConcernDecision, DecisionReading, Person, Referral
from okf.store.rows import from_row
from okf.store.visible import AT, WHO, binds_for, concerns_read_again_by, concerns_visible_to, concerns_worked_by
from okf.terms import FOR_SAFETY, Action
from okf.terms.decisions import DecisionState, ReferralStatus

MOST: Final = 200

_LATER = aliased(ConcernDecision)
_READINGS = (
    select(
        ConcernDecision.concern_ref,
        ConcernDecision.ref,
        ConcernDecision.number,
        ConcernDecision.to_share,
        ConcernDecision.state,
        ConcernDecision.due_at,
        ConcernDecision.decided_at,
        Person.name.label("by"),
    )
    .join(Person, Person.username == ConcernDecision.decided_by)
    .where(
        ConcernDecision.settled_at.is_(None),
        ConcernDecision.decided_by != WHO,
        concerns_read_again_by(ConcernDecision.concern_ref),
        ConcernDecision.ref.not_in(select(DecisionReading.decision_ref).where(DecisionReading.reader == WHO)),
    )
    .order_by(ConcernDecision.due_at, ConcernDecision.ref)
    .limit(MOST)
)
_CHASES = (
    select(
        Referral.concern_ref,
        Referral.ref,
        Referral.recipient,
        Referral.status,
        Referral.chase_at,
        Referral.confirm_by,
        Referral.confirmed_at,
        Referral.sent_at,
    )
    .where(
        or_(Referral.chase_at.is_not(None), and_(Referral.confirm_by.is_not(None), Referral.confirmed_at.is_(None))),
        concerns_worked_by(Referral.concern_ref),
    )
    .order_by(func.coalesce(Referral.chase_at, Referral.confirm_by), Referral.ref)
    .limit(MOST)
)
_ANEW = (
    select(ConcernDecision.concern_ref, ConcernDecision.ref, Concern.due_at)
    .join(Concern, Concern.ref == ConcernDecision.concern_ref)
    .where(
        ConcernDecision.state == DecisionState.OVERTURNED,
        Concern.ended_at.is_(None),
        concerns_worked_by(ConcernDecision.concern_ref),
        ~select(_LATER.ref).where(_LATER.replaces == ConcernDecision.ref).exists(),
    )
    .order_by(Concern.due_at, ConcernDecision.ref)
    .limit(MOST)
)
_OVERDUE: AnySelect = select(func.count()).select_from(
    select(ConcernDecision.ref)
    .where(
        ConcernDecision.settled_at.is_(None),
        ConcernDecision.due_at <= AT,
        concerns_visible_to(ConcernDecision.concern_ref),
    )
    .limit(COUNT_MOST + 1)
    .subquery()
)


class Due(StrEnum):
    """What is to be done."""

    SECOND = "second reading"
    THIRD = "third reading"
    CHASE = "chase the answer"
    CONFIRM = "confirm in writing"
    ESCALATE = "escalate, or leave it at their answer"
    CLIMB = "climb the next step, or give it up"
    ANEW = "decide anew"


_NEXT: Final = {ReferralStatus.NOT_ACCEPTED: Due.ESCALATE, ReferralStatus.ESCALATED: Due.CLIMB}


@dataclass(frozen=True, slots=True)
class DueRow:
    """One thing that is due on a concern, by when; `told` says on what in a few words, naming nobody it is about."""

    what: Due
    concern_ref: str
    told: str
    due_at: datetime

    def overdue(self, at: datetime) -> bool:
        """Whether its time has come."""
        return self.due_at <= at


@dataclass(frozen=True, slots=True)
class DueView:
    """What is due for whoever looks: the readings that are theirs to make, then, for leads, the rest."""

    readings: tuple[DueRow, ...]
    follow_ups: tuple[DueRow, ...]
    at: datetime


def decisions_due(desk: Desk) -> DueView:
    """What is due on the decisions that this person may read again or work, the least time left first.

    Narrowed by indexes on what is open and to what is not hidden from the
    reader, then decided one by one; at most some hundreds.

    Raises:
        Refused: the reader neither works concerns nor reads decisions again.
    """
    question = permitted_reader(desk, Action.LIST_DECISIONS)
    with desk.reading() as session:
        return DueView(tuple(_readings(session, question)), tuple(_follow_ups(session, question)), question.at)


def readings_overdue(session: Session, question: Question) -> Count:
    """How many decisions are past their reading, without one on a concern that is hidden from whoever asks."""
    return Count.capped(session.scalar(_OVERDUE, binds_for(question)) or 0)


def count_overdue(desk: Desk) -> Count:
    """The same for whoever is here and may count concerns: a manager sees this figure and nothing behind it.

    Raises:
        Refused: the reader may not even count them.
    """
    question = permitted_reader(desk, Action.COUNT_CONCERNS)
    with desk.reading() as session:
        return readings_overdue(session, question)


def readings_pending(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """For the overview: how many decisions wait for this person's reading."""
    if not person.roles(desk.now()) & FOR_SAFETY:
        return None
    question = desk.question(session, Action.LIST_DECISIONS)
    rows = _readings(session, question)
    text = counted(len(rows), "decision waits for you to read it again", "decisions wait for you to read them again")
    return PendingItem(text, "decisions", overdue=any(one.overdue(question.at) for one in rows)) if rows else None


def follow_ups_pending(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """For the overview: referrals whose answer is to be chased now, and decisions that must be made anew."""
    if not person.roles(desk.now()) & FOR_SAFETY:
        return None
    question = desk.question(session, Action.LIST_DECISIONS)
    rows = [one for one in _follow_ups(session, question) if one.what is Due.ANEW or one.overdue(question.at)]
    text = counted(len(rows), "decision or referral is for you to follow up", "decisions or referrals to follow up")
    return PendingItem(text, "decisions", overdue=any(one.overdue(question.at) for one in rows)) if rows else None


def _readings(session: Session, question: Question) -> list[DueRow]:
    rows = session.execute(_READINGS, binds_for(question)).all()
    theirs = allowed_on(session, question, [row.concern_ref for row in rows], Action.REVIEW_DECISION)
    return [
        from_row(
            DueRow,
            row,
            what=Due.SECOND if row.state is DecisionState.AWAITS_SECOND else Due.THIRD,
            told=f"Decision {row.number} of {row.by}, {'to share' if row.to_share else 'not to share'}",
        )
        for row in rows
        if row.concern_ref in theirs
    ]


def _follow_ups(session: Session, question: Question) -> list[DueRow]:
    binds = binds_for(question)
    chases, anew = session.execute(_CHASES, binds).all(), session.execute(_ANEW, binds).all()
    theirs = allowed_on(session, question, [row.concern_ref for row in (*chases, *anew)], Action.DECIDE_CONCERN)
    found = [
        from_row(DueRow, row, what=Due.ANEW, told="The third reader said that the decision does not stand")
        for row in anew
        if row.concern_ref in theirs
    ]
    for row in chases:
        if row.concern_ref not in theirs:
            continue
        to = f"Referral to {recipient_in_words({'type': row.recipient})}"
        if row.chase_at is not None:
            found.append(DueRow(_NEXT.get(row.status, Due.CHASE), row.concern_ref, to, row.chase_at))
        if row.confirm_by is not None and row.confirmed_at is None:
            found.append(DueRow(Due.CONFIRM, row.concern_ref, to, row.confirm_by))
    return sorted(found, key=lambda one: (one.due_at, one.concern_ref))
