"""Which clocks run on concerns, the first that is due first (C9)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.store.models import ConcernClock
from okf.store.rows import from_row
from okf.terms.duties import Duty

_RUNNING = (
    select(ConcernClock.concern_ref, ConcernClock.duty, ConcernClock.due_at)
    .where(ConcernClock.concern_ref.in_(bindparam("keys", expanding=True)), ConcernClock.ended_at.is_(None))
    .order_by(ConcernClock.due_at, ConcernClock.id)
)


@dataclass(frozen=True, slots=True)
class RunningClock:
    """One duty that waits to be done, and until when."""

    duty: Duty
    due_at: datetime


Running = tuple[RunningClock, ...]


def running_clocks(session: Session, refs: Collection[str]) -> Mapping[str, Running]:
    """What runs on each of these concerns; one query, however many."""
    found: dict[str, Running] = defaultdict(tuple)
    for row in session.execute(_RUNNING, {"keys": list(refs)}) if refs else ():
        found[row.concern_ref] += (from_row(RunningClock, row),)
    return found
