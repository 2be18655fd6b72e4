"""Who had read a record until it was sealed, as far as the audit record tells it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.store.models import AuditEvent, Misfiling
from okf.terms import Action, Outcome

_OPENED_IT: Final = (
    select(AuditEvent.subject, AuditEvent.actor, AuditEvent.at)
    .where(
        AuditEvent.subject.in_(bindparam("ids", expanding=True)),
        AuditEvent.action.in_((Action.READ_RECORD, Action.EXPORT_RECORD)),
        AuditEvent.outcome.in_((Outcome.ALLOW, Outcome.ALLOW_WITH_CONDITIONS)),
    )
    .order_by(AuditEvent.seq)
)


def opened_it(session: Session, misfilings: Collection[Misfiling]) -> Mapping[str, tuple[str, ...]]:
    """By misfiled record, who opened it by itself, printed it or opened a file of it until it was sealed.

    Reading its words in a case's list of records is no event of its own.
    """
    until = {one.record_id: one.reported_at for one in misfilings}
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for row in session.execute(_OPENED_IT, {"ids": sorted(until)}) if until else ():
        if row.at <= until[row.subject]:
            found[row.subject][row.actor] = None
    return {record: tuple(actors) for record, actors in found.items()}


def opened_until_now(session: Session, record_id: str) -> set[str]:
    """Who opened a record by itself, printed it or opened a file of it."""
    return {row.actor for row in session.execute(_OPENED_IT, {"ids": [record_id]})}


def readers_in_words(read_by: Collection[str], opened: Collection[str]) -> str:
    """Who had read it, in words: for certain, and as far as the opening of its case tells it."""
    could = [name for name in read_by if name not in opened]
    certain = f"Opened by itself, or a file of it: {', '.join(opened) or 'by nobody'}."
    return (
        f"{certain} Opened its case while they could read it there: {', '.join(could) or 'nobody else'}; whether they"
        " read its words is not on the record."
    )
