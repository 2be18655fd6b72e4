"""The second reading of a decision on a concern, and the third after a disagreement, whose word stands (C9)."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.desk import Deed, Desk
from okf.errors import Conflict, unknown
from okf.policy.clocks import decide_by, second_review_by
from okf.safeguarding.commands.on_concern import append_entry, concern_to_change, keep_off_the_case
from okf.store.models import Concern, ConcernDecision, DecisionReading, InformationShare, Person
from okf.terms import Action
from okf.terms.decisions import DecisionState
from okf.validation import words

LONGEST: Final = 20_000

_READ_BY = (
    select(DecisionReading.reader)
    .where(DecisionReading.decision_ref == bindparam("decision"))
    .order_by(DecisionReading.place)
)
_DISPUTED = select(ConcernDecision.ref).where(
    ConcernDecision.concern_ref == bindparam("concern"), ConcernDecision.state == DecisionState.AWAITS_THIRD
)


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
        own = desk.actor if _is_theirs(session, concern_ref, decision, desk.actor) else None
    with desk.permitted(Action.REVIEW_DECISION, concern=concern_ref, about=own) as deed:
        concern = concern_to_change(deed, concern_ref, entries_seen, ended_too=True)
        keep_off_the_case(deed, concern_ref)
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
        append_entry(deed, concern_ref, str(desk.actor), _line(made, place), why)
        deed.note(decision=decision, place=place, agrees=agrees, state=made.state)
        return made.state


def _is_theirs(session: Session, concern_ref: str, decision: str, who: str | None) -> bool:
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
    if place == 2 and not agrees:
        made.state = DecisionState.AWAITS_THIRD
        made.due_at = second_review_by(deed.at, deed.question.settings.bank_holidays)
        concern.disputed_at = concern.disputed_at or deed.at
        return
    made.state, made.settled_at = DecisionState.STANDS if agrees else DecisionState.OVERTURNED, deed.at
    deed.session.flush()
    if deed.session.scalar(_DISPUTED.limit(1), {"concern": concern.ref}) is None:
        concern.disputed_at = None
    if not agrees and concern.ended_at is None:
        anew = decide_by(concern.severity, deed.at, deed.question.settings.bank_holidays)
        concern.due_at = min(concern.due_at, anew)


def _looked_at_again(deed: Deed, made: ConcernDecision, why: str) -> None:
    share = deed.session.get(InformationShare, made.share_ref) if made.share_ref else None
    if share is not None:
        share.reviewed_by, share.reviewed_at, share.review = deed.question.person.username, deed.at, why


def _line(made: ConcernDecision, place: int) -> str:
    said = {
        DecisionState.STANDS: "agrees" if place == 2 else "it stands",
        DecisionState.AWAITS_THIRD: "disagrees, so a third reader decides",
        DecisionState.OVERTURNED: "it does not stand, and is decided anew",
    }[made.state]
    return f"Decision {made.number}, {'second' if place == 2 else 'third'} reading: {said}"
