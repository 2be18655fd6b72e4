"""Who had read a record until it was sealed, as far as the audit record tells it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.store.models import AuditEvent, Misfiling
from okf.terms import Action, Outcome

_OPENED_IT: Final = (
    select(AuditEvent.subject, AuditEvent.actor, AuditEvent.at, AuditEvent.facts)
    .where(
        AuditEvent.subject.in_(bindparam("ids", expanding=True)),
        AuditEvent.action.in_((Action.READ_RECORD, Action.EXPORT_RECORD)),
        AuditEvent.outcome.in_((Outcome.ALLOW, Outcome.ALLOW_WITH_CONDITIONS)),
    )
    .order_by(AuditEvent.seq)
)


def opened_it(session: Session, misfilings: Collection[Misfiling]) -> Mapping[str, tuple[str, ...]]:
    """By misfiling, who opened the record by itself, printed it or opened a file of it until it was sealed.

    Of a file, who opened that. Reading a record's words in a case's list is no event of its own.
    """
    records = sorted({one.record_id for one in misfilings})
    rows = session.execute(_OPENED_IT, {"ids": records}).all() if records else ()
    return {
        one.ref: tuple(
            dict.fromkeys(
                row.actor
                for row in rows
                if row.subject == one.record_id and row.at <= one.reported_at and _is_of(one.file_ref, row.facts)
            )
        )
        for one in misfilings
    }


def opened_until_now(session: Session, record_id: str, file_ref: str | None = None) -> set[str]:
    """Who opened a record by itself, printed it or opened a file of it; or who opened this file of it."""
    rows = session.execute(_OPENED_IT, {"ids": [record_id]})
    return {row.actor for row in rows if _is_of(file_ref, row.facts)}


def _is_of(file_ref: str | None, facts: Mapping[str, Any]) -> bool:
    return file_ref is None or facts.get("file") == file_ref


def readers_in_words(read_by: Collection[str], opened: Collection[str]) -> str:
    """Who had read it, in words: for certain, and as far as the opening of its case tells it."""
    could = [name for name in read_by if name not in opened]
    certain = f"Opened by itself, or a file of it: {', '.join(opened) or 'by nobody'}."
    return (
        f"{certain} Opened its case while they could read it there: {', '.join(could) or 'nobody else'}; whether they"
        " read its words is not on the record."
    )
