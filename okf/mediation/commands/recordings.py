"""Recording a mediation session: asked for, agreed to one by one, and put on record if it was done (C13)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import bindparam, select

from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, unknown
from okf.mediation.commands.incidents import raise_incident
from okf.mediation.commands.on_mediation import on_mediation, require_going_on
from okf.policy.recording import decide_recording
from okf.policy.share_facts import RecordingQuestion
from okf.store.models import RecordingAgreement
from okf.store.share_facts import recording_question
from okf.terms import Action, RecordingStatus
from okf.validation import past_moment, words

NOT_AGREED = "A session was recorded, and not everyone had agreed to it before it began."

_MEDIATION_OF = select(RecordingAgreement.mediation_ref).where(RecordingAgreement.id == bindparam("id"))


def ask_to_record(
    desk: Desk,
    mediation: str,
    *,
    session_starts: datetime,
    purpose: str,
    delete_by: date | None = None,
    agreed: Mapping[str, datetime] | None = None,
) -> str:
    """Ask for a session to be recorded, with who agreed so far; its reference. Nothing may be recorded yet.

    It is agreed once every participant and the mediator have, before the
    session begins.

    Raises:
        NotFound, Refused: as `on_mediation`, asked for what is joint.
        Invalid: there is no purpose, or somebody agreed at a time still to come.
        Conflict: the mediation is over.
    """
    with on_mediation(desk, Action.AGREE_RECORDING, mediation, record_class=None) as (deed, row):
        require_going_on(row)
        given = {who: past_moment("Agreed at", at, deed.at) for who, at in (agreed or {}).items()}
        recording = RecordingAgreement(
            id=desk.new_ref("R"),
            case_ref=row.case_ref,
            mediation_ref=mediation,
            session_starts=session_starts,
            purpose=words("Purpose", purpose, at_most=2_000),
            delete_by=delete_by,
            agreed={who: at.astimezone(UTC).isoformat() for who, at in given.items()},
            status=RecordingStatus.REQUESTED,
            asked_by=str(desk.actor),
            asked_at=deed.at,
        )
        _decide(deed, recording)
        deed.add(recording)
        _note(deed, recording)
    return recording.id


def agree_to_record(desk: Desk, recording_id: str, *, participant: str, agrees: bool = True) -> None:
    """Put on record that a participant or the mediator agrees, now, or does not.

    Raises:
        NotFound, Refused: as `on_mediation`, asked for what is joint.
        Conflict: the session has begun, or somebody refused already.
        Invalid: this person takes no part in the mediation.
    """
    with on_mediation(
        desk,
        Action.AGREE_RECORDING,
        _mediation_of(desk, recording_id),
        record_class=None,
        named=("recording", recording_id),
    ) as (deed, _):
        recording = deed.session.get_one(RecordingAgreement, recording_id)
        if recording.session_starts <= deed.at or recording.status is RecordingStatus.REFUSED:
            raise Conflict("It is too late to agree: the session has begun, or somebody refused.")
        question = _question(deed, recording)
        if participant not in (*question.participants, question.mediator):
            raise Invalid("Participant", "choose a party of this mediation or its mediator.")
        given = deed.at.astimezone(UTC).isoformat() if agrees else None
        recording.agreed = {**recording.agreed, participant: given}
        _decide(deed, recording, refused=not agrees)
        _note(deed, recording)


def note_recording(
    desk: Desk,
    mediation: str,
    *,
    session_starts: datetime,
    recorded_at: datetime,
    recording_id: str | None = None,
    what: str = NOT_AGREED,
) -> str:
    """Put on record that a session was recorded; its reference. Without everyone's agreement it is an incident.

    The mediation does not end by itself: whether it goes on is reviewed.
    `what` tells whoever reviews it what happened, and nothing of what was said.

    Raises:
        NotFound, Refused: as `on_mediation`, asked for what is joint.
        Conflict: the agreement named is for another mediation, or its recording is on record already.
    """
    with on_mediation(desk, Action.AGREE_RECORDING, mediation, record_class=None) as (deed, row):
        recording = deed.session.get(RecordingAgreement, recording_id) if recording_id else None
        if recording is not None and recording.mediation_ref != mediation:
            raise Conflict("This agreement is for another mediation.")
        if recording is not None and recording.recorded_at is not None:
            raise Conflict("This recording is on record already.")
        if recording is None:
            recording = RecordingAgreement(
                id=desk.new_ref("R"),
                case_ref=row.case_ref,
                mediation_ref=mediation,
                session_starts=session_starts,
                purpose="",
                agreed={},
                status=RecordingStatus.REQUESTED,
                asked_by=str(desk.actor),
                asked_at=deed.at,
            )
            deed.add(recording)
        recording.recorded_at = past_moment("Recorded at", recorded_at, deed.at)
        question = _question(deed, recording)
        if not decide_recording(question).allowed:
            recording.status = RecordingStatus.UNAUTHORISED
            deed.session.flush()
            raise_incident(desk, deed, recording, what=what)
        _note(deed, recording)
    return recording.id


def _question(deed: Deed, recording: RecordingAgreement) -> RecordingQuestion:
    asked: dict[str, Any] = {
        "mediation": recording.mediation_ref,
        "session_starts": recording.session_starts,
        "agreed": recording.agreed,
    }
    if recording.delete_by:
        asked["delete_by"] = recording.delete_by
    return recording_question(deed.session, asked, deed.at)


def _decide(deed: Deed, recording: RecordingAgreement, *, refused: bool = False) -> None:
    decision = decide_recording(_question(deed, recording))
    if decision.allowed:
        recording.status = RecordingStatus.AGREED
    elif refused:
        recording.status = RecordingStatus.REFUSED
    deed.note(conditions=decision.conditions)


def _note(deed: Deed, recording: RecordingAgreement) -> None:
    deed.about(recording.id)
    deed.note(status=recording.status, agreed=recording.agreed, session_starts=recording.session_starts)


def _mediation_of(desk: Desk, recording_id: str) -> str:
    with desk.reading() as session:
        found = session.scalar(_MEDIATION_OF, {"id": recording_id})
    if found is None:
        raise unknown("recording", recording_id)
    return found
