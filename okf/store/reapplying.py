"""The ledger of endings held against the database: what it names and the database has not, and ending that again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from okf.store import kept
from okf.store.audit import GENESIS, Head
from okf.store.endings import ENDINGS, Ending, value_of
from okf.store.ledger_file import Line, Read
from okf.store.models import (
    AgreementVersion,
    AuditEvent,
    Case,
    CaseClosure,
    ConflictOfInterest,
    Credential,
    Misfiling,
    Record,
    StoredFile,
)
from okf.store.models.audit import IN_LEDGER
from okf.terms import CaseStatus
from okf.terms.endings import NO_ENDING, NO_ROW, LineKind

VOID: Final = "!"  # no password has this hash
WORDS_LOST: Final = "Ended again after an earlier copy of the database was put back; the words of it are lost."
_BATCH: Final = 500
_HASHES: Final = select(AuditEvent.seq, AuditEvent.hash)
_SAID: Final = select(AuditEvent.seq).where(cast(AuditEvent.facts, Text).like(f'%"{IN_LEDGER}": true%'))


@dataclass(frozen=True, slots=True)
class Compared:
    """How the ledger stands to the database.

    `late` are its lines that the database has not; they are what stopped
    processes left, if `only_a_crash`, and else the sign of an earlier copy.
    `unwritten` are the events of which the ledger should tell and does not.
    """

    late: tuple[Line, ...]
    last: int
    newest: Head | None
    fault: str | None
    foreign: bool
    only_a_crash: bool
    unwritten: tuple[int, ...]


@dataclass(slots=True)
class Reapplied:
    """What was ended again, by kind, and what of the lines could not be: the database has nothing of it."""

    ended: Counter[LineKind] = field(default_factory=Counter)
    lacking: list[Line] = field(default_factory=list)
    people: set[str] = field(default_factory=set)
    cases: set[str] = field(default_factory=set)
    everybody: bool = False


def compare(session: Session, read: Read) -> Compared:
    """Hold the ledger against the audit record, whose hashes say what became part of the database."""
    known = _hashes(session, {head.seq for line in read.lines for head in (line.began, line.head)})
    there = [line for line in read.lines if known.get(line.head.seq) == line.head.hash]
    settled = max((int(line.told["up_to"]) for line in there if line.kind is LineKind.SETTLED), default=0)
    kept_numbers = {line.number for line in there}
    late = tuple(line for line in read.lines if line.number > settled and line.number not in kept_numbers)
    crash = all(known.get(line.began.seq) == line.began.hash for line in late)
    return Compared(
        late,
        read.lines[-1].number if read.lines else 0,
        read.lines[-1].head if read.lines else None,
        read.fault,
        foreign=bool(read.lines) and read.provable and not read.proved and not any(line.head.seq for line in there),
        only_a_crash=crash,
        unwritten=_unwritten(session, there),
    )


def _hashes(session: Session, numbers: set[int]) -> dict[int, str]:
    known, wanted = {0: GENESIS}, sorted(numbers)
    for start in range(0, len(wanted), _BATCH):
        found = session.execute(_HASHES.where(AuditEvent.seq.in_(wanted[start : start + _BATCH])))
        known |= {row.seq: row.hash for row in found}
    return known


def _unwritten(session: Session, there: Iterable[Line]) -> tuple[int, ...]:
    told: set[int] = set()
    for began, end in {(line.began.seq, line.head.seq) for line in there}:
        told.update(range(began + 1, end + 1))
    return tuple(seq for seq in session.scalars(_SAID) if seq not in told)


def reapply(session: Session, lines: Sequence[Line], at: datetime) -> Reapplied:
    """End again what these lines say was ended, at its own instant and by whom; done twice it changes nothing more."""
    done = Reapplied()
    for line in lines:
        if line.kind in NO_ROW:
            continue
        if line.kind in NO_ENDING:
            if not _rows(session, line):
                done.lacking.append(line)
        elif _end(session, line, done):
            done.ended[line.kind] += 1
            done.people |= {str(line.of.get("person") or line.told.get("person") or line.of.get("username") or "")}
            done.cases |= {str(line.of.get("case_ref") or line.told.get("case_ref") or "")}
    session.flush()
    kept.refresh_standings(session, at, None if done.everybody else sorted(done.people - {""}))
    kept.refresh_allocation(session, at, sorted(done.cases - {""}))
    kept.refresh_allocation_of(
        session, at, {str(line.of["service_user"]) for line in lines if line.kind is LineKind.CONFLICT_DECLARED}
    )
    return done


def _ending(line: Line) -> Ending:
    """By which of the endings the line was written: of two of one kind, the one with these columns."""
    return next(one for one in ENDINGS if one.kind is line.kind and set(one.of) == set(line.of))


def _rows(session: Session, line: Line) -> list[Any]:
    ending = _ending(line)
    columns = ending.table.c
    where = [columns[name] == value_of(ending, name, line.of[name]) for name in ending.of]
    return list(session.scalars(select(ending.model).where(*where)))


def _end(session: Session, line: Line, done: Reapplied) -> bool:
    rows, ending = _rows(session, line), _ending(line)
    if line.kind is LineKind.CASE_CLOSED:
        return not rows and _close(session, line, ending)
    if line.kind is LineKind.VERSION_PUBLISHED:
        if not rows:
            values = {**line.of, **line.told}
            session.add(AgreementVersion(**{name: value_of(ending, name, told) for name, told in values.items()}))
            done.everybody = True
        return not rows
    if line.kind is LineKind.CONFLICT_DECLARED:
        if not rows:
            values = {**line.of, **line.told}
            told = {name: value_of(ending, name, value) for name, value in values.items()}
            session.add(ConflictOfInterest(**told, reason=WORDS_LOST))
        return not rows
    if line.kind is LineKind.RECORD_SEALED:
        values = {name: value_of(ending, name, value) for name, value in {**line.of, **line.told}.items()}
        return not rows and _seal(session, values)
    if line.kind is LineKind.PASSWORD_CHANGED:
        return sum(_void(row, value_of(ending, "changed_at", line.told["changed_at"])) for row in rows) > 0
    if line.kind is LineKind.ROLE_ENDED and "until" not in line.told:  # the row was taken out
        return sum(_earlier(row, {"until": line.at}) for row in rows) > 0
    told = {name: value_of(ending, name, line.told[name]) for name in line.told}
    return sum(_earlier(row, told, ending) for row in rows) > 0


def _earlier(row: Any, told: dict[str, Any], ending: Ending | None = None) -> bool:
    """End a row at its own instant, unless it ended before that already."""
    ends = [name for name in (ending.ends if ending else told) if told[name] is not None]
    moved = [name for name in ends if getattr(row, name) is None or getattr(row, name) > told[name]]
    for name in moved:
        setattr(row, name, told[name])
    if moved and ending:
        for name in set(told) - set(ending.ends) - set(ending.of):
            if getattr(row, name) is None:
                setattr(row, name, told[name])
    return bool(moved)


def _close(session: Session, line: Line, ending: Ending) -> bool:
    case = session.get(Case, line.of["case_ref"])
    if case is None or case.closed_at is not None:
        return False
    closed_at = value_of(ending, "closed_at", line.of["closed_at"])
    session.add(CaseClosure(case_ref=case.ref, closed_at=closed_at, closed_by=line.told["closed_by"]))
    case.status, case.closed_at = CaseStatus.CLOSED, closed_at
    return True


def _seal(session: Session, values: dict[str, Any]) -> bool:
    """Seal again a record that lay in the wrong place, or a file of it, if it is there; somebody decides on it anew."""
    file_ref = values.get("file_ref")
    if session.get(Record, values["record_id"]) is None or (file_ref and session.get(StoredFile, file_ref) is None):
        return False
    session.add(Misfiling(**values, read_by=[]))
    return True


def _void(row: Credential, changed_at: datetime) -> bool:
    """The password of then opens nothing any more: whoever changed it had their reason."""
    if row.changed_at >= changed_at:
        return False
    row.password_hash, row.changed_at = VOID, changed_at
    return True
