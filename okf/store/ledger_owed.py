"""Lines that the ledger of endings could not take when their deed was done: kept in the database until it can.

The deed's event holds a hash of them, so that nobody else's line gets into the ledger this way.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.store import audit
from okf.store.audit import Head
from okf.store.ledger_file import Deed, Entry
from okf.store.models import AuditEvent, LedgerOwed
from okf.terms import Action, Outcome
from okf.terms.endings import LineKind

_OWED: Final = select(LedgerOwed.id).order_by(LedgerOwed.id)
_TOLD_OWED: Final = select(AuditEvent.facts).where(
    AuditEvent.seq == bindparam("seq"),
    AuditEvent.hash == bindparam("hash"),
    AuditEvent.action == Action.KEEP_LEDGER,
    AuditEvent.outcome == Outcome.DENY,
)


def owe(session: Session, entries: Sequence[Entry], deed: Deed, why: str) -> None:
    """Keep these lines in the database, and say so on the audit record, with why."""
    if all(one.kind is LineKind.HEAD for one in entries):
        return  # the next hour has a newer one
    waits = {
        "at": deed.at and deed.at.isoformat(),
        "by": deed.by,
        "began": [deed.began.seq, deed.began.hash],
        "lines": [{"kind": one.kind, "of": dict(one.of), "told": dict(one.told)} for one in entries],
    }
    after = audit.append(
        session,
        at=deed.at or session.execute(select(AuditEvent.at).order_by(AuditEvent.seq.desc()).limit(1)).scalar_one(),
        actor="host",
        action=Action.KEEP_LEDGER,
        outcome=Outcome.DENY,
        facts={
            "did": "the ledger of endings could not be written",
            "lines": len(entries),
            "why": why,
            "owed": _hash(waits),
        },
    )
    lines = waits.pop("lines")
    session.add(LedgerOwed(deed={**waits, "head": [after.seq, after.hash]}, lines=lines))


def owed(session: Session) -> list[LedgerOwed]:
    """The lines that wait for the ledger, in their order; what the event of their deed did not hash is none of them."""
    return [late for number in session.scalars(_OWED).all() if (late := _as_owed(session, number)) is not None]


def _as_owed(session: Session, number: int) -> LedgerOwed | None:
    try:
        late = session.get_one(LedgerOwed, number)
        waits = {key: late.deed[key] for key in ("at", "by", "began")} | {"lines": late.lines}
        seq, digest = late.deed["head"]
        told = session.scalar(_TOLD_OWED, {"seq": seq, "hash": digest})
    except (KeyError, TypeError, ValueError):
        return None  # it can't be read
    return late if told is not None and told.get("owed") == _hash(waits) else None


def _hash(waits: Mapping[str, Any]) -> str:
    return sha256(json.dumps(waits, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def entry_from(told: Mapping[str, Any]) -> Entry:
    """A line that was kept in the database, as the ledger takes it."""
    return Entry(LineKind(told["kind"]), told["of"], told["told"])


def deed_from(told: Mapping[str, Any]) -> Deed:
    """The deed of a line that was kept in the database."""
    at = datetime.fromisoformat(told["at"]) if told["at"] else None
    return Deed(at, told["by"], Head(*told["began"]), Head(*told["head"]))
