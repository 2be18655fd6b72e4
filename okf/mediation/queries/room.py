"""What happens in a mediation, as far as whoever asks may read it: sessions, notes, proposals, recordings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, func, select

from okf.asker import may_read
from okf.cases.queries.case import part_in_words
from okf.desk import Desk
from okf.mediation.queries.mediation import JOINT, Opened, opened_mediation
from okf.policy.mediation import ANOTHER_MEDIATOR, IncidentOutcome, ProposalStatus, SessionKind, SessionStatus
from okf.records.queries.parts import now_says
from okf.store import facts
from okf.store.models import (
    MediationProposal,
    MediationSession,
    MediationStep,
    Person,
    Record,
    RecordingAgreement,
    RecordingIncident,
)
from okf.terms import RecordClass, RecordingStatus

MOST = 200
NOTES = (RecordClass.MEDIATION_JOINT_NOTE, RecordClass.MEDIATION_PRIVATE_NOTE)

_SESSIONS = (
    select(MediationSession)
    .where(
        MediationSession.mediation_ref == bindparam("ref"),
        MediationSession.compartment.in_(bindparam("parts", expanding=True)),
    )
    .order_by(MediationSession.starts_at.desc(), MediationSession.ref)
    .limit(MOST)
)
_TAKEN_OVER = select(func.max(MediationStep.at)).where(
    MediationStep.mediation_ref == bindparam("ref"), MediationStep.because == ANOTHER_MEDIATOR
)
_PROPOSALS = (
    select(MediationProposal)
    .where(
        MediationProposal.mediation_ref == bindparam("ref"),
        MediationProposal.compartment.in_(bindparam("parts", expanding=True)),
    )
    .order_by(MediationProposal.made_at, MediationProposal.ref)
    .limit(MOST)
)
_NOTES = (
    select(Record.id)
    .where(Record.mediation_ref == bindparam("ref"), Record.record_class.in_(NOTES))
    .order_by(Record.occurred_at.desc(), Record.id)
    .limit(MOST)
)
_TEXTS = (
    select(Record.id, Record.occurred_at, Record.title, Record.text, Person.name)
    .outerjoin(Person, Person.username == Record.written_by)
    .where(Record.id.in_(bindparam("ids", expanding=True)))
    .order_by(Record.occurred_at.desc(), Record.id)
)
_RECORDINGS = (
    select(RecordingAgreement)
    .where(RecordingAgreement.mediation_ref == bindparam("ref"))
    .order_by(RecordingAgreement.session_starts.desc(), RecordingAgreement.id)
    .limit(MOST)
)
_INCIDENTS = (
    select(RecordingIncident)
    .where(RecordingIncident.mediation_ref == bindparam("ref"))
    .order_by(RecordingIncident.noted_at.desc())
    .limit(MOST)
)


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session. `restricted_to` says in words who may know of it."""

    ref: str
    kind: SessionKind
    starts_at: datetime
    where: str
    status: SessionStatus
    attended: tuple[str, ...]
    invited: Mapping[str, str]
    restricted_to: str


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal, with the names of those who accepted it so far."""

    ref: str
    made_by: str
    text: str
    made_at: datetime
    status: ProposalStatus
    accepted_by: tuple[str, ...]
    still_to_accept: Mapping[str, str]
    restricted_to: str


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A joint or private note of the mediator."""

    id: str
    record_class: RecordClass
    occurred_at: datetime
    title: str | None
    text: str | None
    by: str | None
    restricted_to: str


@dataclass(frozen=True, slots=True)
class RecordingRow:
    """Whether a session may be recorded, and who agreed."""

    id: str
    session_starts: datetime
    purpose: str
    delete_by: date | None
    status: RecordingStatus
    agreed: tuple[str, ...]
    not_yet: Mapping[str, str]
    recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An unauthorised recording, and what its review found."""

    ref: str
    noted_at: datetime
    what: str
    review_by: datetime
    reviewed_at: datetime | None
    outcome: IncidentOutcome | None
    finding: str | None


@dataclass(frozen=True, slots=True)
class Recordings:
    """The recordings of a mediation and the incidents among them."""

    rows: tuple[RecordingRow, ...]
    incidents: tuple[IncidentRow, ...]


def sessions_of(desk: Desk, ref: str) -> tuple[SessionRow, ...]:
    """The sessions that this person may know of, the latest first.

    Raises:
        NotFound: as `opened_mediation`.
    """
    with desk.reading() as session:
        opened = opened_mediation(desk, session, ref)
        found = session.scalars(_SESSIONS, {"ref": ref, "parts": list(opened.parts)}).all()
        taken_over = session.scalar(_TAKEN_OVER, {"ref": ref})
        return tuple(
            SessionRow(
                ref=one.ref,
                kind=one.kind,
                starts_at=one.starts_at,
                where=_where(one),
                status=one.status,
                attended=tuple(opened.names.get(who, who) for who in one.attended),
                invited=_invited(opened, one.compartment),
                restricted_to=part_in_words(one.compartment, opened.names),
            )
            for one in found
            if one.compartment == JOINT or opened.may_know_of(one.planned_by) or _is_theirs(one, taken_over)
        )


def proposals_of(desk: Desk, ref: str) -> tuple[ProposalRow, ...]:
    """The proposals that this person may know of, in the order in which they were made.

    Raises:
        NotFound: as `opened_mediation`.
    """
    with desk.reading() as session:
        opened = opened_mediation(desk, session, ref)
        found = session.scalars(_PROPOSALS, {"ref": ref, "parts": list(opened.parts)})
        return tuple(
            ProposalRow(
                ref=one.ref,
                made_by=_called(opened, one.made_by),
                text=one.text,
                made_at=one.made_at,
                status=one.status,
                accepted_by=tuple(_called(opened, who) for who in one.answers),
                still_to_accept={who: _called(opened, who) for who in opened.participants if who not in one.answers},
                restricted_to=part_in_words(one.compartment, opened.names),
            )
            for one in found
            if one.compartment == JOINT or opened.may_know_of(one.written_by)
        )


def notes_of(desk: Desk, ref: str) -> tuple[NoteRow, ...]:
    """The joint and private notes that this person may read, newest first.

    Raises:
        NotFound: as `opened_mediation`.
    """
    with desk.reading() as session:
        opened = opened_mediation(desk, session, ref)
        known = facts.records(session, session.scalars(_NOTES, {"ref": ref}).all())
        read = {one.id: one for one in known.values() if may_read(opened.question, one)}
        rows = session.execute(_TEXTS, {"ids": list(read)}).all()
        said = now_says(session, rows)
        return tuple(
            NoteRow(
                row.id,
                read[row.id].record_class,
                row.occurred_at,
                *said[row.id],
                row.name,
                part_in_words(read[row.id].compartment, opened.names),
            )
            for row in rows
        )


def recordings_of(desk: Desk, ref: str) -> Recordings:
    """The recordings asked for and made, for those who read what is joint in the mediation.

    Raises:
        NotFound: as `opened_mediation`.
    """
    with desk.reading() as session:
        opened = opened_mediation(desk, session, ref)
        if not opened.reads(JOINT):
            return Recordings((), ())
        rows = tuple(_recording(opened, one) for one in session.scalars(_RECORDINGS, {"ref": ref}))
        incidents = tuple(
            IncidentRow(
                ref=one.ref,
                noted_at=one.noted_at,
                what=one.what,
                review_by=one.review_by,
                reviewed_at=one.reviewed_at,
                outcome=one.outcome,
                finding=one.finding,
            )
            for one in session.scalars(_INCIDENTS, {"ref": ref})
        )
        return Recordings(rows, incidents)


def _is_theirs(one: MediationSession, taken_over: datetime | None) -> bool:
    """Whether a private session that somebody before had planned came to whoever took over: it was still to be held."""
    if one.held_noted_at is None:
        return one.status is SessionStatus.PLANNED
    return taken_over is None or one.held_noted_at > taken_over


def _recording(opened: Opened, one: RecordingAgreement) -> RecordingRow:
    given = [who for who, at in one.agreed.items() if at]
    asked = [*opened.participants, *([opened.mediator] if opened.mediator else [])]
    return RecordingRow(
        id=one.id,
        session_starts=one.session_starts,
        purpose=one.purpose,
        delete_by=one.delete_by,
        status=one.status,
        agreed=tuple(_called(opened, who) for who in given),
        not_yet={who: _called(opened, who) for who in asked if who not in given},
        recorded_at=one.recorded_at,
    )


def _called(opened: Opened, who: str) -> str:
    if who in ("mediator", opened.mediator):
        return f"{opened.mediator_name or 'The mediator'} (mediator)"
    return opened.names.get(who, who)


def _invited(opened: Opened, compartment: str) -> Mapping[str, str]:
    invited = opened.participants if compartment == JOINT else (compartment.partition(":")[2],)
    return {who: opened.names.get(who, who) for who in invited}


def _where(one: MediationSession) -> str:
    return f"Online. {one.place}" if one.online and one.place else "Online" if one.online else one.place or "—"
