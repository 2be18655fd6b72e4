"""Recordings of a session: asked for, agreed to one by one, put on record; the unauthorised ones reviewed (C13)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from sqlalchemy import bindparam, select

from okf.cases.commands.on_case import on_case
from okf.clock import end_of_working_day_after
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, NotFound, unknown
from okf.mediation.commands.mediations import on_mediation, require_going_on
from okf.policy.mediation import IncidentOutcome
from okf.policy.recording import decide_recording
from okf.policy.share_facts import RecordingQuestion
from okf.store.models import RecordingAgreement, RecordingIncident
from okf.store.share_facts import recording_question
from okf.terms import Action, RecordingStatus
from okf.validation import past_moment, words

NOT_AGREED = "A session was recorded, and not everyone had agreed to it before it began."
NARRATIVE = 5_000
_MEDIATION_OF = select(RecordingAgreement.mediation_ref).where(RecordingAgreement.id == bindparam("id"))
_OF = select(RecordingIncident.case_ref, RecordingIncident.noted_by).where(RecordingIncident.ref == bindparam("ref"))


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
    with on_mediation(desk, Action.AGREE_RECORDING, mediation) as (deed, row):
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
        desk, Action.AGREE_RECORDING, _mediation_of(desk, recording_id), named=("recording", recording_id)
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
    with on_mediation(desk, Action.AGREE_RECORDING, mediation) as (deed, row):
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


def raise_incident(desk: Desk, deed: Deed, recording: RecordingAgreement, *, what: str) -> str:
    """Make an incident of an unauthorised recording, within the deed that records it; its reference.

    Its review is due by the end of the next working day. The mediation
    stays as it is until somebody has looked (C13).

    Raises:
        Invalid: what happened is not said.
    """
    incident = RecordingIncident(
        ref=desk.new_ref("I"),
        case_ref=recording.case_ref,
        mediation_ref=recording.mediation_ref,
        recording_id=recording.id,
        what=words("What happened", what, at_most=NARRATIVE),
        noted_at=deed.at,
        noted_by=desk.actor,
        review_by=end_of_working_day_after(deed.at, 1, deed.question.settings.bank_holidays),
    )
    deed.add(incident)
    deed.note(incident=incident.ref)
    return incident.ref


def review_incident(desk: Desk, ref: str, *, outcome: IncidentOutcome, finding: str) -> None:
    """Review an unauthorised recording and say whether the mediation should go on; its mediator acts on that.

    Raises:
        NotFound: there is no such incident.
        Refused: their role does not include it, or they put it on record themselves.
        Conflict: it is reviewed already.
        Invalid: no finding is given.
    """
    with desk.reading() as session:
        found = session.execute(_OF, {"ref": ref}).first()
    if found is None:
        raise unknown("incident", ref)
    try:
        with on_case(desk, Action.REVIEW_INCIDENT, found.case_ref, about=found.noted_by) as deed:
            incident = deed.session.get_one(RecordingIncident, ref)
            if incident.reviewed_at is not None:
                raise Conflict("This incident is reviewed already.")
            incident.finding = words("What the review found", finding, at_most=NARRATIVE)
            incident.outcome, incident.reviewed_at, incident.reviewed_by = outcome, deed.at, desk.actor
            deed.about(ref, found.case_ref)
            deed.note(outcome=outcome, mediation=incident.mediation_ref)
    except NotFound:
        raise unknown("incident", ref) from None


def _question(deed: Deed, recording: RecordingAgreement) -> RecordingQuestion:
    asked: dict[str, object] = {
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
