"""Reading a concern goes on record, once a person, concern and sign-in; never on its case's trail (C9)."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import bindparam, literal, select
from sqlalchemy.orm import Session

from okf.desk import Desk
from okf.errors import Refused, unknown
from okf.store.models import AuditEvent
from okf.terms import Action, Outcome

_READ_ALREADY = select(AuditEvent.subject).where(
    # Written out and not bound: the index is of this action alone.
    AuditEvent.action == literal(Action.READ_CONCERN, AuditEvent.action.type, literal_execute=True),
    AuditEvent.subject.in_(bindparam("refs", expanding=True)),
    AuditEvent.session_id == bindparam("session_id"),
    AuditEvent.actor == bindparam("me"),
    AuditEvent.outcome == Outcome.ALLOW,
)


def read_in_this_sign_in(desk: Desk, session: Session, refs: Collection[str]) -> set[str]:
    """Which of these concerns whoever is here has on record as read since they signed in."""
    here = {"refs": list(refs), "session_id": desk.session_id, "me": desk.actor}
    return {ref for ref in session.scalars(_READ_ALREADY, here) if ref} if refs else set()


def put_reading_on_record(desk: Desk, ref: str) -> None:
    """Put on record that whoever is here reads this concern.

    Raises:
        NotFound: they may not, from this instant on.
    """
    try:
        with desk.permitted(Action.READ_CONCERN, concern=ref) as deed:
            deed.case_ref = None
    except Refused:
        raise unknown("concern", ref) from None
