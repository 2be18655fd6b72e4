"""Deciding on a concern: to share it, or not to, in the same form; then its second and third reading (C9)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, Refused, unknown
from okf.policy.concern_forms import Informed, Reasons, Sharing, asked_as
from okf.policy.decision import Decision
from okf.policy.share_words import BASES, CONSENT, recipient_in_words
from okf.safeguarding.commands.chronology import append_entry, entries_on, on_concern
from okf.safeguarding.commands.clocks import put_act
from okf.safeguarding.commands.referrals import expected, refer, share_sent
from okf.safeguarding.queries.deciding import answer_of
from okf.store.models import (
    Concern,
    ConcernDecision,
    ConcernInformed,
    DecisionReading,
    InformationShare,
    Person,
    ServiceUser,
)
from okf.terms import Action, ConcernStatus
from okf.terms.decisions import AWAITING, FOR_SHARING, Consent, DecisionState
from okf.terms.duties import ActKind, Duty
from okf.validation import past_moment, words, words_or_none

LONGEST: Final = 20_000
NAME: Final = 300
PEOPLE: Final = 40
_DECISIONS = select(ConcernDecision).order_by(ConcernDecision.number)
_READ_BY = (
    select(DecisionReading.reader)
    .where(DecisionReading.decision_ref == bindparam("decision"))
    .order_by(DecisionReading.place)
)
_DISPUTED = select(ConcernDecision.ref).where(
    ConcernDecision.concern_ref == bindparam("concern"), ConcernDecision.state == DecisionState.AWAITS_THIRD
)


def decide_concern(
    desk: Desk,
    ref: str,
    *,
    reasons: Reasons,
    sharing: Sharing | None = None,
    informed: Sequence[Informed] = (),
    entries_seen: int | None = None,
) -> str:
    """Decide to share an open concern, or, without `sharing`, not to; the decision's reference.

    The routes of sharing decide whether it may go. What goes is sent by this
    deed: its share and its referral are made here, and nowhere else. Nobody
    is mailed, and nothing of it stands on the case. Somebody else reads the
    decision by the end of the next working day; what an earlier one not to
    share still had to wait for is waited for by this one.

    Raises:
        Refused: the policy said no, with its reasons; nothing is kept but the refusal.
        NotFound: there is no such concern.
        Conflict: somebody wrote to it meanwhile, it has ended, or a third reader's word bars it.
        Invalid: something of the form is missing.
    """
    written = _written(reasons, sharing, informed)
    stopped: Decision | None = None
    decided = desk.new_ref("D")
    with on_concern(desk, Action.DECIDE_CONCERN, ref, entries_seen, still_open=True) as (deed, concern):
        _of_the_family(deed, informed)
        answer = answer_of(deed.session, deed.question, reasons, sharing, informed)
        deed.decision = answer
        if not answer.allowed:
            stopped = answer
        else:
            earlier = _earlier(deed, ref, to_share=sharing is not None)
            replaced = _replaced(deed, concern, earlier)
            clocks = put_act(deed, concern, ActKind.DECIDED, of=decided, replaces=replaced)
            made = ConcernDecision(
                ref=decided,
                concern_ref=ref,
                number=len(earlier) + 1,
                to_share=sharing is not None,
                decided_by=str(desk.actor),
                decided_at=deed.at,
                entries_before=entries_on(deed, ref),
                replaces=earlier[-1].ref if earlier else None,
                state=DecisionState.AWAITS_SECOND,
                due_at=clocks.running(Duty.SECOND, of=decided)[0].due_at,
                **written,
            )
            if sharing is not None:
                _sent(desk, deed, concern, made, sharing, answer, reasons, informed)
            deed.add(made)
            deed.session.flush()
            _add_informed(deed, made, informed)
            append_entry(deed, ref, _decision_line(made), _decision_in_full(deed, made, informed))
            _moved_on(concern, deed.at, made)
            deed.note(decision=decided, shared=made.share_ref, to=made.recipient, basis=made.legal_basis)
    if stopped is not None:
        raise Refused(stopped)
    return decided


def review_decision(
    desk: Desk, concern_ref: str, decision: str, *, agrees: bool, reason: str, entries_seen: int | None = None
) -> DecisionState:
    """Say of somebody else's decision on a concern whether one agrees, and why; where it stands then.

    Agreement settles it. Disagreement passes it on to a third, who has until
    the end of the next working day, and whose word stands: what does not
    stand is decided anew, by the clock of the concern's severity. What was
    shared counts as looked at again from the second reading on.

    Raises:
        Refused: it is their own, they read it before, or they may not read the concern.
        NotFound: there is no such concern, or no such decision on it.
        Conflict: it was read already, or somebody wrote to the concern meanwhile.
        Invalid: no reason is given.
    """
    why = words("Why", reason, at_most=LONGEST)
    with desk.reading() as session:
        own = desk.actor if _is_own(session, concern_ref, decision, desk.actor) else None
    with on_concern(desk, Action.REVIEW_DECISION, concern_ref, entries_seen, about=own) as (deed, concern):
        made = deed.session.get(ConcernDecision, decision)
        if made is None or made.concern_ref != concern_ref:
            raise unknown("decision", decision)
        if made.settled_at is not None:
            raise Conflict(_settled(deed, made))
        place = 2 if made.state is DecisionState.AWAITS_SECOND else 3
        deed.add(
            DecisionReading(
                decision_ref=decision,
                concern_ref=concern_ref,
                decided_by=made.decided_by,
                reader=str(desk.actor),
                place=place,
                due_at=made.due_at,
                read_at=deed.at,
                agrees=agrees,
                reason=why,
            )
        )
        if place == 2:
            _looked_at_again(deed, made, why)
        _stands_now(deed, concern, made, place=place, agrees=agrees)
        append_entry(deed, concern_ref, _reading_line(made, place), why)
        deed.note(decision=decision, place=place, agrees=agrees, state=made.state)
        return made.state


def _decision_line(made: ConcernDecision) -> str:
    """What a decision's line in the chronology is called."""
    if not made.to_share:
        return f"Decision {made.number}: not to share"
    to = recipient_in_words({"type": made.recipient})
    return f"Decision {made.number}: {'shared in immediate danger' if made.acted_at else 'shared'} with {to}"[:200]


def _decision_in_full(deed: Deed, made: ConcernDecision, informed: Sequence[Informed]) -> str:
    """The text of a decision's line in the chronology: a line for each part."""
    parts = [
        ("Why", made.rationale),
        ("Legal basis", "; ".join(BASES[one] for one in made.legal_basis)),
        ("What else was considered", made.alternatives),
        ("To", made.recipient_name),
        ("What went out", made.least),
        ("How", made.sent_how.replace("_", " ") if made.sent_how else None),
        ("Consent", ". ".join(filter(None, (CONSENT[made.consent], made.consent_why)))),
        *((_told(deed, one), one.why or "yes") for one in informed),
    ]
    return "\n".join(f"{name}: {said}" for name, said in parts if said)


def _written(reasons: Reasons, sharing: Sharing | None, informed: Sequence[Informed]) -> dict[str, object]:
    """The checked words of the form; whatever is missing is told before anything is decided."""
    basis = list(dict.fromkeys(reasons.legal_basis))
    if sharing is not None and set(basis) - set(FOR_SHARING):
        raise Invalid("Legal basis", "the duty of confidence is a reason not to share: choose what lets it be shared.")
    if reasons.consent is not Consent.GIVEN:
        words("Consent: what they said, or why they were not asked", reasons.consent_why, at_most=LONGEST)
    if not informed:
        raise Invalid("Who is told", "name whom it is about, say of each whether they are told, and if not, why.")
    if len(informed) > PEOPLE:
        raise Invalid("Who is told", f"name at most {PEOPLE} people.")
    for one in informed:
        if not one.service_user:
            words("Who is told: their name", one.named, at_most=NAME)
        if not one.informed:
            words("Who is told: why not", one.why, at_most=LONGEST)
    return {
        "threshold": reasons.threshold,
        "legal_basis": basis,
        "rationale": words_or_none("Why", reasons.rationale, at_most=LONGEST),  # without one the policy says no
        "alternatives": words("What else was considered", reasons.alternatives, at_most=LONGEST),
        "consent": reasons.consent,
        "consent_why": words_or_none("Consent", reasons.consent_why, at_most=LONGEST),
        "least": words("What goes out", sharing.least, at_most=LONGEST) if sharing else None,
        "recipient": sharing.recipient if sharing else None,
        "recipient_name": words_or_none("Their name or office", sharing.name, at_most=NAME) if sharing else None,
        "sent_how": sharing.how if sharing else None,
    }


def _of_the_family(deed: Deed, informed: Sequence[Informed]) -> None:
    concern, case = deed.question.concern, deed.question.case
    family = {*(concern.about if concern else ()), *((*case.parties, *case.children) if case else ())}
    if any(one.service_user not in family for one in informed if one.service_user):
        raise Invalid("Who is told", "choose people of this family, and write down others by their names.")


def _earlier(deed: Deed, ref: str, *, to_share: bool) -> list[ConcernDecision]:
    """The decisions so far, oldest first, if a third reader's word does not bar another one."""
    earlier = list(deed.session.scalars(_DECISIONS.where(ConcernDecision.concern_ref == ref)))
    last = earlier[-1] if earlier else None
    if last is not None and not to_share and not last.to_share:
        if last.state is DecisionState.AWAITS_THIRD:
            raise Conflict("A third reader is still to say whether it stays unshared. It may be shared at any time.")
        if last.state is DecisionState.OVERTURNED:
            raise Conflict("The third reader's word stands: it is to be shared.")
    return earlier


def _replaced(deed: Deed, concern: Concern, earlier: Sequence[ConcernDecision]) -> list[str]:
    """The earlier decisions not to share that the new one replaces: it is read by when they were to be read.

    An earlier decision to share still has to be read, whatever is decided later.
    """
    replaced = [one for one in earlier if one.state in AWAITING and not one.to_share]
    for one in replaced:
        one.state, one.settled_at = DecisionState.REPLACED, deed.at
    if not any(one.state is DecisionState.AWAITS_THIRD for one in earlier):
        concern.disputed_at = None
    return [one.ref for one in replaced]


def _sent(
    desk: Desk,
    deed: Deed,
    concern: Concern,
    made: ConcernDecision,
    sharing: Sharing,
    answer: Decision,
    reasons: Reasons,
    informed: Sequence[Informed],
) -> None:
    """The share that goes out with the decision, and the referral that waits for its answer."""
    if set(answer.conditions) - set(sharing.ticked):
        raise Invalid("Conditions", "tick each of them first: all must be met before anything is sent.")
    sent_at = deed.at if sharing.acted_at is None else past_moment("When it was done", sharing.acted_at, deed.at)
    made.acted_at = None if sharing.acted_at is None else sent_at
    asked = asked_as(deed.question, reasons, sharing, informed)
    share = share_sent(desk, deed, asked, answer, case_ref=concern.case_ref, sent_at=sent_at, what=made.least or "")
    made.share_ref = share.ref
    deed.add(made)
    deed.session.flush()
    refer(desk, deed, concern, made, sent_at, expected(sharing.expected_on, deed.at))


def _add_informed(deed: Deed, made: ConcernDecision, informed: Sequence[Informed]) -> None:
    for one in informed:
        deed.add(
            ConcernInformed(
                decision_ref=made.ref,
                concern_ref=made.concern_ref,
                service_user=one.service_user,
                named=words_or_none("Who is told", one.named, at_most=NAME),
                informed=one.informed,
                why=words_or_none("Why", one.why, at_most=LONGEST),
            )
        )


def _moved_on(concern: Concern, at: datetime, made: ConcernDecision) -> None:
    """Move the concern on: where it stands, and who leads it."""
    concern.threshold = made.threshold or concern.threshold
    concern.lead = concern.lead or made.decided_by
    concern.triaged_at = concern.triaged_at or at
    if made.to_share:
        concern.status = ConcernStatus.REFERRED
    elif concern.status is ConcernStatus.RAISED:
        concern.status = ConcernStatus.TRIAGED


def _told(deed: Deed, one: Informed) -> str:
    known = deed.session.get(ServiceUser, one.service_user) if one.service_user else None
    who = one.named or (known and known.name) or one.service_user
    return f"{'Told' if one.informed else 'Not told'}, {who}"


def _is_own(session: Session, concern_ref: str, decision: str, who: str | None) -> bool:
    made = session.get(ConcernDecision, decision)
    if made is None or made.concern_ref != concern_ref:
        return False
    return who == made.decided_by or who in session.scalars(_READ_BY, {"decision": decision}).all()


def _settled(deed: Deed, made: ConcernDecision) -> str:
    if made.state is DecisionState.REPLACED:
        return "A later decision has replaced this one: read that one."
    reader = deed.session.scalars(_READ_BY, {"decision": made.ref}).all()[-1]
    return f"{deed.session.get_one(Person, reader).name} has read it already. What you typed is still here."


def _stands_now(deed: Deed, concern: Concern, made: ConcernDecision, *, place: int, agrees: bool) -> None:
    kind = ActKind.READ_SECOND if place == 2 else ActKind.READ_THIRD
    clocks = put_act(deed, concern, kind, of=made.ref, agrees=agrees)
    if place == 2 and not agrees:
        made.state = DecisionState.AWAITS_THIRD
        made.due_at = clocks.running(Duty.THIRD, of=made.ref)[0].due_at
        concern.disputed_at = concern.disputed_at or deed.at
        return
    made.state, made.settled_at = DecisionState.STANDS if agrees else DecisionState.OVERTURNED, deed.at
    deed.session.flush()
    if deed.session.scalar(_DISPUTED.limit(1), {"concern": concern.ref}) is None:
        concern.disputed_at = None


def _looked_at_again(deed: Deed, made: ConcernDecision, why: str) -> None:
    share = deed.session.get(InformationShare, made.share_ref) if made.share_ref else None
    if share is not None:
        share.reviewed_by, share.reviewed_at, share.review = deed.question.person.username, deed.at, why


def _reading_line(made: ConcernDecision, place: int) -> str:
    said = {
        DecisionState.STANDS: "agrees" if place == 2 else "it stands",
        DecisionState.AWAITS_THIRD: "disagrees, so a third reader decides",
        DecisionState.OVERTURNED: "it does not stand, and is decided anew",
    }[made.state]
    return f"Decision {made.number}, {'second' if place == 2 else 'third'} reading: {said}"
