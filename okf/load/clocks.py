"""The clocks of the concerns that a file brings: started as it tells of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from sqlalchemy import bindparam, insert, update
from sqlalchemy.orm import Session

from okf.load.plan import Plan
from okf.load.rows import Entry
from okf.load.specs import rows_of
from okf.load.stored import batches
from okf.policy.duties import clocks_found, kept_of
from okf.store.clocks import KEPT, rows_of_clocks
from okf.store.models import Concern, ConcernClock
from okf.terms.concerns import ConcernCategory

_CONCERN: Final = rows_of(Concern)
_KEEP: Final = (
    update(_CONCERN).where(_CONCERN.c.ref == bindparam("key")).values({name: bindparam(f"to_{name}") for name in KEPT})
)


def start_clocks(session: Session, plan: Plan, entries: Iterable[Entry], about_workers: Collection[str]) -> None:
    """Start the clocks of new concerns; each keeps of them what its queue is read by."""
    clocks, kept = [], []
    for entry in entries:
        ref, told = entry.key[0], entry.values
        found = clocks_found(
            status=told["status"],
            raised_at=told["raised_at"],
            due_at=told["due_at"],
            next_review_on=told.get("next_review_on"),
            about_worker=ref in about_workers or told.get("category") is ConcernCategory.ABOUT_A_WORKER,
            holidays=plan.known.settings.bank_holidays,
        )
        clocks += rows_of_clocks(ref, found.all)
        now = {"due_at": told["due_at"]} | kept_of(found.due())
        kept.append({"key": ref} | {f"to_{name}": value for name, value in now.items()})
    for statement, rows in ((insert(rows_of(ConcernClock)), clocks), (_KEEP, kept)):
        for batch in batches(rows):
            session.connection().execute(statement, batch)
