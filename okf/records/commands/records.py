"""Records: put on a case, corrected, printed and read, with their files; their source fixes who may read them (C2)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import undefer

from okf.cases.commands.on_case import case_of, on_case, part_of
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, NotFound, Refused, unknown
from okf.file_check import FIELD, RECORDINGS, Upload, checked_file
from okf.policy.facts import CaseFacts
from okf.policy.scopes import SHARED_PARTS
from okf.records.commands.recordings import refuse_outlived, refuse_unagreed
from okf.records.queries.case_records import RecordRow, rows_of
from okf.store.models import Mediation, Record, RecordCorrection, RecordSubject, StoredFile
from okf.store.sealing import open_bytes, seal_bytes
from okf.store.visible import file_in_its_place
from okf.terms import MEDIATION_MATERIAL, Action, Outcome, RecordClass
from okf.terms.records import Channel, Direction
from okf.validation import past_moment, words, words_or_none

LONGEST = 100_000
_CASE_OF = select(Record.case_ref).where(Record.id == bindparam("id"))
_MEDIATOR = select(Mediation.mediator).where(Mediation.ref == bindparam("ref"))
_NUMBER = select(func.max(RecordCorrection.number)).where(RecordCorrection.record_id == bindparam("id"))
FILES_MOST: int = 20  # files of one record (our default)
_RECORD_OF = select(StoredFile.record_id).where(StoredFile.ref == bindparam("ref"), file_in_its_place())
_MANY = select(func.count()).select_from(StoredFile).where(StoredFile.record_id == bindparam("id"), file_in_its_place())
SHOWN_MOST = 200
# Who takes part in a mediation is on file, and a task's note or a pack is our own work for both.
OF_NOBODYS_TELLING = MEDIATION_MATERIAL | {RecordClass.TASK_NOTE, RecordClass.REFERRAL_PACK}


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file that was opened, with its content."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True, slots=True)
class PrintedRecord:
    """A record as it read when it was printed, and who printed it when."""

    row: RecordRow
    printed_by: str
    printed_at: datetime


def add_record(
    desk: Desk,
    case_ref: str,
    *,
    record_class: RecordClass,
    source: str,
    subjects: Sequence[str],
    title: str,
    text: str,
    occurred_at: datetime,
    mediation: str | None = None,
    channel: Channel | None = None,
    direction: Direction | None = None,
    with_whom: str | None = None,
    present: Sequence[str] = (),
    files: Sequence[Upload] = (),
) -> str:
    """Put something that was told, written or received on a case; its reference.

    `source` is the party or child who told us, or `joint`, `external`,
    `internal`, `safeguarding`; it fixes who may read the record. How, which
    way and with whom is for communications alone, `present` for what is
    joint: who was in the room.

    Raises:
        NotFound, Refused: as `on_case`.
        Invalid: a source or subject who is not of this case, an empty text, a time to come, no mediation where one
            is needed, a file that is not kept here.
    """
    part = part_of(desk, case_ref, source)
    mediator = mediator_of(desk, mediation)
    with on_case(
        desk, Action.ADD_RECORD, case_ref, compartment=part, record_class=record_class, about=mediator
    ) as deed:
        _check_mediation(deed.session.get(Mediation, mediation) if mediation else None, case_of(deed), record_class)
        return put_record(
            desk,
            deed,
            part,
            record_class=record_class,
            source=source,
            subjects=subjects,
            title=title,
            text=text,
            occurred_at=occurred_at,
            mediation=mediation,
            channel=channel,
            direction=direction,
            with_whom=with_whom,
            present=present,
            files=files,
        )


def put_record(
    desk: Desk,
    deed: Deed,
    part: str,
    *,
    record_class: RecordClass,
    source: str,
    subjects: Sequence[str],
    title: str,
    text: str,
    occurred_at: datetime,
    mediation: str | None = None,
    channel: Channel | None = None,
    direction: Direction | None = None,
    with_whom: str | None = None,
    present: Sequence[str] = (),
    files: Sequence[Upload] = (),
) -> str:
    """Put a record into a part of the case of a deed, within that deed; its reference.

    Raises:
        Invalid: as `add_record`.
    """
    case = case_of(deed)
    check_people(case, source, subjects)
    note_present(deed, case, record_class, source, present)
    record = Record(
        id=desk.new_ref("N"),
        case_ref=case.ref,
        record_class=record_class,
        mediation_ref=mediation,
        source=source,
        compartment=part,
        occurred_at=past_moment("When", occurred_at, deed.at),
        title=words_or_none("Title", title, at_most=300),
        text=_text(record_class, text, files),
        written_by=desk.actor,
        written_at=deed.at,
        **_said(record_class, channel, direction, with_whom),
    )
    deed.add(record)
    deed.session.flush()
    deed.add(*(RecordSubject(record_id=record.id, service_user=one) for one in dict.fromkeys(subjects)))
    attach(desk, deed, record.id, case.ref, files)
    deed.about(record.id, case.ref)
    deed.note(record_class=record_class, compartment=record.compartment)
    return record.id


def note_present(deed: Deed, case: CaseFacts, record_class: RecordClass, source: str, present: Sequence[str]) -> None:
    """Check that what is called joint was said before more than one party, and note before whom.

    Raises:
        Invalid: nobody is named, or one party alone.
    """
    if source != "joint" or record_class in OF_NOBODYS_TELLING:
        return
    there = [one for one in case.parties if one in present]
    if not there:
        raise Invalid("Who was in the room", "tick each of them: what is joint may be read by both sides.")
    if len(there) == 1 < len(case.parties):
        raise Invalid("Who was in the room", "one alone is not both together: choose them under Told to us by.")
    deed.note(present=list(dict.fromkeys(present)))


def check_people(case: CaseFacts, source: str, subjects: Sequence[str]) -> None:
    """Check that the source and the subjects of a record belong to its case.

    Raises:
        Invalid: one of them is not, or nobody is named.
    """
    family = {*case.parties, *case.children}
    if source not in family and source not in SHARED_PARTS:
        raise Invalid("Told to us by", "choose somebody of this case.")
    if not subjects:
        raise Invalid("About", "choose at least one person.")
    if set(subjects) - family:
        raise Invalid("About", "choose people of this case only.")


@contextmanager
def on_record(
    desk: Desk, action: Action, record_id: str | None, *, noun: str = "record", key: str | None = None, **subject: Any
) -> Iterator[Deed]:
    """A permitted deed on a record; `noun` and `key` name what was asked for, where that hangs on the record.

    Raises:
        NotFound: there is no such record, or none that this person may read.
        Refused: the policy said no, about a record that they may read.
    """
    missing = unknown(noun, key or record_id or "")
    with desk.reading() as session:
        case_ref = session.scalar(_CASE_OF, {"id": record_id})
    if case_ref is None:
        desk.note_event(action, outcome=Outcome.DENY, unknown=noun)
        raise missing
    with ExitStack() as stack:
        try:
            deed = stack.enter_context(on_case(desk, action, case_ref, record=record_id, **subject))
        except NotFound:
            raise missing from None
        except Refused:
            if desk.decide(Action.READ_RECORD, case_ref, record=record_id).allowed:
                raise
            raise missing from None
        deed.about(str(record_id), case_ref)
        yield deed


def correct_record(desk: Desk, record_id: str, *, title: str, text: str, reason: str, after: int) -> int:
    """Say a record anew, beside what it said before; how often it is corrected now.

    `after` is how often it had been corrected when its corrector read it.

    Raises:
        NotFound, Refused: as `on_record`.
        Conflict: somebody else corrected it since.
        Invalid: no text, no reason, or a mediation's outcome summary, of which everyone has the same.
    """
    with on_record(desk, Action.CHANGE_RECORD, record_id) as deed:
        if deed.session.get_one(Record, record_id).record_class is RecordClass.OUTCOME_SUMMARY:
            raise Invalid("Record", "an outcome summary is one version for all: issue another in its mediation.")
        number = int(deed.session.scalar(_NUMBER, {"id": record_id}) or 0)
        if number != after:
            raise Conflict("Somebody corrected this record since you opened it. Read what it says now first.")
        correction = RecordCorrection(
            ref=desk.new_ref("RC"),
            record_id=record_id,
            case_ref=deed.case_ref,
            number=number + 1,
            title=words_or_none("Title", title, at_most=300),
            text=words("Text", text, at_most=LONGEST),
            reason=words("Why it is corrected", reason, at_most=1_000),
            written_by=str(desk.actor),
            written_at=deed.at,
        )
        deed.add(correction)
        deed.note(did="corrected", number=number + 1)
    return number + 1


def add_files(desk: Desk, record_id: str, uploads: Sequence[Upload]) -> None:
    """Put files to a record, all or none.

    Raises:
        NotFound, Refused: as `on_record`.
        Invalid: a file that is not kept here, or too many of them.
    """
    with on_record(desk, Action.ADD_RECORD, record_id) as deed:
        if deed.session.get_one(Record, record_id).record_class is RecordClass.OUTCOME_SUMMARY:
            raise Invalid(FIELD, "an outcome summary is one text for all, as it was issued.")
        attach(desk, deed, record_id, str(deed.case_ref), uploads)


def attach(desk: Desk, deed: Deed, record_id: str, case_ref: str, uploads: Sequence[Upload]) -> None:
    """Put files to a record within the deed that adds or changes it."""
    if len(uploads) + int(deed.session.scalar(_MANY, {"id": record_id}) or 0) > FILES_MOST:
        raise Invalid(FIELD, f"a record holds at most {FILES_MOST} files: write another record for the rest.")
    kept = []
    for upload in uploads:
        file = checked_file(upload, megabytes=deed.question.settings.file_megabytes)
        if file.kind in RECORDINGS:
            refuse_unagreed(deed, record_id)
        ref = desk.new_ref("F")
        deed.add(
            StoredFile(
                ref=ref,
                record_id=record_id,
                case_ref=case_ref,
                name=file.name,
                kind=file.kind,
                size=len(file.content),
                sha256=hashlib.sha256(file.content).hexdigest(),
                content=seal_bytes(deed.session, StoredFile.content, ref, f"case:{case_ref}", file.content),
                place_removed=file.place_removed or None,
                added_by=str(desk.actor),
                added_at=deed.at,
            )
        )
        kept.append(ref)
    if kept:
        deed.note(files=kept)


def open_file(desk: Desk, file_ref: str) -> OpenedFile:
    """Open a file; the policy decides at this moment, and the opening is on the audit record.

    Raises:
        NotFound: there is no such file, or none of a record that this person may read.
        Refused: as `on_record`.
        Conflict: it is a session's recording whose day of deletion is over.
    """
    with desk.reading() as session:
        record_id = session.scalar(_RECORD_OF, {"ref": file_ref})
    with on_record(desk, Action.READ_RECORD, record_id, noun="file", key=file_ref) as deed:
        row = deed.session.get_one(StoredFile, file_ref, options=[undefer(StoredFile.content)])
        refuse_outlived(deed, row)
        content = open_bytes(deed.session, StoredFile.content, file_ref, row.content)
        if hashlib.sha256(content).hexdigest() != row.sha256:
            raise RuntimeError("a file is not what was kept")
        deed.note(file=file_ref)
        return OpenedFile(row.name, row.kind, content)


def record_to_print(desk: Desk, record_id: str) -> PrintedRecord:
    """A record as it reads now, for paper; the policy decides at this moment, and the print is on the audit record.

    Raises:
        NotFound: there is no such record, or none that this person may read.
        Refused: they may read it, and not take it out.
    """
    with on_record(desk, Action.EXPORT_RECORD, record_id) as deed:
        if deed.question.record is None:
            raise LookupError("a question about a record")
        [row] = rows_of(deed.session, deed.question, [deed.question.record])
        deed.note(form="pdf")
        return PrintedRecord(row, str(desk.actor), deed.at)


def note_reading(desk: Desk, case_ref: str, *, part: str, records: Sequence[str] = ()) -> None:
    """Put on record which part of a case was opened, and which records were shown in it.

    Raises:
        NotFound, Refused: as `on_case`.
    """
    with on_case(desk, Action.READ_RECORD, case_ref) as deed:
        deed.note(part=part, records=list(records[:SHOWN_MOST]), conditions=deed.decision.conditions)


def _text(record_class: RecordClass, text: str, files: Sequence[Upload]) -> str | None:
    """The text, which documents with files may leave out."""
    if files and record_class in (RecordClass.DOCUMENT, RecordClass.LEGAL_PAPER, RecordClass.REFERRAL_PACK):
        return words_or_none("What was said or done", text, at_most=LONGEST)
    return words("What was said or done", text, at_most=LONGEST)


def _said(
    record_class: RecordClass, channel: Channel | None, direction: Direction | None, with_whom: str | None
) -> dict[str, Any]:
    if record_class is not RecordClass.COMMUNICATION:
        return {}
    whom = words_or_none("With whom", with_whom, at_most=200)
    return {"channel": channel, "direction": direction, "with_whom": whom}


def mediator_of(desk: Desk, mediation: str | None) -> str | None:
    """Who mediates, whose private notes alone are added to it."""
    if mediation is None:
        return None
    with desk.reading() as session:
        return session.scalar(_MEDIATOR, {"ref": mediation})


def _check_mediation(mediation: Mediation | None, case: CaseFacts, record_class: RecordClass) -> None:
    if mediation is not None and mediation.case_ref != case.ref:
        raise unknown("mediation", mediation.ref)
    if record_class in MEDIATION_MATERIAL and mediation is None:
        raise Invalid("Mediation", "say to which mediation of this case it belongs.")
    if record_class is RecordClass.OUTCOME_SUMMARY:
        raise Invalid("Kind of record", "an outcome summary is drafted and issued in its mediation.")
