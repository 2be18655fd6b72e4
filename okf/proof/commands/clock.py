"""The machine's clock, watched while the server runs: whether somebody set it, and whether it is behind the record."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from okf.desk import Desk
from okf.proof.queries.assurance.clock import ClockNote
from okf.store.models import AuditEvent
from okf.terms import Action

MINUTE: Final = timedelta(minutes=1)
STEP: Final = timedelta(minutes=5)  # a clock that is kept right is never moved by so much

_SPELL = (
    select(AuditEvent.facts["did"].as_string())
    .where(
        AuditEvent.action == Action.WATCH_CLOCK,
        AuditEvent.facts["did"].as_string().in_([ClockNote.BEHIND, ClockNote.CAUGHT_UP]),
    )
    .order_by(AuditEvent.seq.desc())
    .limit(1)
)


def watch_clock(desk: Desk) -> None:
    """Put on record that the clock was set by over five minutes, fell behind the record, or caught up: each once."""
    machine = desk.machine()
    step = desk.store.time.stepped(machine)
    if abs(step) > STEP:
        # Of the moment as it was or would have been, whichever is earlier: a clock that was wrong for a moment must
        # not carry time with it for good.
        before = Desk.host(desk.store, now=lambda: min(machine, machine - step))
        _note(before, ClockNote.FORWARD if step > timedelta() else ClockNote.BACK, machine, minutes=abs(step) // MINUTE)
    with desk.reading() as session:
        was_behind = session.scalar(_SPELL) == ClockNote.BEHIND
    if was_behind != (desk.clock_behind() is not None):
        _note(desk, ClockNote.CAUGHT_UP if was_behind else ClockNote.BEHIND, machine)


def _note(desk: Desk, did: ClockNote, machine: datetime, **told: int) -> None:
    with desk.permitted(Action.WATCH_CLOCK) as deed:
        deed.note(did=did.value, machine=machine, **told)
