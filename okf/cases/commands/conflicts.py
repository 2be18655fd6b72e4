"""Conflicts of interest: declared by whoever has one, lifted only by somebody else (C5)."""

from __future__ import annotations

from sqlalchemy import bindparam, select, union

from okf.asker import may_know_case
from okf.desk import Desk
from okf.errors import Conflict, unknown
from okf.store.models import CaseChild, CaseParty, ConflictOfInterest
from okf.terms import Action
from okf.validation import words

_CASES_OF = union(
    select(CaseParty.case_ref).where(CaseParty.service_user == bindparam("service_user")),
    select(CaseChild.case_ref).where(CaseChild.service_user == bindparam("service_user")),
)
_STANDING = select(ConflictOfInterest.id).where(
    ConflictOfInterest.person == bindparam("person"),
    ConflictOfInterest.service_user == bindparam("service_user"),
    ConflictOfInterest.lifted_at.is_(None),
)


def declare_conflict(desk: Desk, service_user: str, *, reason: str) -> int:
    """Declare one's own tie to somebody in a case: it bars one's access from now on; its number.

    Raises:
        NotFound: there is no such service user, or none in a case that this person may know of.
        Conflict: it is declared already.
        Invalid: no reason is given.
    """
    why = words("Reason", reason, at_most=500)
    with desk.permitted(Action.DECLARE_CONFLICT) as deed:
        refs = deed.session.scalars(_CASES_OF, {"service_user": service_user}).all()
        if not any(may_know_case(desk, deed.session, ref) for ref in refs):
            raise unknown("service user", service_user)
        if deed.session.scalar(_STANDING, {"person": desk.actor, "service_user": service_user}) is not None:
            raise Conflict("You have declared this already.")
        tie = ConflictOfInterest(
            person=str(desk.actor), service_user=service_user, reason=why, declared_at=deed.at, declared_by=desk.actor
        )
        deed.add(tie)
        deed.session.flush()
        deed.note(conflict=tie.id)
    return tie.id


def lift_conflict(desk: Desk, conflict: int) -> None:
    """Lift somebody else's declared conflict; their grants count again from now on.

    Raises:
        NotFound: there is no such conflict.
        Refused: it is one's own, or their role does not include it.
        Conflict: it is lifted already.
    """
    with desk.reading() as session:
        found = session.get(ConflictOfInterest, conflict)
    if found is None:
        raise unknown("conflict of interest", str(conflict))
    with desk.permitted(Action.LIFT_CONFLICT, about=found.person) as deed:
        tie = deed.session.get_one(ConflictOfInterest, conflict)
        if tie.lifted_at is not None:
            raise Conflict("This conflict is lifted already.")
        tie.lifted_at, tie.lifted_by = deed.at, desk.actor
        deed.note(conflict=conflict)
