"""What goes out about a concern: the share and referral of a decision, its answers, and telling the LADO (C9)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from okf.clock import london_date, months_after
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, unknown
from okf.policy.clocks import chase_again_at, chase_on, chased_on
from okf.policy.concern_forms import Sharing
from okf.policy.decision import Decision
from okf.policy.share_words import recipient_in_words
from okf.safeguarding.commands.chronology import append_entry, begun_at, on_concern
from okf.safeguarding.commands.clocks import put_act
from okf.safeguarding.commands.escalations import climb, open_step, settle
from okf.safeguarding.queries.allegations import is_allegation
from okf.sharing.commands.shares import keep_package, new_share
from okf.store.models import Concern, ConcernDecision, InformationShare, LadoNotice, Referral
from okf.store.share_facts import share_question
from okf.terms import Action, ShareStatus
from okf.terms.decisions import UNANSWERED, ReferralStatus, ReferralStep, Way
from okf.terms.duties import ActKind, ClockEnd, Duty
from okf.validation import past_moment, words, words_or_none

ANSWER: Final = 20_000
REFERENCE: Final = 200
ADVICE: Final = 10_000
_STATUS: Final = {
    ReferralStep.ACKNOWLEDGED: ReferralStatus.ACKNOWLEDGED,
    ReferralStep.ACCEPTED: ReferralStatus.ACCEPTED,
    ReferralStep.NOT_ACCEPTED: ReferralStatus.NOT_ACCEPTED,
    ReferralStep.ESCALATED: ReferralStatus.ESCALATED,
    ReferralStep.GIVEN_UP: ReferralStatus.GIVEN_UP,
}
_LINES: Final = {
    ReferralStep.CHASED: "chased",
    ReferralStep.CONFIRMED: "confirmed in writing",
    ReferralStep.ACKNOWLEDGED: "acknowledged",
    ReferralStep.ACCEPTED: "accepted",
    ReferralStep.NOT_ACCEPTED: "not accepted",
    ReferralStep.ESCALATED: "escalated",
    ReferralStep.LEFT: "left at their answer",
    ReferralStep.GIVEN_UP: "given up without an answer",
}
_ENDS: Final = frozenset({ReferralStep.ACCEPTED, ReferralStep.LEFT, ReferralStep.GIVEN_UP})
# An acknowledgement is no answer: what they do about it is still to come.
_ACTS: Final = {
    ReferralStep.CHASED: ActKind.CHASED,
    ReferralStep.CONFIRMED: ActKind.CONFIRMED,
    ReferralStep.ACKNOWLEDGED: ActKind.CHASED,
    ReferralStep.ACCEPTED: ActKind.ANSWERED,
    ReferralStep.NOT_ACCEPTED: ActKind.ANSWERED,
    ReferralStep.ESCALATED: ActKind.ESCALATED,
    ReferralStep.LEFT: ActKind.ANSWERED,
    ReferralStep.GIVEN_UP: ActKind.ANSWERED,
}
_HOW: Final = {ReferralStep.LEFT: ClockEnd.GIVEN_UP, ReferralStep.GIVEN_UP: ClockEnd.GIVEN_UP}
_BY_MOUTH: Final = frozenset({Way.TELEPHONE, Way.IN_PERSON})


def note_on_referral(
    desk: Desk,
    concern_ref: str,
    referral: str,
    *,
    step: ReferralStep,
    text: str,
    their_reference: str | None = None,
    chase_again_on: date | None = None,
    written_to: str | None = None,
    entries_seen: int | None = None,
) -> None:
    """Put on record what was heard or done about a referral, and when it is chased next.

    Without `chase_again_on` it is chased on the next working day at nine; an
    acknowledged one on the second, as when it was sent. An escalated one
    climbs its authority's next step, `written_to` whom the directory names
    unless said, and is answered within that step's days. One that is accepted,
    left at their answer, or given up without one, is chased no more; a written
    confirmation ends its own clock alone.

    Raises:
        Refused, NotFound: they may not work the concern, or it has no such referral.
        Conflict: somebody wrote to the concern meanwhile, or this can't be said of the referral as it stands.
        Invalid: nothing is said.
    """
    said = words("Who said what, and when", text, at_most=ANSWER)
    reference = words_or_none("Their reference", their_reference, at_most=REFERENCE)
    with on_concern(desk, Action.DECIDE_CONCERN, concern_ref, entries_seen) as (deed, concern):
        found = deed.session.get(Referral, referral)
        if found is None or found.concern_ref != concern_ref:
            raise unknown("referral", referral)
        _refuse(found, step)
        found.their_reference = reference or found.their_reference
        if step is not ReferralStep.ACKNOWLEDGED or open_step(deed, referral) is None:
            found.status = _STATUS.get(step, found.status)
        if step is ReferralStep.CONFIRMED:
            found.confirmed_at = deed.at
        settle(deed, found, step, said)
        by = None if step in _ENDS else expected("Chase again on", chase_again_on, deed.at)
        if step is ReferralStep.ESCALATED:
            by = climb(deed, concern, found, said, written_to=written_to, by=by)
        elif step not in _ENDS:
            by = by or _next(deed, step)
        clocks = put_act(deed, concern, _ACTS[step], of=referral, by=by, how=_HOW.get(step, ClockEnd.MET))
        awaited = clocks.running(Duty.CHASE, Duty.ESCALATE, of=referral)
        found.chase_at = min((one.due_at for one in awaited), default=None)
        append_entry(deed, concern_ref, _line(found, step), said)
        deed.note(referral=referral, step=step, status=found.status, chase_at=found.chase_at)


def note_lado(
    desk: Desk,
    ref: str,
    *,
    told_at: datetime | None,
    words_of_it: str,
    reference: str | None = None,
    entries_seen: int | None = None,
) -> None:
    """Put on record that the designated officer was told of an allegation, and what they said; or not, and why not.

    `told_at` is None where they were not told. Each is a line of its own: a
    later telling stands beside an earlier decision not to.

    Raises:
        Refused, NotFound: they may not work it, or it is not there.
        Conflict: somebody wrote to it meanwhile, or it is no allegation.
        Invalid: the time is to come, or nothing is said of it.
    """
    said = words(
        "To whom you spoke, and what they said" if told_at else "Why they were not told", words_of_it, at_most=ADVICE
    )
    reference = words_or_none("Their reference", reference, at_most=200)
    with on_concern(desk, Action.TRIAGE_CONCERN, ref, entries_seen) as (deed, concern):
        if not is_allegation(deed.session, ref):
            raise Conflict("It is about nobody who works with OKF, so the designated officer has no part in it.")
        if told_at is not None:
            past_moment("On", told_at, deed.at, since=begun_at(concern))
        elif reference:
            raise Invalid(
                "Their reference", "they give one when they are told. Choose Yes above, and say when that was."
            )
        deed.add(
            LadoNotice(
                concern_ref=ref,
                told_at=told_at,
                reference=reference,
                words=said,
                noted_at=deed.at,
                noted_by=str(desk.actor),
            )
        )
        put_act(deed, concern, ActKind.LADO_TOLD, how=ClockEnd.MET if told_at else ClockEnd.GIVEN_UP)
        what = "Designated officer told" if told_at else "Designated officer not told"
        append_entry(deed, ref, what, f"Their reference: {reference}. {said}" if reference else said)
        deed.note(did=what.lower())


def share_sent(
    desk: Desk,
    deed: Deed,
    asked: Mapping[str, Any],
    answer: Decision,
    *,
    case_ref: str | None,
    sent_at: datetime,
    what: str,
) -> InformationShare:
    """Make the share of a decision that the routes allowed: the question as it was asked, and what went out, sealed."""
    share = new_share(desk, deed, share_question(deed.session, asked, deed.at), answer, asked, case_ref)
    share.status, share.sent_at, share.sent_by = ShareStatus.SENT, sent_at, share.asked_by
    share.ticked = list(answer.conditions)
    deed.add(share)
    keep_package(deed, share, "text/plain", what.encode())
    return share


def refer(
    desk: Desk,
    deed: Deed,
    concern: Concern,
    made: ConcernDecision,
    sent_at: datetime,
    expected_at: datetime | None,
    *,
    sharing: Sharing,
) -> str:
    """Open the referral to one recipient of a decision, chased on the policy's clock, or when an answer is expected."""
    ref, to, by_mouth = desk.new_ref("R"), sharing.recipient, sharing.how in _BY_MOUTH
    clocks = put_act(
        deed, concern, ActKind.REFERRED, at=sent_at, of=ref, recipient=to, by_mouth=by_mouth, by=expected_at
    )
    due = {one.duty: one.due_at for one in clocks.running(of=ref)}
    deed.add(
        Referral(
            ref=ref,
            concern_ref=made.concern_ref,
            decision_ref=made.ref,
            recipient=to,
            sent_at=sent_at,
            status=ReferralStatus.SENT,
            chase_at=due.get(Duty.CHASE),
            confirm_by=due.get(Duty.CONFIRM),
        )
    )
    return ref


def expected(label: str, on: date | None, at: datetime) -> datetime | None:
    """When an answer that is expected on a day is chased: nine o'clock in London.

    Raises:
        Invalid: the day is not to come.
    """
    if on is None:
        return None
    if on <= london_date(at):
        raise Invalid(label, "choose a day that is still to come.")
    if on > months_after(london_date(at), 1):
        raise Invalid(label, "choose a day within a month. Then it is chased, and again if need be.")
    return chased_on(on)


def _refuse(found: Referral, step: ReferralStep) -> None:
    if found.status is ReferralStatus.ACCEPTED and step is not ReferralStep.CONFIRMED:
        raise Conflict("It was accepted already: what follows belongs in the chronology.")
    if found.status is ReferralStatus.GIVEN_UP and step is not ReferralStep.CONFIRMED:
        raise Conflict("It was given up: what they say now belongs in the chronology.")
    if step is ReferralStep.LEFT and found.status is not ReferralStatus.NOT_ACCEPTED:
        raise Conflict("They have not said no: chase them, or escalate it.")
    if step is ReferralStep.GIVEN_UP and found.status not in UNANSWERED:
        raise Conflict("They have answered: leave it at their answer, or go on with it.")
    if step is ReferralStep.CONFIRMED and found.confirmed_at is not None:
        raise Conflict("It was confirmed in writing already.")


def _next(deed: Deed, step: ReferralStep) -> datetime:
    holidays = deed.question.settings.bank_holidays
    if step is ReferralStep.ACKNOWLEDGED:
        return chase_on(deed.at, holidays)
    return chase_again_at(deed.at, holidays)


def _line(found: Referral, step: ReferralStep) -> str:
    return f"Referral to {recipient_in_words({'type': found.recipient})}: {_LINES[step]}"[:200]
