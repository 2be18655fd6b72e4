"""Compare concerns and their rows with the marks that their events keep of them (C9).

A row that was changed, put in or taken out past the desk differs. Costs one
reading of the events of safeguarding, and one of the tables' rows. Rows from
a file, or from before there were such marks, have none; for an entry of a
chronology there must then be an event of its instant.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.policy.decision import C9
from okf.policy.table import ACCESS
from okf.policy.words import moment
from okf.proof.queries.assurance.accesses import ALLOWED
from okf.proof.queries.assurance.checks import CHRONOLOGIES
from okf.proof.queries.assurance.findings import Behind, Finding, found
from okf.store import chained
from okf.store.models import AuditEvent, Concern, ConcernEntry
from okf.store.visible import sealed_from
from okf.terms import Action

BATCH: Final = 500
_ONLY_READ: Final = {Action.READ_CONCERN, Action.LIST_CONCERNS, Action.LIST_OWN_CONCERNS, Action.COUNT_CONCERNS}
_OF_SAFETY: Final = tuple(
    sorted(
        {action for action, rule in ACCESS.items() if C9 in rule.under} - _ONLY_READ
        | {Action.LOAD_CASELOAD, Action.IMPORT_CASELOAD, Action.ROTATE_KEYS}
    )
)
_NEXT: Final = (
    select(AuditEvent.seq, AuditEvent.at, AuditEvent.subject, AuditEvent.facts)
    .where(AuditEvent.action.in_(_OF_SAFETY), AuditEvent.outcome.in_(ALLOWED), AuditEvent.seq > bindparam("after"))
    .order_by(AuditEvent.seq)
    .limit(BATCH)
)
_RAISED: Final = select(Concern.ref, Concern.raised_at)


@dataclass(slots=True)
class _OnRecord:
    """What the events say: the last mark of each row with its event, and the instants of those that bear none."""

    marks: dict[tuple[str, str], tuple[str, Any]] = field(default_factory=dict)
    bare: set[tuple[str, datetime]] = field(default_factory=set)


def chronologies(session: Session, at: datetime, viewer: str | None = None) -> Finding:
    """Safeguarding rows that are not as they were put on record; none of a concern that is sealed from the viewer."""
    recorded = _on_record(session)
    behind: list[Behind] = []
    for model in chained.chained():
        behind += _compared(session, model, recorded)
    refs = [key for table, key in recorded.marks if table == chained.ABOUT]
    for start in range(0, len(refs), BATCH):
        for ref, now in chained.about_marks(session, refs[start : start + BATCH]):
            was, event = recorded.marks[chained.ABOUT, ref]
            if was != now:
                told = (
                    f"Whom concern {ref} is about is not as event {event.seq:,} of {moment(event.at)} put it on record."
                )
                behind.append(Behind(told, ref=ref, at=event.at))
    hidden = set(session.scalars(sealed_from(), {"who": viewer, "at": at})) if viewer else set()
    return found(CHRONOLOGIES, [one for one in behind if one.ref not in hidden])


def _on_record(session: Session) -> _OnRecord:
    recorded, after = _OnRecord(), 0
    while events := session.execute(_NEXT, {"after": after}).all():
        for event in events:
            for table, moved in event.facts.get(chained.RESEALED, {}).items():
                for key, was, now in moved:
                    mark, since = recorded.marks.get((table, key), (None, None))
                    if mark == was:
                        recorded.marks[table, key] = now, since
            told = event.facts.get(chained.FACT)
            if not told:
                recorded.bare.add((event.subject, event.at))
                continue
            for table, marks in told.items():
                recorded.marks.update({(table, key): (now, event) for key, now in marks})
        after = events[-1].seq
    return recorded


def _compared(session: Session, model: Any, recorded: _OnRecord) -> Iterator[Behind]:
    table: str = model.__tablename__
    noun = table.replace("_", " ").capitalize()
    expected = {key for one, key in recorded.marks if one == table}
    raised = dict(session.execute(_RAISED).all()) if model is ConcernEntry else {}
    with session.execute(chained.rows_of(model).execution_options(yield_per=5_000)) as rows:
        for row in rows:
            key, now = chained.mark_of(model, row)
            ref = key if model is Concern else row.concern_ref
            if key in expected:
                expected.discard(key)
                was, event = recorded.marks[table, key]
                if was != now:
                    yield _astray(f"{noun} {key}", ref, f"is not as event {event.seq:,} put it on record", event.at)
            elif not _accounted(model, row, recorded.bare, raised):
                yield _astray(f"{noun} {key}", ref, "is in the database, and no event put it on record")
    for key in sorted(expected):
        _, event = recorded.marks[table, key]
        yield _astray(f"{noun} {key}", event.subject, f"is missing: event {event.seq:,} put it on record", event.at)


def _accounted(model: Any, row: Any, bare: Collection[tuple[str, datetime]], raised: Any) -> bool:
    """Whether a row without a mark came in by a file, or before there were marks."""
    if model is Concern:
        return True
    if model is not ConcernEntry:
        return False
    opens = row.what == "Raised" and row.text is None and raised.get(row.concern_ref) == row.entered_at
    return opens or (row.concern_ref, row.entered_at) in bare


def _astray(noun: str, ref: str | None, what: str, at: datetime | None = None) -> Behind:
    of = "" if ref is None or noun.endswith(ref) else f" of concern {ref}"
    return Behind(f"{noun}{of} {what}.", ref=ref, at=at)
