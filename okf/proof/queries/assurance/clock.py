"""The machine's clock: how often it was set while Casebook ran, and whether it is behind the record now."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session

from okf.desk import SLACK
from okf.policy.words import moment
from okf.proof.queries.assurance import attention, checks
from okf.proof.queries.assurance.findings import Behind, Finding, found
from okf.store import audit
from okf.store.models import AuditEvent
from okf.terms import Action


class ClockNote(StrEnum):
    """What the record says of the clock."""

    BEHIND = "clock behind the record"
    CAUGHT_UP = "clock caught up with the record"
    FORWARD = "clock set forward"
    BACK = "clock set back"


_BY: BindParameter[datetime] = bindparam("at", type_=AuditEvent.at.type)
_NOTED = (
    select(AuditEvent.seq, AuditEvent.at, AuditEvent.facts)
    .where(AuditEvent.action == Action.WATCH_CLOCK, AuditEvent.at <= _BY)
    .order_by(AuditEvent.seq)
)
_SAID: Final = {
    ClockNote.BEHIND: "the machine's clock fell behind the record",
    ClockNote.FORWARD: "the machine's clock went forward",
    ClockNote.BACK: "the machine's clock went back",
}


def clock_steps(session: Session, at: datetime) -> Finding:
    """How often the clock was found set, or behind the record, by an instant."""
    rows = [row for row in session.execute(_NOTED, {"at": at}) if row.facts["did"] in _SAID]
    behind = [
        Behind(f"Event {row.seq:,}, {moment(row.at)}: {_SAID[row.facts['did']]}.", ref=str(row.seq), at=row.at)
        for row in rows
    ]
    figures = Counter(str(row.facts["did"]) for row in rows)
    return Finding(checks.CLOCK_SET, len(rows), tuple(behind), figures=figures)


def clock_behind(session: Session, machine: datetime) -> Finding:
    """Whether an event is dated later than the machine's clock says now."""
    newest = audit.newest_at(session)
    if newest is None or newest - machine <= SLACK:
        return found(attention.CLOCK_BEHIND, [])
    said = f"An event is dated {moment(newest)}, and this machine's clock says {moment(machine)}."
    return found(attention.CLOCK_BEHIND, [Behind(said, at=newest)])
