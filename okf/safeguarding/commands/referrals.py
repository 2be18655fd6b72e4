"""Referrals: chased until they are answered, the answer put on record, escalated where it is no (C9)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from okf.clock import LONDON, london_date, working_day_after
from okf.desk import Deed, Desk
from okf.errors import Conflict, unknown
from okf.policy.clocks import chase_on
from okf.policy.share_words import recipient_in_words
from okf.safeguarding.commands.on_concern import append_entry, concern_to_change, keep_off_the_case
from okf.safeguarding.commands.shares import CHASED_FROM, expected
from okf.store.models import Referral
from okf.terms import Action
from okf.terms.decisions import ReferralStatus, ReferralStep
from okf.validation import words, words_or_none

LONGEST: Final = 20_000
REFERENCE: Final = 200
_STATUS: Final = {
    ReferralStep.ACKNOWLEDGED: ReferralStatus.ACKNOWLEDGED,
    ReferralStep.ACCEPTED: ReferralStatus.ACCEPTED,
    ReferralStep.NOT_ACCEPTED: ReferralStatus.NOT_ACCEPTED,
    ReferralStep.ESCALATED: ReferralStatus.ESCALATED,
}
_LINES: Final = {
    ReferralStep.CHASED: "chased",
    ReferralStep.CONFIRMED: "confirmed in writing",
    ReferralStep.ACKNOWLEDGED: "acknowledged",
    ReferralStep.ACCEPTED: "accepted",
    ReferralStep.NOT_ACCEPTED: "not accepted",
    ReferralStep.ESCALATED: "escalated",
    ReferralStep.LEFT: "left at their answer",
}
_ENDS: Final = frozenset({ReferralStep.ACCEPTED, ReferralStep.LEFT})


def note_on_referral(
    desk: Desk,
    concern_ref: str,
    referral: str,
    *,
    step: ReferralStep,
    text: str,
    their_reference: str | None = None,
    chase_again_on: date | None = None,
    entries_seen: int | None = None,
) -> None:
    """Put on record what was heard or done about a referral, and when it is chased next.

    Without `chase_again_on` it is chased on the next working day at nine; an
    acknowledged or escalated one on the second, as when it was sent. One
    that is accepted, or left at their answer, is chased no more; a written
    confirmation moves no clock.

    Raises:
        Refused, NotFound: they may not work the concern, or it has no such referral.
        Conflict: somebody wrote to the concern meanwhile, or this can't be said of the referral as it stands.
        Invalid: nothing is said.
    """
    said = words("What was said, by whom", text, at_most=LONGEST)
    theirs = words_or_none("Their reference", their_reference, at_most=REFERENCE)
    with desk.permitted(Action.DECIDE_CONCERN, concern=concern_ref) as deed:
        concern_to_change(deed, concern_ref, entries_seen, ended_too=True)
        keep_off_the_case(deed, concern_ref)
        found = deed.session.get(Referral, referral)
        if found is None or found.concern_ref != concern_ref:
            raise unknown("referral", referral)
        _refuse(found, step)
        found.their_reference = theirs or found.their_reference
        found.status = _STATUS.get(step, found.status)
        if step is ReferralStep.CONFIRMED:
            found.confirmed_at = deed.at
        elif step in _ENDS:
            found.chase_at = None
        else:
            found.chase_at = expected(chase_again_on, deed.at) or _next(deed, step)
        append_entry(deed, concern_ref, str(desk.actor), _line(found, step), said)
        deed.note(referral=referral, step=step, status=found.status, chase_at=found.chase_at)


def _refuse(found: Referral, step: ReferralStep) -> None:
    if found.status is ReferralStatus.ACCEPTED and step is not ReferralStep.CONFIRMED:
        raise Conflict("It was accepted already: what follows belongs in the chronology.")
    if step is ReferralStep.LEFT and found.status is not ReferralStatus.NOT_ACCEPTED:
        raise Conflict("They have not said no: chase them, or escalate it.")
    if step is ReferralStep.CONFIRMED and found.confirmed_at is not None:
        raise Conflict("It was confirmed in writing already.")


def _next(deed: Deed, step: ReferralStep) -> datetime:
    holidays = deed.question.settings.bank_holidays
    if step in (ReferralStep.ACKNOWLEDGED, ReferralStep.ESCALATED):
        return chase_on(deed.at, holidays)
    return datetime.combine(working_day_after(london_date(deed.at), 1, holidays), CHASED_FROM, LONDON)


def _line(found: Referral, step: ReferralStep) -> str:
    return f"Referral to {recipient_in_words({'type': found.recipient})}: {_LINES[step]}"[:200]
