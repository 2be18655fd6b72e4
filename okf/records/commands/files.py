"""Files of a record: kept encrypted under their case's key, and opened through the desk alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import undefer

from okf.desk import Deed, Desk
from okf.errors import Invalid
from okf.file_check import FIELD, Upload, checked_file
from okf.records.commands.on_record import on_record
from okf.store.models import Record, StoredFile
from okf.store.sealing import open_bytes, seal_bytes
from okf.terms import Action, RecordClass

MOST: int = 20  # files of one record (our default)

_RECORD_OF = select(StoredFile.record_id).where(StoredFile.ref == bindparam("ref"))
_MANY = select(func.count()).select_from(StoredFile).where(StoredFile.record_id == bindparam("id"))


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file in hand, for whoever the policy let open its record at this moment."""

    name: str
    kind: str
    content: bytes


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
    if len(uploads) + int(deed.session.scalar(_MANY, {"id": record_id}) or 0) > MOST:
        raise Invalid(FIELD, f"a record holds at most {MOST} files: write another record for the rest.")
    kept = []
    for upload in uploads:
        file = checked_file(upload, megabytes=deed.question.settings.file_megabytes)
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
                content=seal_bytes(deed.session, f"case:{case_ref}", file.content),
                added_by=str(desk.actor),
                added_at=deed.at,
            )
        )
        kept.append(ref)
    if kept:
        deed.note(files=kept)


def open_file(desk: Desk, file_ref: str) -> OpenedFile:
    """Take a file in hand; the policy decides at this moment, and the opening is on the audit record.

    Raises:
        NotFound: there is no such file, or none of a record that this person may read.
        Refused: as `on_record`.
    """
    with desk.reading() as session:
        record_id = session.scalar(_RECORD_OF, {"ref": file_ref})
    with on_record(desk, Action.READ_RECORD, record_id, noun="file", key=file_ref) as deed:
        row = deed.session.get_one(StoredFile, file_ref, options=[undefer(StoredFile.content)])
        content = open_bytes(deed.session, row.content)
        if hashlib.sha256(content).hexdigest() != row.sha256:
            raise RuntimeError("a file is not what was kept")
        deed.note(file=file_ref)
        return OpenedFile(row.name, row.kind, content)
