"""A professional disagreement: a referral climbs its authority's steps, each with a name and a clock (C9)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select

from okf.clock import end_of_working_day_after
from okf.desk import Deed
from okf.errors import Conflict
from okf.policy.clocks import chase_on
from okf.policy.share_words import recipient_in_words
from okf.safeguarding.queries.directory import doors_of
from okf.store.models import Concern, ConcernDecision, DecisionRecipientAlso, Referral, ReferralEscalation
from okf.terms.decisions import ReferralStep
from okf.terms.escalations import EscalationEnd
from okf.validation import words_or_none

WRITTEN_TO: Final = 200
_STEPS = (
    select(ReferralEscalation)
    .where(ReferralEscalation.referral_ref == bindparam("referral"))
    .order_by(ReferralEscalation.place)
)
_ALSO = select(DecisionRecipientAlso).where(DecisionRecipientAlso.referral_ref == bindparam("referral"))
# Whoever says that they have it, or is asked once more, has not answered yet.
_ENDS: Final = {
    ReferralStep.ACCEPTED: EscalationEnd.ACCEPTED,
    ReferralStep.NOT_ACCEPTED: EscalationEnd.NOT_ACCEPTED,
    ReferralStep.ESCALATED: EscalationEnd.CLIMBED,
    ReferralStep.LEFT: EscalationEnd.GIVEN_UP,
    ReferralStep.GIVEN_UP: EscalationEnd.GIVEN_UP,
}


def climb(
    deed: Deed, concern: Concern, referral: Referral, said: str, *, written_to: str | None, by: datetime | None
) -> datetime:
    """Take the next step of a referral's authority, as the directory has it now; by when it is to be answered.

    `written_to` and `by` take the place of what the directory says. Of an
    authority without steps it is written to the recipient once more.

    Raises:
        Conflict: the last step was taken already.
        Invalid: whom was written to can't be kept.
    """
    steps = deed.session.scalars(_STEPS, {"referral": referral.ref}).all()
    also = deed.session.scalars(_ALSO, {"referral": referral.ref}).first()
    name = (also or deed.session.get_one(ConcernDecision, referral.decision_ref)).recipient_name
    authority = doors_of(deed.session, concern.case_ref).authority(name)
    known = authority.steps if authority else ()
    if known and len(steps) >= len(known):
        raise Conflict("The last of their steps was taken already: put on record what they say, or give it up.")
    step = known[len(steps)] if known else None
    asked = words_or_none("Written to", written_to, at_most=WRITTEN_TO)
    if step is not None:
        asked = asked or ", ".join(filter(None, (step.who, step.contact)))
        days = end_of_working_day_after(deed.at, step.working_days, deed.question.settings.bank_holidays)
        by = min(by, days) if by else days
    row = ReferralEscalation(
        referral_ref=referral.ref,
        concern_ref=concern.ref,
        place=len(steps) + 1,
        authority=authority.name if authority else None,
        written_to=asked or recipient_in_words({"type": referral.recipient, "name": name}),
        said=said,
        written_at=deed.at,
        written_by=deed.question.person.username,
        due_at=by or chase_on(deed.at, deed.question.settings.bank_holidays),
    )
    deed.add(row)
    return row.due_at


def settle(deed: Deed, referral: Referral, step: ReferralStep, said: str) -> None:
    """End the step that awaits an answer, if one does and this ends it, with what was said."""
    how = _ENDS.get(step)
    awaits = open_step(deed, referral.ref)
    if awaits is None or how is None:
        return
    awaits.ended_at, awaits.ended_by, awaits.ended_how = deed.at, deed.question.person.username, how
    awaits.answer = None if how is EscalationEnd.CLIMBED else said


def open_step(deed: Deed, referral: str) -> ReferralEscalation | None:
    """The step of a referral that awaits an answer."""
    return deed.session.scalars(_STEPS.where(ReferralEscalation.ended_at.is_(None)), {"referral": referral}).first()
