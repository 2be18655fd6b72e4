"""What the other side's source says, written into its part by whoever heard it, who then reads it no more (C2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from okf.asker import on_file
from okf.cases.commands.on_case import case_of, on_case, part_of
from okf.desk import Desk
from okf.errors import Conflict, Invalid
from okf.file_check import Upload
from okf.people.commands.outbox import put_in_outbox
from okf.policy.chasing import MailKind
from okf.records.commands.records import on_record, put_record
from okf.records.queries.handed import told_of
from okf.store.models import HandedRecord
from okf.terms import Action, RecordClass
from okf.terms.records import Channel, Direction

KINDS: Final = (
    RecordClass.NOTE,
    RecordClass.TASK_NOTE,
    RecordClass.COMMUNICATION,
    RecordClass.DOCUMENT,
    RecordClass.LEGAL_PAPER,
)


def hand_over_record(
    desk: Desk,
    case_ref: str,
    *,
    record_class: RecordClass,
    source: str,
    subjects: Sequence[str],
    title: str,
    text: str,
    occurred_at: datetime,
    channel: Channel | None = None,
    direction: Direction | None = None,
    with_whom: str | None = None,
    present: Sequence[str] = (),
    files: Sequence[Upload] = (),
) -> None:
    """Write down what a source said in a part of the case that its writer may not read, and tell whoever may.

    Its lead caseworker hears of it, or whoever keeps that part; a manager,
    and nobody else, where that side has no caseworker. It returns nothing:
    for its writer the record is not there.

    Raises:
        NotFound, Refused: as `on_case`.
        Invalid: as `add_record`; also what they may read there themselves, and a matter of safeguarding.
    """
    if source == "safeguarding":
        raise Invalid("Told to us by", "a worry about somebody's safety is raised as a concern.")
    if record_class not in KINDS:
        raise Invalid("Kind of record", "this kind is not handed over.")
    part = part_of(desk, case_ref, source)
    with on_case(desk, Action.HAND_OVER_RECORD, case_ref, compartment=part, record_class=record_class) as deed:
        if desk.decide(Action.READ_RECORD, case_ref, compartment=part, record_class=record_class).allowed:
            raise Invalid("Told to us by", "this is yours to read: keep it as a record of your own.")
        record = put_record(
            desk,
            deed,
            part,
            record_class=record_class,
            source=source,
            subjects=subjects,
            title=title,
            text=text,
            occurred_at=occurred_at,
            channel=channel,
            direction=direction,
            with_whom=with_whom,
            present=present,
            files=files,
        )
        deed.add(HandedRecord(record_id=record, case_ref=case_ref, handed_by=str(desk.actor), handed_at=deed.at))
        told = told_of(desk, deed.session, case_of(deed), part)
        put_in_outbox(deed, desk, MailKind.RECORD_WAITS, told)
        deed.note(told=len(told))


def open_handed(desk: Desk, record_id: str) -> None:
    """Put on record that somebody reads what was handed over.

    Raises:
        NotFound: nothing of this reference was handed over, or they may not read it.
    """
    on_file(desk, HandedRecord, record_id, "record")
    with on_record(desk, Action.READ_RECORD, record_id) as deed:
        deed.note(did="handed-over record opened")


def take_handed(desk: Desk, record_id: str) -> None:
    """Say that what was handed over has been read: it waits for nobody any more.

    Raises:
        NotFound: nothing of this reference was handed over, or they may not read it.
        Conflict: somebody has said so already.
    """
    on_file(desk, HandedRecord, record_id, "record")
    with on_record(desk, Action.READ_RECORD, record_id) as deed:
        handed = deed.session.get_one(HandedRecord, record_id)
        if handed.seen_at is not None:
            raise Conflict("Somebody has taken this on already.")
        handed.seen_by, handed.seen_at = str(desk.actor), deed.at
        deed.note(did="handed-over record taken on")
