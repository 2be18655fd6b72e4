"""A closed case opened by a records custodian: for a stated purpose, for some days at most (C6, C15)."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import bindparam, select

from okf.cases.commands.on_case import on_case
from okf.clock import end_of, london_date
from okf.desk import Desk
from okf.errors import Conflict, Invalid, unknown
from okf.store.marks import custody_mark
from okf.store.models import CustodyAccess
from okf.terms import Action
from okf.validation import words

SHORTEST = 15

_OWN = select(CustodyAccess.case_ref).where(
    CustodyAccess.id == bindparam("id"), CustodyAccess.person == bindparam("who")
)
_OPEN = select(CustodyAccess.id).where(
    CustodyAccess.person == bindparam("who"),
    CustodyAccess.case_ref == bindparam("case_ref"),
    CustodyAccess.ended_at.is_(None),
    CustodyAccess.until > bindparam("at"),
)


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
            raise Invalid("Until the end of", f"choose a day from today on, at most {most} days ahead.")
        if deed.session.scalar(_OPEN, {"who": desk.actor, "case_ref": case_ref, "at": deed.at}) is not None:
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
    with desk.reading() as session:
        case_ref = session.scalar(_OWN, {"id": custody, "who": desk.actor})
    if case_ref is None:
        raise unknown("custody access", custody)
    with desk.permitted(Action.END_CUSTODY) as deed:
        opened = deed.session.get_one(CustodyAccess, custody)
        if opened.ended_at is not None or opened.until <= deed.at:
            raise Conflict("This access is over already.")
        opened.ended_at = deed.at
        deed.about(custody, case_ref)
