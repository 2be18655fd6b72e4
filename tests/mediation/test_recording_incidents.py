"""Recordings that not everyone agreed to: an incident with a review, and never an automatic end (C13)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from okf.errors import CasebookError, Conflict, Invalid, NotFound, Refused
from okf.mediation.commands.recordings import agree_to_record, ask_to_record, note_recording, review_incident
from okf.mediation.commands.summaries import issue_summary, save_summary_draft
from okf.mediation.queries.incidents import incidents
from okf.mediation.queries.room import recordings_of
from okf.policy.mediation import IncidentOutcome
from okf.store.models import Mediation, OutcomeSummary, RecordingIncident
from okf.terms import MediationStatus, Role
from okf.today.queries.pending import pending_items
from tests.world import World, instant

CASE, MED = "OKF-1", "MED-1"


@pytest.fixture
def charity(world: World) -> World:
    """A mediation in progress, and those who may review what happens in it."""
    world.manager()
    world.person("lead", roles=[Role.DATA_PROTECTION_LEAD])
    world.person("mediator", roles=[Role.MEDIATOR])
    world.caseworker("worker_a")
    world.case(CASE)
    world.grant("worker_a", CASE, compartments=["sole:party_a", "joint"])
    world.grant("mediator", CASE)
    world.mediation(CASE, MED, mediator="mediator")
    return world


def recorded(world: World, **more: str) -> RecordingIncident:
    """Somebody recorded a session; the incident."""
    note_recording(world.desk("mediator"), MED, session_starts=world.now, recorded_at=world.now, **more)
    found = world.one(RecordingIncident)
    assert found is not None
    return found


def test_C13_an_unauthorised_recording_waits_for_a_review_and_ends_nothing(charity: World) -> None:
    incident = recorded(charity, what="A telephone lay on the table.")

    assert charity.one(Mediation, ref=MED).status is MediationStatus.IN_PROGRESS  # type: ignore[union-attr]
    assert incident.review_by == instant("2026-11-25T00:00")  # the end of the next working day
    told = [one.text for one in pending_items(charity.desk("lead"))]
    assert "1 unauthorised recording waits for a review" in told
    assert not any("recording" in one.text for one in pending_items(charity.desk("mediator")))
    assert [one.what for one in incidents(charity.desk("manager")).waiting] == ["A telephone lay on the table."]

    review_incident(charity.desk("lead"), incident.ref, outcome=IncidentOutcome.TO_BE_ENDED, finding="Trust is gone.")

    assert charity.one(Mediation, ref=MED).status is MediationStatus.IN_PROGRESS  # type: ignore[union-attr]
    with pytest.raises(Conflict):
        review_incident(charity.desk("manager"), incident.ref, outcome=IncidentOutcome.GOES_ON, finding="x")
    assert [one.finding for one in recordings_of(charity.desk("mediator"), MED).incidents] == ["Trust is gone."]
    assert incidents(charity.desk("manager")).waiting == ()
    assert [one.outcome for one in incidents(charity.desk("manager")).reviewed] == [IncidentOutcome.TO_BE_ENDED]


def test_C13_nobody_reviews_what_they_put_on_record_or_has_no_part_in(charity: World) -> None:
    charity.role("mediator", Role.MANAGER)
    incident = recorded(charity)
    charity.manager("tied")
    charity.conflict("tied", "party_a")

    for who, error in (("mediator", Refused), ("worker_a", Refused), ("tied", CasebookError)):
        with pytest.raises(error):
            review_incident(charity.desk(who), incident.ref, outcome=IncidentOutcome.GOES_ON, finding="x")
    assert [one.own for one in incidents(charity.desk("mediator")).waiting] == [True]
    assert incidents(charity.desk("tied")).waiting == ()
    with pytest.raises(NotFound):
        review_incident(charity.desk("manager"), "I-NONE", outcome=IncidentOutcome.GOES_ON, finding="x")
    with pytest.raises(Invalid):
        review_incident(charity.desk("manager"), incident.ref, outcome=IncidentOutcome.GOES_ON, finding=" ")
    charity.later(days=3)
    assert [one.overdue for one in incidents(charity.desk("manager")).waiting] == [True]
    assert next(one for one in pending_items(charity.desk("manager")) if "recording" in one.text).overdue


def test_C13_a_recording_that_everyone_agreed_to_is_no_incident(charity: World) -> None:
    desk, starts = charity.desk("mediator"), charity.now + timedelta(hours=1)
    ref = ask_to_record(desk, MED, session_starts=starts, purpose="a transcript for both")
    for who in ("party_a", "party_b", "mediator"):
        agree_to_record(desk, ref, participant=who)
    charity.later(hours=2)

    note_recording(desk, MED, session_starts=starts, recorded_at=charity.now, recording_id=ref)

    assert charity.all(RecordingIncident) == []
    with pytest.raises(Conflict):
        note_recording(desk, MED, session_starts=starts, recorded_at=charity.now, recording_id=ref)
    row = recordings_of(desk, MED).rows[0]
    assert (row.purpose, len(row.agreed), dict(row.not_yet)) == ("a transcript for both", 3, {})


def test_a_mediation_that_somebody_may_not_know_of_reads_as_none(charity: World) -> None:
    charity.caseworker("stranger")

    for ref in (MED, "MED-NONE"):
        with pytest.raises(NotFound) as refused:
            note_recording(charity.desk("stranger"), ref, session_starts=charity.now, recorded_at=charity.now)
        assert str(refused.value) == f"There is no mediation {ref!r} that you may open."


@pytest.mark.both_databases
def test_a_summary_issued_twice_at_once_is_issued_once(charity: World) -> None:
    number = save_summary_draft(charity.desk("mediator"), MED, text="They propose alternate weeks.", upon=None)

    def issue(_: int) -> str:
        try:
            return str(issue_summary(charity.desk("mediator"), MED, draft=number))
        except Conflict:
            return "conflict"

    with ThreadPoolExecutor(4) as both:
        answers = sorted(both.map(issue, range(4)))

    assert answers == ["1", "conflict", "conflict", "conflict"]
    assert len(charity.all(OutcomeSummary)) == 1
