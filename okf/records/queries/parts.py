"""What hangs on records that a reader may read: corrections, files, and a proposal to re-label one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, CompoundSelect, bindparam, select, union_all
from sqlalchemy.orm import Session

from okf.records.queries.readers import opened_it
from okf.store.former import names
from okf.store.models import HandedRecord, Misfiling, Person, RecordCorrection, RecordRelabel, StoredFile
from okf.store.rows import from_row
from okf.store.visible import file_in_its_place
from okf.terms import Capacity

_IDS: BindParameter[str] = bindparam("ids", expanding=True)
_CORRECTIONS = (
    select(
        RecordCorrection.record_id,
        RecordCorrection.number,
        RecordCorrection.title,
        RecordCorrection.text,
        RecordCorrection.reason,
        RecordCorrection.written_by,
        RecordCorrection.written_at,
    )
    .where(RecordCorrection.record_id.in_(_IDS))
    .order_by(RecordCorrection.number)
)
_OF_A_FILE = select(
    StoredFile.record_id,
    StoredFile.ref,
    StoredFile.name,
    StoredFile.kind,
    StoredFile.size,
    StoredFile.place_removed,
    StoredFile.added_at,
)
_FILE = _OF_A_FILE.where(StoredFile.ref == bindparam("ref"))
_FILES = _OF_A_FILE.where(StoredFile.record_id.in_(_IDS), file_in_its_place()).order_by(
    StoredFile.added_at, StoredFile.ref
)
_PROPOSALS = select(
    RecordRelabel.record_id,
    RecordRelabel.ref,
    RecordRelabel.source,
    RecordRelabel.compartment,
    RecordRelabel.subjects,
    RecordRelabel.reason,
    RecordRelabel.proposed_by,
).where(RecordRelabel.record_id.in_(_IDS), RecordRelabel.answered_at.is_(None))
_MOVES = (
    select(Misfiling).where(Misfiling.moved_to.in_(bindparam("ids", expanding=True))).order_by(Misfiling.decided_at)
)

_BY = (HandedRecord.handed_by, HandedRecord.handed_at, Person.capacity)
_HANDED: CompoundSelect[Any] = union_all(
    select(HandedRecord.record_id, *_BY)
    .join(Person, Person.username == HandedRecord.handed_by)
    .where(HandedRecord.record_id.in_(_IDS)),
    select(Misfiling.moved_to, *_BY)
    .join(HandedRecord, HandedRecord.record_id == Misfiling.record_id)
    .join(Person, Person.username == HandedRecord.handed_by)
    .where(Misfiling.moved_to.in_(_IDS), Misfiling.file_ref.is_(None)),
)


@dataclass(frozen=True, slots=True)
class Wording:
    """What a record said from one instant on; `reason` says why it was corrected to this, the first has none."""

    title: str | None
    text: str | None
    reason: str | None
    written_by: str | None
    written_at: datetime | None


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file of a record, without its content."""

    ref: str
    name: str
    kind: str
    size: int
    place_removed: bool | None = None


@dataclass(frozen=True, slots=True)
class HandedBy:
    """That somebody who doesn't work for its source wrote a record down as they heard it, and in which capacity."""

    name: str | None
    capacity: Capacity


@dataclass(frozen=True, slots=True)
class Moved:
    """That a record was in the wrong place before it came to where it is, and who had read it there."""

    reported_at: datetime
    moved_at: datetime
    read_by: tuple[str, ...]
    opened: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A re-labelling that waits: who would have told it, and whom it would be about, in words."""

    ref: str
    told_by: str
    about: tuple[str, ...]
    restricted_to: str
    reason: str
    proposed_by: str


def corrections(session: Session, ids: Collection[str]) -> Mapping[str, list[Wording]]:
    """The corrections of each of these records, oldest first."""
    found: dict[str, list[Wording]] = defaultdict(list)
    for row in session.execute(_CORRECTIONS, {"ids": list(ids)}):
        found[row.record_id].append(from_row(Wording, row))
    return found


def now_says(session: Session, rows: Collection[Any]) -> Mapping[str, tuple[str | None, str | None]]:
    """Title and text of each of these records as they read now; the rows are records with their first words."""
    corrected = corrections(session, [row.id for row in rows]) if rows else {}
    newest = {key: said[-1] for key, said in corrected.items()}
    return {row.id: (newest.get(row.id, row).title, newest.get(row.id, row).text) for row in rows}


def files(session: Session, ids: Collection[str]) -> Mapping[str, list[FileRow]]:
    """The files of each of these records, without those that are sealed as lying in the wrong place."""
    found: dict[str, list[FileRow]] = defaultdict(list)
    for row in session.execute(_FILES, {"ids": list(ids)}):
        found[row.record_id].append(from_row(FileRow, row))
    return found


def file_of(session: Session, ref: str) -> FileRow:
    """One file, wherever it lies."""
    return from_row(FileRow, session.execute(_FILE, {"ref": ref}).one())


def moves(session: Session, ids: Collection[str]) -> dict[str, Moved]:
    """Of these records, those that were moved here, with who had read them in the wrong place."""
    found = session.scalars(_MOVES, {"ids": list(ids)}).all()
    called = names(session, {who for row in found for who in row.read_by}) if found else {}
    openers = opened_it(session, found)
    moved = {}
    for row in found:
        if row.moved_to is None or row.decided_at is None:
            continue
        read = {who: called[who].in_words(row.reported_at) for who in row.read_by}
        opened = tuple(name for who, name in read.items() if who in openers.get(row.ref, ()))
        moved[row.moved_to] = Moved(row.reported_at, row.decided_at, tuple(read.values()), opened)
    return moved


def handed(session: Session, ids: Collection[str]) -> dict[str, HandedBy]:
    """Of these records, those that were handed over, also before they were moved here."""
    found = session.execute(_HANDED, {"ids": list(ids)}).all()
    called = names(session, {row.handed_by for row in found}) if found else {}
    return {row.record_id: HandedBy(called[row.handed_by].in_words(row.handed_at), row.capacity) for row in found}


def proposals(session: Session, ids: Collection[str]) -> Mapping[str, Any]:
    """The re-labelling that waits on each of these records, as it is on file."""
    return {row.record_id: row for row in session.execute(_PROPOSALS, {"ids": list(ids)})}
