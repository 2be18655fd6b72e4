"""Every row against its last mark, and every event against the marks of the rows that it wrote.

Costs one reading of the marks, of the events that wrote rows, and of each
marked table; further readings only if something is astray. Always of the
database as it stands now: what a row was has no earlier date.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from hashlib import sha256
from itertools import islice
from typing import Any, Final, NamedTuple

from sqlalchemy import JSON, bindparam, func, select, type_coerce
from sqlalchemy.orm import Session

from okf.policy.decision import C9
from okf.policy.table import ACCESS
from okf.policy.words import moment
from okf.proof.queries.assurance import checks
from okf.proof.queries.assurance.findings import Behind, Finding, found
from okf.proof.queries.assurance.ledger import Ledger
from okf.store import own_logic, row_marks
from okf.store.models import AuditEvent, Base, Concern, LowLevelConcern, RowMark
from okf.store.models.audit import MARKS
from okf.terms import Action, Outcome

MOST: Final = 1_000
READ: Final = 5_000
_OF_NOTHING: Final = sha256().hexdigest()
_STREAM: Final = {"yield_per": READ}
_NO_KEY: Final = "The key of the proof is not in the database or does not open, so that no row can be compared."

_MARKS = select(RowMark.seq, RowMark.row, RowMark.was, RowMark.mark).where(row_marks.BINDS).order_by(RowMark.id)
_OF_ROWS = _MARKS.where(RowMark.row.in_(bindparam("rows", expanding=True)))
_EVENTS = select(AuditEvent.seq, AuditEvent.at, AuditEvent.action, AuditEvent.case_ref).where(
    AuditEvent.seq.in_(bindparam("seqs", expanding=True))
)
_PROOFS = (
    select(AuditEvent.at, AuditEvent.facts)
    .where(AuditEvent.action == Action.ASSURE, AuditEvent.outcome == Outcome.ALLOW)
    .order_by(AuditEvent.seq.desc())
    .limit(100)
)
_BACKUPS = (
    select(AuditEvent.at)
    .where(AuditEvent.action == Action.BACK_UP, AuditEvent.subject.is_not(None))
    .order_by(AuditEvent.seq)
)
_BOUND = type_coerce(AuditEvent.facts, JSON)[MARKS].as_string()
# What was written before all rows were marked anew may have lost its marks, but all of them, to a migration back.
_SINCE = select(AuditEvent.seq).where(
    AuditEvent.action == Action.MARK_ROWS, AuditEvent.seq == select(func.min(RowMark.seq)).scalar_subquery()
)
_BINDING = (
    select(
        AuditEvent.seq,
        AuditEvent.at,
        AuditEvent.actor,
        AuditEvent.action,
        AuditEvent.case_ref,
        AuditEvent.subject,
        _BOUND.label("bound"),
    )
    .where(_BOUND.is_not(None))
    .order_by(AuditEvent.seq)
)


def rows_and_marks(session: Session, viewer: str | None = None) -> list[Finding]:
    """Rows that are not as their last mark says, and events that miss marks; of safeguarding only the host is told."""
    secret = row_marks.secret_of(session)
    if secret is None:
        missing = [Behind(_NO_KEY)] if session.scalar(select(RowMark.id).limit(1)) else []
        return [found(checks.ROWS_ASTRAY, missing), found(checks.MARKS_ASTRAY, [])]
    events, strays, rows = compared(session, secret)
    astray = list(islice(rows, MOST))
    right = _Right.of(session) if astray else None
    told = [_row_astray(one, right, viewer) for one in astray]
    return [
        found(checks.ROWS_ASTRAY, told, more=len(told) == MOST),
        found(
            checks.MARKS_ASTRAY,
            [
                *(_event_astray(event, viewer) for event in events),
                *(
                    Behind(f"Event {seq:,}, of which there are marks, is not on the record.", ref=str(seq))
                    for seq in strays
                ),
            ],
        ),
    ]


def logic_altered(session: Session) -> Finding:
    """What the database holds besides rows, and doesn't hold as Casebook made it."""
    return found(checks.LOGIC_ALTERED, map(Behind, own_logic.altered(session.connection())))


class Astray(NamedTuple):
    """A row, what is wrong with it, and the last event that wrote it, if one is known."""

    row: str
    what: str
    event: Any = None


class _Right(NamedTuple):
    """When all rows were last proved to be right, and when backups were made: where to find a row as it should be."""

    proved: datetime | None
    backups: list[datetime]

    @classmethod
    def of(cls, session: Session) -> _Right:
        """As the record tells it."""
        clean = (
            at
            for at, facts in session.execute(_PROOFS)
            if not facts.get("past", True) and facts.get("found", {}).get(checks.ROWS_ASTRAY.key, {}).get("count") == 0
        )
        return cls(next(clean, None), list(session.scalars(_BACKUPS)))

    def in_words(self, since: datetime) -> str:
        """Until when a row that was last written then was right for sure, and which backup has it so."""
        proved = self.proved if self.proved is not None and self.proved >= since else None
        told = f"It was still right when all was proved on {moment(proved)}. " if proved else ""
        after = [one for one in self.backups if one >= since]
        sure = [one for one in after if proved and one <= proved]
        if sure:
            return f"{told}The backup of {moment(sure[-1])} has it right."
        if after:
            return f"{told}The backup of {moment(after[0])} is the first since that event, the likeliest to be right."
        return f"{told}No backup was made since that event."


def compared(session: Session, secret: bytes) -> tuple[list[Any], list[int], Iterator[Astray]]:
    """Events whose marks are not those that they bound, numbers in marks that are no such event's, and rows astray."""
    ledger, strays = Ledger(), set[int]()
    events = list(_events_astray(session, ledger, strays))
    for row, state in row_marks.states(session):
        ledger.stored(_entry(row, row_marks.mark_of(secret, row, state)))
    return events, sorted(strays), iter(()) if ledger.agrees else _rows_astray(session, secret, ledger)


def _events_astray(session: Session, ledger: Ledger, strays: set[int]) -> Iterator[Any]:
    """Events whose marks are not those that they bound; every row's last mark goes into the ledger on the way."""
    since = session.scalar(_SINCE) or 0
    binding = iter(session.execute(_BINDING.execution_options(**_STREAM)))
    event, digest = next(binding, None), sha256()
    for seq, row, was, mark in session.execute(_MARKS.execution_options(**_STREAM)):
        if was is not None:
            ledger.stored(_entry(row, was))
        if mark is not None:
            ledger.recorded(_entry(row, mark))
        while event is not None and seq is not None and event.seq < seq:
            if _unfit(event, digest.hexdigest(), since):
                yield event
            event, digest = next(binding, None), sha256()
        if event is not None and event.seq == seq:
            digest.update(row_marks.line(row, was, mark))
        elif seq is not None:
            strays.add(seq)
    while event is not None:
        if _unfit(event, digest.hexdigest(), since):
            yield event
        event, digest = next(binding, None), sha256()


def _unfit(event: Any, digest: str, since: int) -> bool:
    return bool(event.bound != digest and (event.seq >= since or digest != _OF_NOTHING))


def _rows_astray(session: Session, secret: bytes, ledger: Ledger) -> Iterator[Astray]:
    """Each row that has another mark than its last, or none, or is gone."""
    here: set[str] = set()

    def odd_rows() -> Iterator[tuple[str, str]]:
        for row, state in row_marks.states(session):
            now = row_marks.mark_of(secret, row, state) or ""
            if ledger.is_odd(_entry(row, now)):
                here.add(row)
                yield row, now

    for batch in _batches(odd_rows()):
        marks = _marks_of(session, batch)
        for row, now in batch.items():
            held = marks.get(row, [])
            if not held:
                yield Astray(row, "is in the database, and no deed put it there")
            elif held[-1][1] != now:
                again = any(mark == now for _, mark in held)
                yield _astray(row, "is again as it was before {event}" if again else "is not as {event} left it", held)

    def odd_marks() -> Iterator[tuple[str, str]]:
        for _, row, _, mark in session.execute(_MARKS.execution_options(**_STREAM)):
            if mark is not None and row not in here and ledger.is_odd(_entry(row, mark)):
                yield row, mark

    gone: set[str] = set()
    for batch in _batches(odd_marks()):
        for row, held in _marks_of(session, batch).items():
            if held[-1][1] is not None and row not in gone and ledger.is_odd(_entry(row, held[-1][1])):
                gone.add(row)
                yield _astray(row, "is gone: {event} left it there", held)


def _entry(row: str, mark: str | None) -> str:
    return f"{row}\0{mark}"


def _batches(rows: Iterator[tuple[str, str]]) -> Iterator[dict[str, str]]:
    while batch := dict(islice(rows, row_marks.BATCH)):
        yield batch


def _marks_of(session: Session, rows: dict[str, str]) -> dict[str, list[tuple[Any, str | None]]]:
    """The marks of these rows, oldest first, each with its event."""
    held = session.execute(_OF_ROWS, {"rows": list(rows)}).all()
    seqs = {one.seq for one in held if one.seq is not None}
    events = {event.seq: event for event in session.execute(_EVENTS, {"seqs": seqs})} if seqs else {}
    marks: dict[str, list[tuple[Any, str | None]]] = defaultdict(list)
    for seq, row, _, mark in held:
        marks[row].append((events.get(seq), mark))
    return marks


def _astray(row: str, what: str, held: list[tuple[Any, str | None]]) -> Astray:
    event = held[-1][0]
    return Astray(row, what.format(event=f"event {event.seq:,} of {moment(event.at)}" if event else "Casebook"), event)


def _row_astray(one: Astray, right: _Right | None, viewer: str | None) -> Behind:
    table, key = row_marks.table_and_key(one.row)
    if viewer is not None and table in _of_safeguarding():
        return Behind("A row of safeguarding. On the host, “python -m okf assure” names it.")
    told = [f"{table.replace('_', ' ').capitalize()} {key} {one.what}."]
    case_ref = None
    if one.event is not None:
        if not (viewer is not None and C9 in ACCESS[one.event.action].under):
            case_ref = one.event.case_ref
        told += [f"It is of case {case_ref}."] if case_ref and case_ref not in key else []
        told += [right.in_words(one.event.at)] if right else []
    return Behind(" ".join(told), case_ref=case_ref, ref=key)


def _event_astray(event: Any, viewer: str | None) -> Behind:
    on = f"Event {event.seq:,} of {moment(event.at)}"
    if viewer is not None and C9 in ACCESS[event.action].under:
        return Behind(f"{on}: marks of what it wrote are missing or changed.", ref=str(event.seq), at=event.at)
    did = " ".join(one for one in (event.action.value.replace("_", " "), event.subject, event.case_ref) if one)
    what = f"{on}, {did}, by {event.actor}: marks of what it wrote are missing or changed."
    return Behind(what, event.actor, event.case_ref, str(event.seq), event.at)


@cache
def _of_safeguarding() -> frozenset[str]:
    """The tables of concerns, and all that hang on them."""
    found = {Concern.__tablename__, LowLevelConcern.__tablename__}
    for table in Base.metadata.sorted_tables:
        if {key.column.table.name for key in table.foreign_keys} & found:
            found.add(table.name)
    return frozenset(found)
