"""A record in the wrong place: sealed at a press, then moved by somebody else, or found to be right where it is."""

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
from okf.records.commands.records import OpenedFile, check_people, note_present, on_record
from okf.records.queries.misfilings import read_until_now
from okf.store import facts
from okf.store.models import Breach, Draft, Misfiling, Record, RecordCorrection, RecordSubject, StoredFile
from okf.store.sealing import open_bytes, seal_bytes
from okf.store.visible import holders
from okf.terms import MEDIATION_MATERIAL, Action
from okf.terms.breaches import BreachOutcome
from okf.terms.records import MisfilingOutcome
from okf.validation import words, words_or_none

_LONGEST = 1_000
_WAITS = select(Misfiling.ref).where(Misfiling.record_id == bindparam("id"), Misfiling.decided_at.is_(None))
_BREACH = select(Breach).where(Breach.misfiling_ref == bindparam("ref"))
_CORRECTIONS = (
    select(RecordCorrection).where(RecordCorrection.record_id == bindparam("id")).order_by(RecordCorrection.number)
)
_FILES = (
    select(StoredFile)
    .where(StoredFile.record_id == bindparam("id"))
    .order_by(StoredFile.added_at, StoredFile.ref)
    .options(undefer(StoredFile.content))
)


def report_misfiling(desk: Desk, record_id: str, *, note: str | None = None) -> None:
    """Say that a record lies in the wrong place: from now on nobody reads it but whoever decides.

    Whoever reads it may say so; where it belongs is for whoever decides. Those
    are told by mail, what anybody had begun to write on it is deleted, and
    the breach register opens: its 72 hours run from here.

    Raises:
        NotFound: there is no such record, or none that this person may read.
        Conflict: somebody has said so already.
        Invalid: what they say of it is too long.
    """
    said = words_or_none("What makes you think so", note, at_most=_LONGEST)
    with on_record(desk, Action.REPORT_MISFILING, record_id) as deed:
        if deed.session.scalar(_WAITS, {"id": record_id}) is not None:
            raise Conflict("Somebody has said so already: it is sealed.")
        record = deed.session.get_one(Record, record_id)
        read_by = dict.fromkeys(read_until_now(desk, deed.session, record_id))
        if desk.actor != record.written_by:
            read_by[str(desk.actor)] = None  # whoever says so has read it
        misfiling = Misfiling(
            ref=desk.new_ref("W"),
            record_id=record_id,
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
        deed.session.execute(delete(Draft).where(Draft.subject == record_id))
        put_in_outbox(deed, desk, MailKind.RECORD_WAITS, _deciders(desk, deed, misfiling, record))
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
    """
    with _deciding(desk, ref) as (deed, misfiling):
        file = deed.session.get(StoredFile, file_ref, options=[undefer(StoredFile.content)])
        record = deed.question.record
        if file is None or file.record_id != misfiling.record_id:
            raise unknown("file", file_ref)
        if record is None or record.record_class in MEDIATION_MATERIAL:
            raise unknown("file", file_ref)
        deed.note(did="misfiled record opened", misfiling=ref, file=file_ref)
        return OpenedFile(file.name, file.kind, open_bytes(deed.session, StoredFile.content, file_ref, file.content))


def leave_in_place(desk: Desk, ref: str, *, reason: str) -> None:
    """Say that a record lies where it belongs: it opens again, and there was no breach.

    Raises:
        NotFound, Refused: as `open_misfiling`.
        Conflict: it is decided already.
        Invalid: no reason.
    """
    with _deciding(desk, ref) as (deed, misfiling):
        why = _decided(desk, deed, misfiling, MisfilingOutcome.RIGHT_PLACE, reason)
        breach = deed.session.scalars(_BREACH, {"ref": ref}).one()
        if breach.decided_at is None:
            breach.outcome, breach.reason = BreachOutcome.NO_BREACH, why
            breach.decided_by, breach.decided_at = str(desk.actor), deed.at


def take_away(desk: Desk, ref: str, *, reason: str) -> None:
    """Take a record away for good where it can't be moved; it stays sealed, and what is left says so without a word.

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
        note_present(deed, case, old.record_class, source, present)
        part = compartment_of(source, case.parties, case.children)
        if (to_case, part) == (old.case_ref, old.compartment):
            raise Invalid("Where it belongs", "this is where it lies now.")
        made = _copied(desk, deed, old, case.ref, source, str(part))
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
    own = desk.actor in (found.reported_by, on_file(desk, Record, found.record_id, "record").written_by)
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


def _deciders(desk: Desk, deed: Deed, misfiling: Misfiling, record: Record) -> list[str]:
    """Those who may decide on it."""
    found = deed.session.scalars(holders(OVERSEERS, deed.at))
    return [
        who
        for who in sorted({*found} - {misfiling.reported_by, record.written_by or ""})
        if decide(desk.question(deed.session, Action.DECIDE_MISFILING, record=record.id, actor=who)).allowed
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
        content = open_bytes(deed.session, StoredFile.content, file.ref, file.content)
        if hashlib.sha256(content).hexdigest() != file.sha256:
            raise RuntimeError("a file is not what was kept")
        ref = desk.new_ref("F")
        deed.add(
            StoredFile(
                ref=ref,
                record_id=made.id,
                case_ref=case_ref,
                name=file.name,
                kind=file.kind,
                size=file.size,
                sha256=file.sha256,
                content=seal_bytes(deed.session, StoredFile.content, ref, f"case:{case_ref}", content),
                added_by=file.added_by,
                added_at=file.added_at,
            )
        )
    return made.id
