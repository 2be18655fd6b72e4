"""Deciding on a concern: to share it, or not to, in the same form; then its second and third reading (C9)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, Refused, unknown
from okf.policy.concern_forms import Informed, Reasons, Sharing, asked_as, together
from okf.policy.decision import Decision
from okf.policy.share_words import BASES, CONSENT, recipient_in_words
from okf.safeguarding.commands.chronology import LINE, append_entry, entries_on, on_concern
from okf.safeguarding.commands.clocks import put_act
from okf.safeguarding.commands.recipients import LONGEST, NAME, checked, referred, sent
from okf.safeguarding.queries.deciding import answers_of
from okf.store.models import (
    Concern,
    ConcernDecision,
    ConcernInformed,
    DecisionReading,
    DecisionRecipientAlso,
    InformationShare,
    Person,
    ServiceUser,
)
from okf.terms import Action, ConcernStatus
from okf.terms.decisions import AWAITING, FOR_SHARING, Consent, DecisionState
from okf.terms.duties import ActKind, Duty
from okf.validation import words, words_or_none

PEOPLE: Final = 40
# Why, as the form calls it for what is shared (True) and for what is not.
WHY: Final = {True: "Why it is shared", False: "Why it is not shared"}
_DECISIONS = select(ConcernDecision).order_by(ConcernDecision.number)
_ALSO = select(DecisionRecipientAlso.share_ref).where(DecisionRecipientAlso.decision_ref == bindparam("decision"))
_READ_BY = (
    select(DecisionReading.reader)
    .where(DecisionReading.decision_ref == bindparam("decision"))
    .order_by(DecisionReading.place)
)
_INFORMED: Final = "Who is told of this decision"
_DISPUTED = select(ConcernDecision.ref).where(
    ConcernDecision.concern_ref == bindparam("concern"), ConcernDecision.state == DecisionState.AWAITS_THIRD
)


def decide_concern(
    desk: Desk,
    ref: str,
    *,
    reasons: Reasons,
    sharing: Sequence[Sharing] = (),
    informed: Sequence[Informed] = (),
    entries_seen: int | None = None,
) -> str:
    """Decide to share an open concern, or, without `sharing`, not to; the decision's reference.

    The routes of sharing decide of each recipient whether it may go; where
    one is refused nothing goes to anybody. What goes is sent by this deed:
    each recipient's share and referral are made here, and nowhere else.
    Nobody is mailed, and nothing of it stands on the case. Somebody else
    reads the decision by the end of the next working day; what an earlier one
    not to share still had to wait for is waited for by this one.

    Raises:
        Refused: the policy said no, of which recipient and why; nothing is kept but the refusal.
        NotFound: there is no such concern.
        Conflict: somebody wrote to it meanwhile, it has ended, or a third reader's word bars it.
        Invalid: something of the form is missing.
    """
    written, going = _written(reasons, informed, share=bool(sharing)), checked(sharing)
    stopped: Refused | None = None
    decided = desk.new_ref("D")
    with on_concern(desk, Action.DECIDE_CONCERN, ref, entries_seen, still_open=True) as (deed, concern):
        _of_the_family(deed, informed)
        answers = answers_of(deed.session, deed.question, reasons, sharing, informed)
        deed.decision = together(answers)
        if not deed.decision.allowed:
            stopped = _stopped(deed, sharing, answers)
        else:
            earlier = _earlier(deed, ref, to_share=bool(sharing))
            replaced = _replaced(deed, concern, earlier)
            clocks = put_act(deed, concern, ActKind.DECIDED, of=decided, replaces=replaced)
            for one, answer, told in zip(sharing, answers, going, strict=bool(sharing)):
                asked = asked_as(deed.question, reasons, one, informed)
                told |= sent(desk, deed, concern, one, answer, asked)
            made = ConcernDecision(
                ref=decided,
                concern_ref=ref,
                number=len(earlier) + 1,
                to_share=bool(sharing),
                decided_by=str(desk.actor),
                decided_at=deed.at,
                entries_before=entries_on(deed, ref),
                replaces=earlier[-1].ref if earlier else None,
                state=DecisionState.AWAITS_SECOND,
                due_at=clocks.running(Duty.SECOND, of=decided)[0].due_at,
                **written,
                **(going[0] if going else {}),
            )
            deed.add(made)
            deed.session.flush()
            also = referred(desk, deed, concern, made, sharing, going)
            _add_informed(deed, made, informed)
            append_entry(deed, ref, _decision_line(made, also), _decision_in_full(deed, made, also, informed))
            _moved_on(concern, deed.at, made)
            deed.note(
                decision=decided,
                shared=[told["share_ref"] for told in going],
                to=[one.recipient for one in sharing],
                basis=made.legal_basis,
            )
    if stopped is not None:
        raise stopped
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
    why = words("Why, in your words", reason, at_most=LONGEST)
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


def _stopped(deed: Deed, sharing: Sequence[Sharing], answers: Sequence[Decision]) -> Refused:
    """The refusal of a decision, which names the first recipient to whom it may not go."""
    which = next(number for number, answer in enumerate(answers) if not answer.allowed)
    if not sharing:
        return Refused(answers[which])
    deed.note(refused_to=sharing[which].recipient)
    return Refused(answers[which], recipient_in_words({"type": sharing[which].recipient}))


def _decision_line(made: ConcernDecision, also: Sequence[DecisionRecipientAlso]) -> str:
    """What a decision's line in the chronology is called."""
    if not made.to_share:
        return f"Decision {made.number}: not to share"
    everybody = _everybody(made, also)
    to = "; ".join(recipient_in_words({"type": one.recipient}) for one in everybody)
    danger = any(one.acted_at for one in everybody)
    line = f"Decision {made.number}: {'shared in immediate danger' if danger else 'shared'} with {to}"
    return line if len(line) <= LINE else f"{line[: LINE - 1]}…"


def _everybody(
    made: ConcernDecision, also: Sequence[DecisionRecipientAlso]
) -> list[ConcernDecision | DecisionRecipientAlso]:
    """The rows of all recipients of a decision to share, the first in the decision's own."""
    return [made, *also]


def _decision_in_full(
    deed: Deed, made: ConcernDecision, also: Sequence[DecisionRecipientAlso], informed: Sequence[Informed]
) -> str:
    """The text of a decision's line in the chronology: a line for each part."""
    parts = [
        ("Why", made.rationale),
        ("Legal basis", "; ".join(BASES[one] for one in made.legal_basis)),
        ("What else was considered", made.alternatives),
        *(
            part
            for one in (_everybody(made, also) if made.to_share else ())
            for part in (
                ("To", recipient_in_words({"type": one.recipient, "name": one.recipient_name})),
                ("What went out", one.least),
                ("How", one.sent_how.replace("_", " ") if one.sent_how else None),
            )
        ),
        ("Consent", ". ".join(filter(None, (CONSENT[made.consent], made.consent_why)))),
        *((_told(deed, one), one.why or "yes") for one in informed),
    ]
    return "\n".join(f"{name}: {said}" for name, said in parts if said)


def consent_asks(consent: Consent | None) -> str:
    """What the form asks beside an answer on consent."""
    return "Why they were not asked" if consent is Consent.NOT_SOUGHT else "What they said"


def _written(reasons: Reasons, informed: Sequence[Informed], *, share: bool) -> dict[str, object]:
    """The checked words of the form; whatever is missing is told before anything is decided."""
    basis = list(dict.fromkeys(reasons.legal_basis))
    if not basis:
        raise Invalid("Legal basis", "choose at least one.")
    if share and set(basis) - set(FOR_SHARING):
        raise Invalid("Legal basis", "the duty of confidence is a reason not to share: choose what lets it be shared.")
    asked = consent_asks(reasons.consent)
    if reasons.consent is not Consent.GIVEN:
        words(asked, reasons.consent_why, at_most=LONGEST)
    if not informed:
        raise Invalid(_INFORMED, "name at least one person whom it is about, and say whether they are told.")
    if len(informed) > PEOPLE:
        raise Invalid(_INFORMED, f"name at most {PEOPLE} people.")
    for one in informed:
        if not one.service_user:
            words("Somebody else, by name", one.named, at_most=NAME)
    return {
        "threshold": reasons.threshold,
        "legal_basis": basis,
        "rationale": words(WHY[share], reasons.rationale, at_most=LONGEST),
        "alternatives": words("What else was considered", reasons.alternatives, at_most=LONGEST),
        "consent": reasons.consent,
        "consent_why": words_or_none(asked, reasons.consent_why, at_most=LONGEST),
    }


def _of_the_family(deed: Deed, informed: Sequence[Informed]) -> None:
    concern, case = deed.question.concern, deed.question.case
    family = {*(concern.about if concern else ()), *((*case.parties, *case.children) if case else ())}
    if any(one.service_user not in family for one in informed if one.service_user):
        raise Invalid(_INFORMED, "choose people of this family, and write down others by their names.")
    for one in informed:
        if not one.informed:
            words(f"Why {_name(deed, one)} is not told", one.why, at_most=LONGEST)


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


def _add_informed(deed: Deed, made: ConcernDecision, informed: Sequence[Informed]) -> None:
    for one in informed:
        deed.add(
            ConcernInformed(
                decision_ref=made.ref,
                concern_ref=made.concern_ref,
                service_user=one.service_user,
                named=words_or_none("Somebody else, by name", one.named, at_most=NAME),
                informed=one.informed,
                why=words_or_none("By whom and when", one.why, at_most=LONGEST),
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
    return f"{'Told' if one.informed else 'Not told'}, {_name(deed, one)}"


def _name(deed: Deed, one: Informed) -> str:
    """What a person of a decision is called, as the form has it."""
    known = deed.session.get(ServiceUser, one.service_user) if one.service_user else None
    return one.named or (known and known.name) or one.service_user or ""


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
    also = deed.session.scalars(_ALSO, {"decision": made.ref})
    for ref in [made.share_ref, *also] if made.share_ref else []:
        share = deed.session.get_one(InformationShare, ref)
        share.reviewed_by, share.reviewed_at, share.review = deed.question.person.username, deed.at, why


def _reading_line(made: ConcernDecision, place: int) -> str:
    said = {
        DecisionState.STANDS: "agrees" if place == 2 else "it stands",
        DecisionState.AWAITS_THIRD: "disagrees, so a third reader decides",
        DecisionState.OVERTURNED: "it does not stand, and is decided anew",
    }[made.state]
    return f"Decision {made.number}, {'second' if place == 2 else 'third'} reading: {said}"
