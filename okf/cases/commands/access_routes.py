"""Ways into a case without a grant: in an emergency (C5, C9), or into a closed one as its custodian (C6, C15)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from sqlalchemy import bindparam, select

from okf.asker import on_file
from okf.cases.commands.on_case import on_case
from okf.clock import end_of, london_date
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, unknown
from okf.store.marks import custody_mark, emergency_mark
from okf.store.models import CustodyAccess, EmergencyAccess
from okf.terms import Action
from okf.validation import words

SHORTEST: Final = 15  # characters of a reason or a purpose

_OPEN_CUSTODY = select(CustodyAccess.id).where(
    CustodyAccess.person == bindparam("who"),
    CustodyAccess.case_ref == bindparam("case_ref"),
    CustodyAccess.ended_at.is_(None),
    CustodyAccess.until > bindparam("at"),
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
    found = on_file(desk, EmergencyAccess, emergency, "emergency access")
    if found.person != desk.actor:
        raise unknown("emergency access", emergency)
    with desk.permitted(Action.END_EMERGENCY_ACCESS) as deed:
        opened = deed.session.get_one(EmergencyAccess, emergency)
        if not _goes_on(opened, deed):
            raise Conflict("This emergency access is over already.")
        opened.ended_at = deed.at
        deed.about(emergency, found.case_ref)


def review_emergency_access(desk: Desk, emergency: str, *, justified: bool, finding: str) -> None:
    """Say of somebody else's emergency access whether it was justified, and why; one that still goes on ends by it.

    Raises:
        NotFound: there is no such emergency access.
        Refused: it is one's own, their role does not include it, or they have a tie to the family.
        Conflict: it is reviewed already.
    """
    what = words("What the review found", finding, at_most=4000)
    found = on_file(desk, EmergencyAccess, emergency, "emergency access")
    with desk.permitted(Action.REVIEW_EMERGENCY_ACCESS, found.case_ref, about=found.person) as deed:
        opened = deed.session.get_one(EmergencyAccess, emergency)
        if opened.reviewed_at is not None:
            raise Conflict("This emergency access is reviewed already.")
        opened.reviewed_at, opened.reviewed_by = deed.at, desk.actor
        opened.justified, opened.review_finding = justified, what
        # Nothing that is done after its review would ever be looked at.
        ended = _goes_on(opened, deed)
        if ended:
            opened.ended_at = deed.at
        deed.about(emergency, found.case_ref)
        deed.note(person=found.person, justified=justified, **({"ended": True} if ended else {}))


def open_custody(desk: Desk, case_ref: str, *, purpose: str, until: date) -> str:
    """Open a closed case as its custodian until the end of a day; its reference. The purpose is kept, encrypted.

    Raises:
        NotFound, Refused: as `on_case`; refused on a case that is not closed.
        Invalid: no purpose in words, or an end that has gone by or lies too far off.
        Conflict: they have opened it already.
    """
    why = words("Purpose", purpose, at_least=SHORTEST, at_most=2000)
    with on_case(desk, Action.OPEN_CUSTODY, case_ref) as deed:
        today, most = london_date(deed.at), deed.question.settings.custody_days
        if not today <= until <= today + timedelta(days=most):
            raise Invalid("To the end of", f"choose a day from today on, at most {most} days ahead.")
        if deed.session.scalar(_OPEN_CUSTODY, {"who": desk.actor, "case_ref": case_ref, "at": deed.at}) is not None:
            raise Conflict("You have opened this case as its custodian already.")
        opened = CustodyAccess(
            id=desk.new_ref("CU"),
            person=str(desk.actor),
            case_ref=case_ref,
            purpose=why,
            opened_at=deed.at,
            until=end_of(until),
        )
        deed.add(opened)
        deed.about(opened.id, case_ref)
        deed.note(until=opened.until, custodies=[custody_mark(opened)])
    return opened.id


def end_custody(desk: Desk, custody: str) -> None:
    """End one's own custody access before its time.

    Raises:
        NotFound: they hold no such access.
        Conflict: it is over already.
    """
    found = on_file(desk, CustodyAccess, custody, "custody access")
    if found.person != desk.actor:
        raise unknown("custody access", custody)
    with desk.permitted(Action.END_CUSTODY) as deed:
        opened = deed.session.get_one(CustodyAccess, custody)
        if opened.ended_at is not None or opened.until <= deed.at:
            raise Conflict("This access is over already.")
        opened.ended_at = deed.at
        deed.about(custody, found.case_ref)


def _goes_on(opened: EmergencyAccess, deed: Deed) -> bool:
    until = opened.opened_at + timedelta(hours=deed.question.settings.break_glass_hours)
    return opened.ended_at is None and until > deed.at
