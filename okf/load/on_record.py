"""What the audit record says of a file that waits for the night: it decides, and not the folder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from okf.store.models import AuditEvent
from okf.terms import Action

IMPORTED, NOTHING_NEW, FAULTY = "caseload imported", "nothing to import", "nothing imported"
WAITS, CALLED_OFF, NOT_IMPORTED = "waits for the night", "called off before its night", "not imported at night"
_ENDS: Final = (IMPORTED, NOTHING_NEW, FAULTY)
IMPORTS: Final = (Action.LOAD_CASELOAD, Action.IMPORT_CASELOAD, Action.IMPORT_ENQUIRIES)
_OF_FILE: Final = (
    select(AuditEvent.seq, AuditEvent.actor, AuditEvent.facts)
    .where(AuditEvent.action.in_(IMPORTS), AuditEvent.subject == bindparam("ref"))
    .order_by(AuditEvent.seq)
)
_PUT_BACK: Final = select(exists().where(AuditEvent.action == Action.RESTORE, AuditEvent.seq > bindparam("seq")))


def is_wanted(session: Session, ref: str, by: str) -> bool:
    """Whether this database knows that they handed the file in, and has not been put back since."""
    asked = next((seq for seq, who, facts in _events(session, ref) if facts.get("did") == WAITS and who == by), None)
    return asked is not None and not session.scalar(_PUT_BACK, {"seq": asked})


def is_called_off(session: Session, ref: str) -> bool:
    """Whether the file was called off."""
    return any(facts.get("did") == CALLED_OFF for _, _, facts in _events(session, ref))


def import_of(session: Session, ref: str) -> Mapping[str, Any] | None:
    """What the record says of the file's import; None while it has not been done."""
    return next((facts for _, _, facts in _events(session, ref) if facts.get("did") in _ENDS), None)


def _events(session: Session, ref: str) -> list[tuple[int, str, dict[str, Any]]]:
    return [(row.seq, row.actor, row.facts) for row in session.execute(_OF_FILE, {"ref": ref})]
