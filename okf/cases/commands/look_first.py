"""Looking first: allocation and mediation stop at a case until somebody who may decide has looked; two take it off."""

from __future__ import annotations

from typing import Final

from okf.cases.commands.grants import end_planned_leads
from okf.cases.commands.on_case import case_of, on_case
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid
from okf.policy.look_first import asked_off_by, stands
from okf.store import facts
from okf.store.case_links import linked_with, looked_at_with
from okf.store.models import LookFirstStep
from okf.terms import Action
from okf.terms.look_first import DECISIONS, LookStep
from okf.validation import words

LONGEST: Final = 2_000


def set_look_first(desk: Desk, case_ref: str, *, reason: str) -> None:
    """Stop allocation and mediation on a case until somebody has looked; the reason is for those who decide alone.

    Raises:
        NotFound, Refused: as `on_case`.
        Invalid: no reason is given.
        Conflict: it stands already.
    """
    why = words("Why", reason, at_most=LONGEST)
    with on_case(desk, Action.LOOK_FIRST, case_ref) as deed:
        if stands(case_of(deed).looks):
            raise Conflict("It is set already.")
        put_step(deed, case_ref, LookStep.SET, why)


def decide_look_first(desk: Desk, case_ref: str, *, decision: LookStep, reason: str) -> None:
    """Say that a lead caseworker, or a mediation, may begin, or that no mediation may; a later decision counts.

    Raises:
        NotFound, Refused: as `on_case`.
        Invalid: no decision, or no reason is given.
        Conflict: it does not stand.
    """
    if decision not in DECISIONS:
        raise Invalid("Decision", "choose one of those in the list.")
    why = words("Why", reason, at_most=LONGEST)
    with on_case(desk, Action.LOOK_FIRST, case_ref) as deed:
        _require_standing(deed)
        put_step(deed, case_ref, decision, why)


def ask_to_take_off(desk: Desk, case_ref: str, *, reason: str) -> None:
    """Ask for it to be taken off, which a second person agrees to.

    Raises:
        NotFound, Refused: as `on_case`.
        Invalid: no reason is given.
        Conflict: it does not stand, or was asked for already.
    """
    why = words("Why it is no longer needed", reason, at_most=LONGEST)
    with on_case(desk, Action.LOOK_FIRST, case_ref) as deed:
        _require_standing(deed)
        if asked_off_by(case_of(deed).looks) is not None:
            raise Conflict("Somebody asked for this already: it waits for a second person.")
        put_step(deed, case_ref, LookStep.OFF_ASKED, why)


def answer_taking_off(desk: Desk, case_ref: str, *, agree: bool, reason: str) -> None:
    """Take it off as the second of two people, or let it stay.

    Raises:
        NotFound, Refused: as `on_case`; refused to whoever asked for it.
        Invalid: no reason is given.
        Conflict: nobody asked for it.
    """
    why = words("Why", reason, at_most=LONGEST)
    with desk.reading() as session:
        case = facts.cases(session, [case_ref]).get(case_ref)
    asked_by = asked_off_by(case.looks) if case else None
    with on_case(desk, Action.TAKE_OFF_LOOK_FIRST, case_ref, about=asked_by) as deed:
        if asked_off_by(case_of(deed).looks) != asked_by or asked_by is None:
            raise Conflict("This does not wait for a second person any more.")
        put_step(deed, case_ref, LookStep.OFF if agree else LookStep.STAYS, why)


def put_step(deed: Deed, case_ref: str, kind: LookStep, reason: str | None) -> None:
    """Put a step on a case within a deed that permits it; whoever was to lead it, or a linked one, does not begin."""
    by = str(deed.question.person.username)
    deed.add(LookFirstStep(case_ref=case_ref, kind=kind, at=deed.at, by=by, reason=reason))
    deed.about(case_ref, case_ref)
    deed.note(looked=kind)
    if kind is LookStep.SET:
        linked = linked_with(deed.session, [case_ref]).get(case_ref, set())
        holds_on = [one for one, others in looked_at_with(deed.session, linked).items() if case_ref in others]
        end_planned_leads(deed, [case_ref, *(one for one in holds_on if one in linked)])


def _require_standing(deed: Deed) -> None:
    if not stands(case_of(deed).looks):
        raise Conflict("It does not stand on this case any more.")
