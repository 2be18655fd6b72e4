"""A record or a file in the wrong place: sealed at a press, then moved by somebody else, or found to be right."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import undefer

from okf.asker import on_file
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, unknown
from okf.people.commands.outbox import put_in_outbox
from okf.policy.access import decide
from okf.policy.chasing import MailKind
from okf.policy.facts import CaseFacts
from okf.policy.scopes import compartment_of
from okf.policy.table import OVERSEERS
from okf.records.commands.recordings import refuse_outlived
from okf.records.commands.records import OpenedFile, check_people, note_present, on_record
from okf.records.queries.misfilings import put_there_by, read_until_now
from okf.store import facts
from okf.store.models import (
    Breach,
    Draft,
    InformationShare,
    Misfiling,
    Record,
    RecordCorrection,
    RecordSubject,
    Redaction,
    StoredFile,
)
from okf.store.sealing import open_bytes, seal_bytes
from okf.store.visible import file_in_its_place, holders
from okf.terms import MEDIATION_MATERIAL, Action, RecordClass, ShareStatus
from okf.terms.breaches import BreachOutcome
from okf.terms.records import MisfilingOutcome
from okf.validation import words, words_or_none

_LONGEST = 1_000
_WAITS = select(Misfiling.ref).where(
    Misfiling.record_id == bindparam("id"), Misfiling.file_ref.is_(None), Misfiling.decided_at.is_(None)
)
_GONE = select(Misfiling.ref).where(
    Misfiling.record_id == bindparam("id"),
    Misfiling.file_ref.is_(None),
    Misfiling.outcome.in_((MisfilingOutcome.MOVED, MisfilingOutcome.TAKEN_AWAY)),
)
_PREPARED = (
    select(Redaction)
    .join(InformationShare, InformationShare.ref == Redaction.share_ref)
    .where(
        Redaction.file_ref == bindparam("file"),
        Redaction.replaced_at.is_(None),
        InformationShare.status.not_in((ShareStatus.SENT, ShareStatus.REFUSED)),
    )
)
_BREACH = select(Breach).where(Breach.misfiling_ref == bindparam("ref"))
_CORRECTIONS = (
    select(RecordCorrection).where(RecordCorrection.record_id == bindparam("id")).order_by(RecordCorrection.number)
)
_FILES = (
    select(StoredFile)
    .where(StoredFile.record_id == bindparam("id"), file_in_its_place())
    .order_by(StoredFile.added_at, StoredFile.ref)
    .options(undefer(StoredFile.content))
)
_FILE = select(StoredFile).where(StoredFile.ref == bindparam("ref"), file_in_its_place())


def report_misfiling(desk: Desk, record_id: str, *, file_ref: str | None = None, note: str | None = None) -> None:
    """Say that a record, or a file of it alone, lies in the wrong place: nobody reads it but whoever decides.

    Whoever reads it may say so; where it belongs is for whoever decides. Those
    are told by mail, what anybody had begun to write on the record is deleted, and
    the breach register opens: its 72 hours run from here. The record of a
    file stays open, and the file goes out with no share that is not sent yet.

    Raises:
        NotFound: there is no such record or file, or none that this person may read.
        Conflict: somebody has said so already.
        Invalid: what they say of it is too long.
    """
    said = words_or_none("What makes you think so", note, at_most=_LONGEST)
    with on_record(desk, Action.REPORT_MISFILING, record_id) as deed:
        if deed.session.scalar(_WAITS, {"id": record_id}) is not None:
            raise Conflict("Somebody has said so already: it is sealed.")
        record = deed.session.get_one(Record, record_id)
        file = deed.session.scalar(_FILE, {"ref": file_ref}) if file_ref else None
        if file_ref and (file is None or file.record_id != record_id):
            raise unknown("file", file_ref)
        read_by = dict.fromkeys(read_until_now(desk, deed.session, record_id, file))
        if desk.actor != (file.added_by if file else record.written_by):
            read_by[str(desk.actor)] = None  # whoever says so has read it
        misfiling = Misfiling(
            ref=desk.new_ref("W"),
            record_id=record_id,
            file_ref=file_ref,
            case_ref=record.case_ref,
            note=said,
            read_by=list(read_by),
            reported_by=str(desk.actor),
            reported_at=deed.at,
        )
        deed.add(misfiling)
        deed.session.flush()
        breach = Breach(ref=desk.new_ref("BR"), case_ref=record.case_ref, misfiling_ref=misfiling.ref, aware_at=deed.at)
        deed.add(breach)
        if file is None:
            deed.session.execute(delete(Draft).where(Draft.subject == record_id))
        else:
            for prepared in deed.session.scalars(_PREPARED, {"file": file_ref}):
                prepared.replaced_at = deed.at  # it goes out with nothing that is not sent yet
            deed.note(file=file_ref)
        put_by = file.added_by if file else record.written_by
        put_in_outbox(deed, desk, MailKind.RECORD_WAITS, _deciders(desk, deed, misfiling, put_by))
        deed.note(misfiling=misfiling.ref, breach=breach.ref, read_by=misfiling.read_by)


def open_misfiling(desk: Desk, ref: str) -> None:
    """Put on record that somebody reads a misfiled record, to decide on it.

    Raises:
        NotFound: there is none of this reference.
        Refused: it is not for them to decide.
    """
    with _deciding(desk, ref) as (deed, _):
        deed.note(did="misfiled record opened", misfiling=ref)


def open_misfiled_file(desk: Desk, ref: str, file_ref: str) -> OpenedFile:
    """Open a file of a misfiled record, to decide on it; the opening goes on the audit record.

    Raises:
        NotFound: there is none of this reference.
        Refused: it is not for them to decide.
        Conflict: it is a session's recording whose day of deletion is over.
    """
    with _deciding(desk, ref) as (deed, misfiling):
        file = deed.session.get(StoredFile, file_ref, options=[undefer(StoredFile.content)])
        record = deed.question.record
        if file is None or file.record_id != misfiling.record_id or misfiling.file_ref not in (None, file_ref):
            raise unknown("file", file_ref)
        if misfiling.file_ref is None and deed.session.scalar(_FILE, {"ref": file_ref}) is None:
            raise unknown("file", file_ref)  # it lies elsewhere, or is decided on by itself
        if record is None or record.record_class in MEDIATION_MATERIAL:
            raise unknown("file", file_ref)
        refuse_outlived(deed, file)
        deed.note(did="misfiled record opened", misfiling=ref, file=file_ref)
        return OpenedFile(file.name, file.kind, open_bytes(deed.session, StoredFile.content, file_ref, file.content))


def leave_in_place(desk: Desk, ref: str, *, reason: str) -> None:
    """Say that a record or a file lies where it belongs: it opens again, and there was no breach.

    Raises:
        NotFound, Refused: as `open_misfiling`.
        Conflict: it is decided already, or it is a file of a record that was moved or taken away.
        Invalid: no reason.
    """
    with _deciding(desk, ref) as (deed, misfiling):
        if misfiling.file_ref and deed.session.scalar(_GONE, {"id": misfiling.record_id}) is not None:
            raise Conflict("The record of this file is no longer there: move the file, or take it away.")
        why = _decided(desk, deed, misfiling, MisfilingOutcome.RIGHT_PLACE, reason)
        breach = deed.session.scalars(_BREACH, {"ref": ref}).one()
        if breach.decided_at is None:
            breach.outcome, breach.reason = BreachOutcome.NO_BREACH, why
            breach.decided_by, breach.decided_at = str(desk.actor), deed.at


def take_away(desk: Desk, ref: str, *, reason: str) -> None:
    """Take a record or a file away for good where it can't be moved; what is left says so without a word.

    Raises:
        NotFound, Refused, Conflict, Invalid: as `leave_in_place`.
    """
    with _deciding(desk, ref) as (deed, misfiling):
        _decided(desk, deed, misfiling, MisfilingOutcome.TAKEN_AWAY, reason)


def move_record(
    desk: Desk,
    ref: str,
    *,
    to_case: str,
    source: str,
    subjects: Sequence[str],
    reason: str,
    present: Sequence[str] = (),
) -> str:
    """Move a misfiled record with its corrections and files to where it belongs; its reference there.

    A file by itself becomes a document there, of whoever added it and of then.
    Where it lay it stays sealed, and what is left says so without a word.

    Raises:
        NotFound: as `open_misfiling`; or no such case, or one to whose people they declared a tie.
        Refused: as `open_misfiling`.
        Conflict: it is decided already.
        Invalid: people who are not of that case, one party alone where it is called both, the place where it lies,
            mediation material, or no reason.
    """
    with _deciding(desk, ref) as (deed, misfiling):
        old = deed.session.get_one(Record, misfiling.record_id)
        if old.record_class in MEDIATION_MATERIAL:
            raise Invalid(
                "Record", "what was said in a mediation stays with it: take it away, and the mediator writes it anew."
            )
        case = _case_open_to(desk, deed, to_case)
        check_people(case, source, subjects)
        record_class = RecordClass.DOCUMENT if misfiling.file_ref else old.record_class
        note_present(deed, case, record_class, source, present)
        part = compartment_of(source, case.parties, case.children)
        if (to_case, part) == (old.case_ref, old.compartment):
            raise Invalid("Where it belongs", "this is where it lies now.")
        if misfiling.file_ref is None:
            made = _copied(desk, deed, old, case.ref, source, str(part))
        else:
            made = _as_document(desk, deed, old, misfiling.file_ref, case.ref, source, str(part))
        deed.session.flush()
        deed.add(*(RecordSubject(record_id=made, service_user=one) for one in dict.fromkeys(subjects)))
        misfiling.moved_to = made
        _decided(desk, deed, misfiling, MisfilingOutcome.MOVED, reason)
        deed.note(moved_to=made, to_case=to_case, to=part)
    return made


@contextmanager
def _deciding(desk: Desk, ref: str) -> Iterator[tuple[Deed, Misfiling]]:
    """A deed of whoever decides on a misfiled record: neither who wrote it nor who said that it is misfiled."""
    desk.require(Action.DECIDE_MISFILING)
    found = on_file(desk, Misfiling, ref, "misfiled record")
    own = desk.actor in (found.reported_by, put_there_by(desk, found))
    with desk.permitted(
        Action.DECIDE_MISFILING, found.case_ref, record=found.record_id, about=desk.actor if own else None
    ) as deed:
        deed.about(found.record_id, found.case_ref)
        misfiling = deed.session.get_one(Misfiling, ref)
        if misfiling.decided_at is not None:
            raise Conflict("Somebody has decided on this record already.")
        yield deed, misfiling


def _decided(desk: Desk, deed: Deed, misfiling: Misfiling, outcome: MisfilingOutcome, reason: str) -> str:
    why = words("Why", reason, at_most=_LONGEST)
    misfiling.outcome, misfiling.reason = outcome, why
    misfiling.decided_by, misfiling.decided_at = str(desk.actor), deed.at
    deed.note(misfiling=misfiling.ref, outcome=outcome)
    return why


def _deciders(desk: Desk, deed: Deed, misfiling: Misfiling, put_by: str | None) -> list[str]:
    """Those who may decide on it."""
    found = deed.session.scalars(holders(OVERSEERS, deed.at))
    return [
        who
        for who in sorted({*found} - {misfiling.reported_by, put_by or ""})
        if decide(desk.question(deed.session, Action.DECIDE_MISFILING, record=misfiling.record_id, actor=who)).allowed
    ]


def _case_open_to(desk: Desk, deed: Deed, case_ref: str) -> CaseFacts:
    found = facts.cases(deed.session, [case_ref]).get(case_ref)
    if found is None or not decide(desk.question(deed.session, Action.DECIDE_MISFILING, case_ref)).allowed:
        raise unknown("case", case_ref)
    return found


def _copied(desk: Desk, deed: Deed, old: Record, case_ref: str, source: str, part: str) -> str:
    """Write a record with all that hangs on it into another part; who wrote what when stays as it was."""
    made = Record(
        id=desk.new_ref("N"),
        case_ref=case_ref,
        record_class=old.record_class,
        source=source,
        compartment=part,
        occurred_at=old.occurred_at,
        title=old.title,
        text=old.text,
        written_by=old.written_by,
        written_at=old.written_at,
        channel=old.channel,
        direction=old.direction,
        with_whom=old.with_whom,
    )
    deed.add(made)
    deed.session.flush()
    for one in deed.session.scalars(_CORRECTIONS, {"id": old.id}).all():
        deed.add(
            RecordCorrection(
                ref=desk.new_ref("RC"),
                record_id=made.id,
                case_ref=case_ref,
                number=one.number,
                title=one.title,
                text=one.text,
                reason=one.reason,
                written_by=one.written_by,
                written_at=one.written_at,
            )
        )
    for file in deed.session.scalars(_FILES, {"id": old.id}).all():
        _copy_file(desk, deed, file, made)
    return made.id


def _as_document(desk: Desk, deed: Deed, old: Record, file_ref: str, case_ref: str, source: str, part: str) -> str:
    """Write a file of a record as a document of its own into another part."""
    file = deed.session.get_one(StoredFile, file_ref, options=[undefer(StoredFile.content)])
    made = Record(
        id=desk.new_ref("N"),
        case_ref=case_ref,
        record_class=RecordClass.DOCUMENT,
        source=source,
        compartment=part,
        occurred_at=old.occurred_at,
        title=file.name,
        written_by=file.added_by,
        written_at=file.added_at,
    )
    deed.add(made)
    deed.session.flush()
    _copy_file(desk, deed, file, made)
    return made.id


def _copy_file(desk: Desk, deed: Deed, file: StoredFile, made: Record) -> None:
    content = open_bytes(deed.session, StoredFile.content, file.ref, file.content)
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise RuntimeError("a file is not what was kept")
    ref = desk.new_ref("F")
    deed.add(
        StoredFile(
            ref=ref,
            record_id=made.id,
            case_ref=made.case_ref,
            name=file.name,
            kind=file.kind,
            size=file.size,
            sha256=file.sha256,
            content=seal_bytes(deed.session, StoredFile.content, ref, f"case:{made.case_ref}", content),
            place_removed=file.place_removed,
            added_by=file.added_by,
            added_at=file.added_at,
        )
    )
