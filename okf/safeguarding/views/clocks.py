"""The clocks of a concern as its pages say them, one sentence each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from okf.clock import is_past
from okf.safeguarding.queries.clocks import RunningClock
from okf.shell.sheets import Cell
from okf.shell.words import left_until
from okf.terms.duties import Duty

DUTIES: Final = {
    Duty.DECIDE: "Decide",
    Duty.LADO: "LADO",
    Duty.CONFIRM: "Confirm in writing",
    Duty.ANSWER: "Their answer",
    Duty.CHASE: "Chase the answer",
    Duty.ESCALATE: "Answer to the escalation",
    Duty.SECOND: "Second reading",
    Duty.THIRD: "Third reading",
    Duty.REVIEW: "Review",
    Duty.CHECKLIST: "Due by a checklist",
}
# The words that stand wherever the designated officer's clock does.
BEFORE_ANY_INQUIRY: Final = (
    "The local authority's designated officer, before any internal enquiry. Don't tell the person."
)


def in_words(clock: RunningClock, at: datetime) -> str:
    """`Decide: 45 min left (by Tue 1 Dec 2026, 14:05)`."""
    said = f"{DUTIES[clock.duty]}: {left_until(clock.due_at, at)}"
    return f"{said}. {BEFORE_ANY_INQUIRY}" if clock.duty is Duty.LADO else said


def in_lines(clocks: Iterable[RunningClock], at: datetime) -> Cell:
    """Each on a line of its own, the first that is due first; only those that are late in their colour."""
    below: Cell | None = None
    for one in reversed(list(clocks)):
        below = Cell(in_words(one, at), late=is_past(one.due_at, at), under=below)
    return below or Cell("")
