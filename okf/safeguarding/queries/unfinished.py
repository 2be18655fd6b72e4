"""What keeps a concern from ending: referrals, readings, the designated officer, what a checklist makes due (C9)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from okf.desk import Desk
from okf.errors import unknown
from okf.policy.access import decide
from okf.policy.share_words import recipient_in_words
from okf.policy.words import moment
from okf.safeguarding.queries.checklists import filled_of
from okf.store.models import ConcernClock, ConcernDecision, Referral
from okf.terms import Action
from okf.terms.decisions import UNANSWERED, DecisionState, ReferralStatus
from okf.terms.duties import Duty

_REF: Any = bindparam("ref")
_REFERRALS = (
    select(Referral.recipient, Referral.sent_at, Referral.status)
    .where(
        Referral.concern_ref == _REF,
        or_(
            Referral.status.in_(UNANSWERED),
            and_(Referral.status == ReferralStatus.NOT_ACCEPTED, Referral.chase_at.is_not(None)),
        ),
    )
    .order_by(Referral.sent_at, Referral.ref)
)
_OFFICER = select(ConcernClock.id).where(
    ConcernClock.concern_ref == _REF, ConcernClock.duty == Duty.LADO, ConcernClock.ended_at.is_(None)
)
_UNCONFIRMED = (
    select(Referral.recipient, Referral.sent_at)
    .join(ConcernClock, ConcernClock.of == Referral.ref)
    .where(ConcernClock.concern_ref == _REF, ConcernClock.duty == Duty.CONFIRM, ConcernClock.ended_at.is_(None))
    .order_by(Referral.sent_at, Referral.ref)
)
_DECISIONS = (
    select(ConcernDecision.number, ConcernDecision.state)
    .where(ConcernDecision.concern_ref == _REF)
    .order_by(ConcernDecision.number)
)
_WAITS = {
    DecisionState.AWAITS_SECOND: "waits for its second reading",
    DecisionState.AWAITS_THIRD: "waits for its third reading",
    DecisionState.OVERTURNED: "does not stand, and is to be made anew",
}


def unfinished(session: Session, ref: str) -> tuple[str, ...]:
    """What is to be done before this concern ends, each in a few words."""
    told = []
    for row in session.execute(_REFERRALS, {"ref": ref}):
        no = row.status is ReferralStatus.NOT_ACCEPTED
        waits = "was not accepted: escalate it, or leave it at their answer" if no else "has no answer"
        told.append(f"{_referral(row)} {waits}")
    told += [f"{_referral(row)} is not confirmed in writing" for row in session.execute(_UNCONFIRMED, {"ref": ref})]
    if session.scalar(_OFFICER, {"ref": ref}) is not None:
        told.append("the designated officer is not told: put on record that they are, or why not")
    decisions = session.execute(_DECISIONS, {"ref": ref}).all()
    told += [
        f"decision {row.number} {_WAITS[row.state]}"
        for row in decisions
        if row.state in _WAITS and (row is decisions[-1] or row.state is not DecisionState.OVERTURNED)
    ]
    told += [
        f"“{due.what}” of {one.title} is not done: put on record that it is, or give it up with a reason"
        for one in filled_of(session, ref)
        for due in one.dues
        if due.ended_at is None
    ]
    return tuple(told)


def keeps_open(desk: Desk, ref: str) -> tuple[str, ...]:
    """The same for whoever works the concern.

    Raises:
        NotFound: there is no such concern, or none that they work.
    """
    with desk.reading() as session:
        if not decide(desk.question(session, Action.TRIAGE_CONCERN, concern=ref)).allowed:
            raise unknown("concern", ref)
        return unfinished(session, ref)


def _referral(row: Any) -> str:
    return f"the referral to {recipient_in_words({'type': row.recipient})} of {moment(row.sent_at)}"
