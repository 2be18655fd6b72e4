"""Recordings that not everyone had agreed to: put on record, and reviewed by somebody else. Nothing ends by itself."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from okf.cases.commands.on_case import on_case
from okf.clock import end_of_working_day_after
from okf.desk import Deed, Desk
from okf.errors import Conflict, NotFound, unknown
from okf.policy.mediation import IncidentOutcome
from okf.store.models import RecordingAgreement, RecordingIncident
from okf.terms import Action
from okf.validation import words

_OF = select(RecordingIncident.case_ref, RecordingIncident.noted_by).where(RecordingIncident.ref == bindparam("ref"))
NARRATIVE = 5_000


def raise_incident(desk: Desk, deed: Deed, recording: RecordingAgreement, *, what: str) -> str:
    """Make an unauthorised recording an incident within the deed that puts it on record; its reference.

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
    """Say after a look at an unauthorised recording whether the mediation should go on. Its mediator acts on it.

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
