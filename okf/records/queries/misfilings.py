"""Records that somebody said lie in the wrong place: the traces they leave, and those that wait for whoever decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from okf.asker import may_read, on_file
from okf.cases.queries.case import family_names, opened_question, part_in_words
from okf.desk import Desk
from okf.errors import NotFound, unknown
from okf.pending import PendingItem, counted
from okf.policy.access import decide
from okf.policy.facts import PersonFacts
from okf.policy.least import Least
from okf.policy.table import OVERSEERS
from okf.records.queries.case_records import RecordRow, rows_of
from okf.records.queries.parts import file_of
from okf.records.queries.readers import opened_it, opened_until_now
from okf.store import facts
from okf.store.former import names
from okf.store.models import AuditEvent, InformationShare, Misfiling, Person, Record, Redaction, StoredFile
from okf.store.sealing import astray_said
from okf.terms import MEDIATION_MATERIAL, Action, Outcome, RecordClass, ShareStatus
from okf.terms.records import MisfilingOutcome

MOST: Final = 50
READERS_MOST: Final = 200
_OF_CASE = (
    select(Misfiling.record_id, Misfiling.file_ref, Misfiling.reported_at, Misfiling.decided_at, Misfiling.outcome)
    .where(Misfiling.case_ref == bindparam("case_ref"))
    .order_by(Misfiling.reported_at.desc(), Misfiling.ref)
    .limit(MOST)
)
_OPEN = (
    select(Misfiling, func.coalesce(StoredFile.added_by, Record.written_by))
    .join(Record, Record.id == Misfiling.record_id)
    .outerjoin(StoredFile, StoredFile.ref == Misfiling.file_ref)
    .where(Misfiling.decided_at.is_(None))
    .order_by(Misfiling.reported_at, Misfiling.ref)
    .limit(MOST)
)
_SENT = select(InformationShare.ref, InformationShare.records).where(
    InformationShare.case_ref == bindparam("case_ref"), InformationShare.status == ShareStatus.SENT
)
_FILE_SENT = select(Redaction.share_ref).where(Redaction.file_ref == bindparam("file"), Redaction.replaced_at.is_(None))
_OPENED = (
    select(AuditEvent.actor, func.min(AuditEvent.at).label("first"), func.max(AuditEvent.at).label("last"))
    .join(Person, Person.username == AuditEvent.actor)
    .where(
        AuditEvent.case_ref == bindparam("case_ref"),
        AuditEvent.action.in_((Action.OPEN_CASE, Action.READ_RECORD, Action.EXPORT_RECORD)),
        AuditEvent.outcome.in_((Outcome.ALLOW, Outcome.ALLOW_WITH_CONDITIONS)),
        AuditEvent.at >= bindparam("since", type_=AuditEvent.at.type),
    )
    .group_by(AuditEvent.actor)
    .order_by(AuditEvent.actor)
    .limit(READERS_MOST)
)


@dataclass(frozen=True, slots=True)
class Stub:
    """What is left of a record, or a file of it, where it did not belong, or may not belong: no word of it."""

    record_id: str
    of_file: bool
    reported_at: datetime
    gone_at: datetime | None


@dataclass(frozen=True, slots=True)
class MisfilingRow:
    """A record, or a file of it, that waits for this reader to say where it belongs; none of its words."""

    ref: str
    record_id: str
    of_file: bool
    case_ref: str
    record_class: RecordClass
    part: str
    note: str | None
    reported_by: str
    reported_at: datetime
    read_by: tuple[str, ...]
    opened: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenedMisfiling:
    """A misfiled record as whoever decides reads it; `sent` are the shares with which it went out.

    Of a file it has that file alone, and none of the record's words. What was
    said in a mediation stays unread: of that they see the label.
    """

    row: RecordRow
    sent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A case to which a record may be moved: what its people are called, by reference, and who of them are adults."""

    case_ref: str
    people: Mapping[str, str]
    adults: tuple[str, ...]


def stubs_of(desk: Desk, case_ref: str) -> tuple[Stub, ...]:
    """What was sealed or taken away on a case, for those who could read it if it were not; the newest first.

    Raises:
        NotFound: there is no such case, or none that they may open.
    """
    with desk.reading() as session:
        question = opened_question(desk, session, case_ref)
        found = session.execute(_OF_CASE, {"case_ref": case_ref}).all()
        records = facts.records(session, {row.record_id for row in found})
    return tuple(
        Stub(row.record_id, row.file_ref is not None, row.reported_at, row.decided_at)
        for row in found
        if row.outcome is not MisfilingOutcome.RIGHT_PLACE
        and may_read(question, replace(records[row.record_id], away=None))
    )


def misfilings_to_decide(desk: Desk) -> tuple[MisfilingRow, ...]:
    """The records of which this person may say where they belong, the longest waiting first.

    Raises:
        Refused: their role does not include it.
    """
    desk.require(Action.DECIDE_MISFILING)
    with desk.reading() as session, astray_said(session):
        found = _theirs(desk, session)
        called = names(session, {who for one in found for who in (one.reported_by, *one.read_by)})
        openers = opened_it(session, found)
        records = facts.records(session, {one.record_id for one in found})
        rows = []
        for one in found:
            record = records[one.record_id]
            rows.append(
                MisfilingRow(
                    ref=one.ref,
                    record_id=one.record_id,
                    of_file=one.file_ref is not None,
                    case_ref=one.case_ref,
                    record_class=record.record_class,
                    part=part_in_words(record.compartment, {}),  # whose it is shows to who reads it
                    note=one.note,
                    reported_by=called[one.reported_by].in_words(one.reported_at),
                    reported_at=one.reported_at,
                    read_by=tuple(called[who].in_words(one.reported_at) for who in one.read_by),
                    opened=tuple(
                        called[who].in_words(one.reported_at) for who in one.read_by if who in openers.get(one.ref, ())
                    ),
                )
            )
    return tuple(rows)


def misfiling_in_view(desk: Desk, ref: str) -> OpenedMisfiling:
    """A misfiled record for whoever decides on it; that they read it goes on record through `open_misfiling`.

    Raises:
        NotFound: there is none that waits for them.
    """
    with desk.reading() as session, astray_said(session):
        one = next((one for one in _theirs(desk, session) if one.ref == ref), None)
        if one is None:
            raise unknown("misfiled record", ref)
        question = desk.question(session, Action.DECIDE_MISFILING, record=one.record_id)
        record = facts.records(session, [one.record_id])[one.record_id]
        [row] = rows_of(session, question, [record])
        mediation = record.record_class in MEDIATION_MATERIAL
        if mediation or one.file_ref:
            file = file_of(session, one.file_ref) if one.file_ref and not mediation else None
            row = replace(row, title=None, text=None, with_whom=None, earlier=(), files=(file,) if file else ())
        sent = [
            share.ref for share in session.execute(_SENT, {"case_ref": one.case_ref}) if one.record_id in share.records
        ]
        if one.file_ref:
            went = set(session.scalars(_FILE_SENT, {"file": one.file_ref}))
            sent = [share for share in sent if share in went]
        return OpenedMisfiling(row, tuple(sent))


def misfilings_pending(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """For Today: how many records and files wait for this person to say where they belong."""
    if not person.roles(desk.now()) & OVERSEERS:
        return None
    count = len(_theirs(desk, session))
    said = counted(count, "record or file may be in the wrong place", "records or files may be in the wrong place")
    return PendingItem(said, "breaches", overdue=True, count=count, act="Decide") if count else None


def place_of(desk: Desk, case_ref: str) -> Place:
    """The people of a case to which a record may be moved, for whoever decides on it.

    Raises:
        NotFound: there is no such case, or one to whose people they declared a tie.
        Refused: their role does not include it.
    """
    desk.require(Action.DECIDE_MISFILING)
    with desk.reading() as session:
        try:
            question = desk.question(session, Action.DECIDE_MISFILING, case_ref)
        except NotFound:
            raise unknown("case", case_ref) from None
        if not decide(question).allowed:
            raise unknown("case", case_ref)
        # Whoever moves it must tell the parents apart: a wrong guess puts an address on the other side.
        names = family_names(session, question, Least())
        return Place(case_ref, names, question.case.parties if question.case else ())


def put_there_by(desk: Desk, misfiling: Misfiling) -> str | None:
    """Who put what is misfiled there: whoever wrote the record, or added the file."""
    if misfiling.file_ref is not None:
        return on_file(desk, StoredFile, misfiling.file_ref, "file").added_by
    return on_file(desk, Record, misfiling.record_id, "record").written_by


def read_until_now(desk: Desk, session: Session, record_id: str, file: StoredFile | None = None) -> list[str]:
    """Who opened a record, or its case while they could read it there, its writer left out: from the audit record.

    Of a file, who opened that or could have, whoever added it left out.
    """
    row = session.execute(
        select(Record.case_ref, Record.written_at, Record.occurred_at, Record.written_by).where(Record.id == record_id)
    ).one()
    since, by = (file.added_at, file.added_by) if file else (row.written_at or row.occurred_at, row.written_by)
    found = [one for one in session.execute(_OPENED, {"case_ref": row.case_ref, "since": since}) if one.actor != by]
    certain = opened_until_now(session, record_id, file.ref if file else None)
    return [
        one.actor
        for one in found
        if one.actor in certain or any(_could(desk, session, record_id, one.actor, at) for at in {one.first, one.last})
    ]


def _theirs(desk: Desk, session: Session) -> list[Misfiling]:
    return [
        one
        for one, writer in session.execute(_OPEN).all()
        if decide(
            desk.question(
                session,
                Action.DECIDE_MISFILING,
                record=one.record_id,
                about=desk.actor if desk.actor in (one.reported_by, writer) else None,
            )
        ).allowed
    ]


def _could(desk: Desk, session: Session, record_id: str, who: str, at: datetime) -> bool:
    return decide(desk.question(session, Action.READ_RECORD, record=record_id, actor=who, at=at)).allowed
