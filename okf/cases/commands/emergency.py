"""Emergency access: a few hours for a typed reason, then somebody else's review (C5, C9)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import bindparam, select

from okf.cases.commands.on_case import on_case
from okf.desk import Desk
from okf.errors import Conflict, unknown
from okf.store.marks import emergency_mark
from okf.store.models import EmergencyAccess
from okf.terms import Action
from okf.validation import words

SHORTEST = 15

_OWN = select(EmergencyAccess.case_ref).where(
    EmergencyAccess.id == bindparam("id"), EmergencyAccess.person == bindparam("who")
)


def open_emergency_access(desk: Desk, case_ref: str, *, reason: str) -> str:
    """Open a case for a few hours without a grant; its reference. Somebody else reviews it by the next working day.

    Raises:
        NotFound, Refused: as `on_case`; refused while an earlier one of theirs is past its review.
        Invalid: the reason is shorter than a sentence.
    """
    why = words("Reason", reason, at_least=SHORTEST, at_most=4000)
    with on_case(desk, Action.OPEN_EMERGENCY_ACCESS, case_ref) as deed:
        opened = EmergencyAccess(
            id=desk.new_ref("X"), person=str(desk.actor), case_ref=case_ref, opened_at=deed.at, reason=why
        )
        deed.add(opened)
        deed.about(opened.id, case_ref)
        deed.note(hours=deed.question.settings.break_glass_hours, emergencies=[emergency_mark(opened)])
    return opened.id


def end_emergency_access(desk: Desk, emergency: str) -> None:
    """End one's own emergency access before its time; somebody else still reviews it.

    Raises:
        NotFound: they opened no such emergency access.
        Conflict: it is over already.
    """
    with desk.reading() as session:
        case_ref = session.scalar(_OWN, {"id": emergency, "who": desk.actor})
    if case_ref is None:
        raise unknown("emergency access", emergency)
    with desk.permitted(Action.END_EMERGENCY_ACCESS) as deed:
        opened = deed.session.get_one(EmergencyAccess, emergency)
        until = opened.opened_at + timedelta(hours=deed.question.settings.break_glass_hours)
        if opened.ended_at is not None or until <= deed.at:
            raise Conflict("This emergency access is over already.")
        opened.ended_at = deed.at
        deed.about(emergency, case_ref)


def review_emergency_access(desk: Desk, emergency: str, *, justified: bool, finding: str) -> None:
    """Say of somebody else's emergency access whether it was justified, and why.

    Raises:
        NotFound: there is no such emergency access.
        Refused: it is one's own, or their role does not include it.
        Conflict: it is reviewed already.
    """
    what = words("What the review found", finding, at_most=4000)
    with desk.reading() as session:
        found = session.get(EmergencyAccess, emergency)
    if found is None:
        raise unknown("emergency access", emergency)
    with desk.permitted(Action.REVIEW_EMERGENCY_ACCESS, found.case_ref, about=found.person) as deed:
        opened = deed.session.get_one(EmergencyAccess, emergency)
        if opened.reviewed_at is not None:
            raise Conflict("This emergency access is reviewed already.")
        opened.reviewed_at, opened.reviewed_by = deed.at, desk.actor
        opened.justified, opened.review_finding = justified, what
        deed.about(emergency, found.case_ref)
        deed.note(person=found.person, justified=justified)
