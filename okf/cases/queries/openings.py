"""Whether a look into a case is on the audit record already."""

from __future__ import annotations

from sqlalchemy import bindparam, literal_column, select
from sqlalchemy.orm import Session

from okf.desk import Desk
from okf.store.models import AuditEvent
from okf.terms import Outcome

_OPENED = (
    select(AuditEvent.seq)
    .where(
        AuditEvent.case_ref == bindparam("case_ref"),
        AuditEvent.session_id == bindparam("session_id"),
        AuditEvent.action == literal_column("'open_case'"),  # as the partial index is written
        AuditEvent.actor == bindparam("actor"),
        AuditEvent.outcome.in_([Outcome.ALLOW, Outcome.ALLOW_WITH_CONDITIONS]),
    )
    .limit(1)
)


def opened_in_this_session(desk: Desk, session: Session, case_ref: str) -> bool:
    """Whether this person has opened this case since they signed in, and it is on record."""
    if desk.session_id is None:
        return False
    return (
        session.execute(_OPENED, {"case_ref": case_ref, "session_id": desk.session_id, "actor": desk.actor}).first()
        is not None
    )
