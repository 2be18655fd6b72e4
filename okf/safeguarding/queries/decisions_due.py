"""What is due on decisions: their second and third readings, answers to chase, what must be decided anew (C9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from okf.asker import allowed_on, permitted_reader
from okf.desk import Desk
from okf.paging import COUNT_MOST, AnySelect, Count
from okf.pending import PendingItem, counted
from okf.policy.facts import PersonFacts, Question
from okf.policy.share_words import recipient_in_words
from okf.store.models import Concern, ConcernClock, ConcernDecision, DecisionReading, Person, Referral
from okf.store.rows import from_row
from okf.store.visible import AT, WHO, binds_for, concerns_counted_for, concerns_read_again_by, concerns_worked_by
from okf.terms import FOR_SAFETY, Action
from okf.terms.decisions import DecisionState, ReferralStatus
from okf.terms.duties import Duty

MOST: Final = 200

_READING: Final = (Duty.SECOND, Duty.THIRD)
_AWAITED: Final = (Duty.CONFIRM, Duty.ANSWER, Duty.CHASE, Duty.ESCALATE)
_LATER = aliased(ConcernDecision)
_READINGS = (
    select(
        ConcernDecision.concern_ref,
        ConcernDecision.ref,
        ConcernDecision.number,
        ConcernDecision.to_share,
        ConcernClock.duty,
        ConcernClock.due_at,
        ConcernDecision.decided_at,
        Person.name.label("by"),
    )
    .join(ConcernClock, ConcernClock.of == ConcernDecision.ref)
    .join(Person, Person.username == ConcernDecision.decided_by)
    .where(
        ConcernClock.ended_at.is_(None),
        ConcernClock.duty.in_(_READING),
        ConcernDecision.decided_by != WHO,
        concerns_read_again_by(ConcernDecision.concern_ref),
        ConcernDecision.ref.not_in(select(DecisionReading.decision_ref).where(DecisionReading.reader == WHO)),
    )
    .order_by(ConcernClock.due_at, ConcernDecision.ref)
    .limit(MOST)
)
_CHASES = (
    select(
        Referral.concern_ref, Referral.ref, Referral.recipient, Referral.status, ConcernClock.duty, ConcernClock.due_at
    )
    .join(ConcernClock, ConcernClock.of == Referral.ref)
    .where(ConcernClock.ended_at.is_(None), ConcernClock.duty.in_(_AWAITED), concerns_worked_by(Referral.concern_ref))
    .order_by(ConcernClock.due_at, Referral.ref)
    .limit(MOST)
)
_ANEW = (
    select(ConcernDecision.concern_ref, ConcernDecision.ref, Concern.decide_by.label("due_at"))
    .join(Concern, Concern.ref == ConcernDecision.concern_ref)
    .where(
        ConcernDecision.state == DecisionState.OVERTURNED,
        Concern.decide_by.is_not(None),
        concerns_worked_by(ConcernDecision.concern_ref),
        ~select(_LATER.ref).where(_LATER.replaces == ConcernDecision.ref).exists(),
    )
    .order_by(Concern.decide_by, ConcernDecision.ref)
    .limit(MOST)
)
_OVERDUE: AnySelect = select(func.count()).select_from(
    select(ConcernClock.id)
    .where(
        ConcernClock.ended_at.is_(None),
        ConcernClock.duty.in_(_READING),
        ConcernClock.due_at <= AT,
        concerns_counted_for(ConcernClock.concern_ref),
    )
    .limit(COUNT_MOST + 1)
    .subquery()
)


class Due(StrEnum):
    """What is to be done."""

    SECOND = "second reading"
    THIRD = "third reading"
    ANSWER = "their answer"
    CHASE = "chase the answer"
    CONFIRM = "confirm in writing"
    ESCALATE = "escalate, or leave it at their answer"
    CLIMB = "climb the next step, or give it up"
    ANEW = "decide anew"


_DUE: Final = {Duty.CONFIRM: Due.CONFIRM, Duty.ANSWER: Due.ANSWER, Duty.CHASE: Due.CHASE, Duty.ESCALATE: Due.CLIMB}


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
    """For Today: how many decisions wait for this person's reading."""
    if not person.roles(desk.now()) & FOR_SAFETY:
        return None
    question = desk.question(session, Action.LIST_DECISIONS)
    rows = _readings(session, question)
    text = counted(len(rows), "decision waits for you to read it again", "decisions wait for you to read them again")
    return _pending(text, rows, question.at, act="Read again")


def follow_ups_pending(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """For Today: referrals whose answer is to be chased now, and decisions that must be made anew."""
    if not person.roles(desk.now()) & FOR_SAFETY:
        return None
    question = desk.question(session, Action.LIST_DECISIONS)
    rows = [one for one in _follow_ups(session, question) if one.what is Due.ANEW or one.overdue(question.at)]
    text = counted(len(rows), "decision or referral is for you to follow up", "decisions or referrals to follow up")
    return _pending(text, rows, question.at, act="Follow up")


def _pending(text: str, rows: Sequence[DueRow], at: datetime, *, act: str) -> PendingItem | None:
    if not rows:
        return None
    due = min(one.due_at for one in rows)
    return PendingItem(text, "decisions", overdue=due <= at, due=due, count=len(rows), act=act)


def _readings(session: Session, question: Question) -> list[DueRow]:
    rows = session.execute(_READINGS, binds_for(question)).all()
    theirs = allowed_on(session, question, [row.concern_ref for row in rows], Action.REVIEW_DECISION)
    return [
        from_row(
            DueRow,
            row,
            what=Due[row.duty.name],
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
        refused = row.duty is Duty.CHASE and row.status is ReferralStatus.NOT_ACCEPTED
        found.append(from_row(DueRow, row, what=Due.ESCALATE if refused else _DUE[row.duty], told=to))
    return sorted(found, key=lambda one: (one.due_at, one.concern_ref))
