"""A mediation from its start to its summary: who may, in which order, and what nobody else learns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from okf.cases.commands.appointments import make_appointment
from okf.cases.commands.cases import close_case, reopen_case
from okf.cases.commands.grants import NewGrant, grant_access
from okf.cases.commands.look_first import decide_look_first, set_look_first
from okf.cases.commands.tasks import add_task
from okf.cases.queries.appointments import appointments_between
from okf.cases.queries.tasks import own_tasks
from okf.clock import london_date
from okf.errors import CasebookError, Conflict, Invalid, NotFound, Refused
from okf.mediation.commands import sessions
from okf.mediation.commands.mediations import (
    change_mediator,
    conclude_mediation,
    end_mediation,
    pause_mediation,
    resume_mediation,
    start_mediation,
)
from okf.mediation.commands.proposals import accept_proposal, make_proposal, move_proposal
from okf.mediation.commands.readiness import note_agreement_to_mediate, screen_participant
from okf.mediation.commands.recordings import agree_to_record, ask_to_record
from okf.mediation.commands.summaries import issue_summary, save_summary_draft, sha256_of, withdraw_summary
from okf.mediation.queries.mediation import mediation_in_view
from okf.mediation.queries.mediations import free_mediators, mediations_on, own_mediations
from okf.mediation.queries.room import notes_of, proposals_of, recordings_of, sessions_of
from okf.mediation.queries.summaries import summaries_of, summary_to_print
from okf.mediation.queries.texts import agreement_texts
from okf.people.commands.leaving import record_leaver
from okf.people.queries.workers import workers_named
from okf.policy.mediation import (
    AgreedHow,
    EndedBecause,
    ProposalStatus,
    ScreeningArea,
    SessionKind,
    SessionStatus,
    Suitability,
)
from okf.proof.queries.assurance import assure
from okf.proof.queries.assurance.findings import State
from okf.records.commands.records import add_record, correct_record
from okf.records.queries.case_records import records_in_view
from okf.store.models import (
    AccessGrant,
    Mediation,
    MediationAgreement,
    MediationProposal,
    MediationScreening,
    MediationSession,
    OutcomeSummary,
    Record,
    Task,
)
from okf.terms import Action, Capacity, MediationKind, MediationStatus, RecordClass, RecordingStatus, RecordStatus, Role
from okf.terms.look_first import LookStep
from okf.terms.records import AppointmentKind
from tests.behind import behind_casebook
from tests.world import World

CASE = "OKF-1"
OWN_SIDE = ["note", "document", "legal_paper", "communication"]


@pytest.fixture
def charity(world: World) -> World:
    """Two parties, a caseworker each who reads all kinds of record on their side, mediators and a manager."""
    world.manager()
    world.person("mediator", roles=[Role.MEDIATOR], name="Moira Between")
    world.person("mediator2", roles=[Role.MEDIATOR])
    for who in ("worker_a", "worker_b"):
        world.caseworker(who)
    world.case(CASE)
    world.service_user("party_a", name="Ann Bell")
    world.service_user("party_b", name="Ben Cole")
    world.grant("worker_a", CASE, compartments=["sole:party_a", "joint"], lead_for="party_a")
    world.grant("worker_b", CASE, compartments=["sole:party_b", "joint"], lead_for="party_b")
    return world


def started(world: World, **desk: Any) -> str:
    """A mediation that has just started; a minute later."""
    ref = start_mediation(world.desk("manager", **desk), CASE, kind=MediationKind.INFORMAL, mediator="mediator")
    world.later(minutes=1)
    return ref


def screen(world: World, ref: str, who: str, suitability: Suitability = Suitability.SUITABLE, **more: str) -> None:
    """The mediator screens somebody, and finds words that only their side may read."""
    screen_participant(
        world.desk("mediator"),
        ref,
        participant=who,
        screened_at=world.now,
        asked=list(ScreeningArea),
        suitability=suitability,
        found=more.pop("found", f"FOUND-{who}"),
        **more,
    )


def agree(world: World, ref: str, who: str, *, agrees: bool = True) -> None:
    """Somebody agrees to mediate."""
    note_agreement_to_mediate(
        world.desk("mediator"),
        ref,
        participant=who,
        given_at=world.now,
        how=AgreedHow.SIGNED_ON_PAPER,
        version=agreement_texts()[0].version,
        agrees=agrees,
    )


def begun(world: World) -> str:
    """A mediation in which everybody was screened, found suitable and agreed."""
    ref = started(world)
    for who in ("party_a", "party_b"):
        screen(world, ref, who)
        agree(world, ref, who)
    return ref


def status(world: World, ref: str) -> MediationStatus:
    """Where it stands."""
    row = world.one(Mediation, ref=ref)
    assert row is not None
    return row.status


def test_the_mediator_is_let_in_as_the_mediation_starts(charity: World) -> None:
    ref = started(charity)

    grant = charity.one(AccessGrant, person="mediator")
    assert grant is not None
    assert (grant.compartments, grant.granted_by) == (["joint", "sole:party_a", "sole:party_b"], "manager")
    assert RecordClass.NOTE not in grant.record_classes
    assert [one.ref for one in own_mediations(charity.desk("mediator"))] == [ref]
    assert own_mediations(charity.desk("mediator2")) == ()
    with pytest.raises(Refused):
        own_mediations(charity.desk("worker_a"))


def test_C5_nobody_with_a_tie_or_with_work_for_a_party_mediates(charity: World) -> None:
    charity.conflict("mediator2", "party_b")
    charity.person("both", roles=[Role.MEDIATOR, Role.CASEWORKER])
    charity.case("OKF-0", parties=("party_b",))
    charity.end_grant(charity.grant("both", "OKF-0", compartments=["sole:party_b"], lead_for="party_b"))

    assert [one.username for one in free_mediators(charity.desk("manager"), CASE)] == ["mediator"]
    for who in ("mediator2", "both"):
        with pytest.raises(Refused) as refused:
            start_mediation(charity.desk("manager"), CASE, kind=MediationKind.FORMAL, mediator=who)
        assert refused.value.decision.primary == "conflict_of_interest"
    assert charity.all(Mediation) == []
    assert charity.all(AccessGrant, person="both", case_ref=CASE) == []
    with pytest.raises(Invalid):
        start_mediation(charity.desk("manager"), CASE, kind=MediationKind.FORMAL, mediator="worker_a")


@pytest.mark.parametrize("own", ["sole:party_a", "child:child_c"])
def test_C5_nobody_who_works_on_a_side_mediates_leading_it_or_not(charity: World, own: str) -> None:
    charity.person("both", roles=[Role.MEDIATOR, Role.CASEWORKER])
    charity.grant("both", CASE, compartments=[own, "joint"], record_classes=["note"])

    assert "both" not in [one.username for one in free_mediators(charity.desk("manager"), CASE)]
    with pytest.raises(Refused) as refused:
        start_mediation(charity.desk("manager"), CASE, kind=MediationKind.FORMAL, mediator="both")
    assert refused.value.decision.primary == "conflict_of_interest"


def test_C5_who_mediates_or_did_works_for_neither_party_besides(charity: World) -> None:
    charity.person("both", roles=[Role.MEDIATOR, Role.CASEWORKER])
    ref = start_mediation(charity.desk("manager"), CASE, kind=MediationKind.INFORMAL, mediator="both")
    manager = charity.desk("manager", chance=Random("more"))
    besides = NewGrant("both", Capacity.STAFF, ["sole:party_b", "joint"], "To help", lead_for="party_b")

    for new in (besides, replace(besides, lead_for=None)):
        charity.later(minutes=1)
        with pytest.raises(Refused) as refused:
            grant_access(manager, CASE, new)
        assert refused.value.decision.primary == "conflict_of_interest"
    assert "both" not in [one.username for one in workers_named(manager, case_ref=CASE, lead_for="party_b")]
    change_mediator(manager, ref, to="mediator")
    charity.later(minutes=1)
    with pytest.raises(Refused):
        grant_access(manager, CASE, besides)


def test_only_those_who_grant_start_one_and_only_one_goes_on(charity: World) -> None:
    with pytest.raises(Refused):
        start_mediation(charity.desk("worker_a"), CASE, kind=MediationKind.FORMAL, mediator="mediator")
    started(charity)

    with pytest.raises(Conflict):
        started(charity)
    assert not mediations_on(charity.desk("manager"), CASE).may_start


def test_a_session_before_everyone_agreed_is_refused(charity: World) -> None:
    ref = started(charity)

    def plan(kind: SessionKind = SessionKind.JOINT, **more: str) -> str:
        return sessions.plan_session(
            charity.desk("mediator"), ref, kind=kind, starts_at=charity.now + timedelta(hours=1), online=True, **more
        )

    for before in (
        lambda: screen(charity, ref, "party_a"),
        lambda: agree(charity, ref, "party_a"),
        lambda: screen(charity, ref, "party_b"),
        lambda: agree(charity, ref, "party_b"),
    ):
        with pytest.raises(Conflict):
            plan()
        before()
    assert status(charity, ref) is MediationStatus.IN_PROGRESS

    session = plan()
    with pytest.raises(Conflict):  # it is still to come
        sessions.hold_session(charity.desk("mediator"), session, attended=["party_a"])
    charity.later(hours=2)
    sessions.hold_session(charity.desk("mediator"), session, attended=["party_b", "party_a"])
    held = charity.one(MediationSession, ref=session)
    assert held is not None
    assert (held.status, held.attended) == (SessionStatus.HELD, ["party_a", "party_b"])


def test_nobody_agrees_before_they_were_screened(charity: World) -> None:
    ref = started(charity)

    with pytest.raises(Conflict):
        agree(charity, ref, "party_a")


def test_every_area_is_asked_about_and_conditions_are_said(charity: World) -> None:
    ref = started(charity)

    with pytest.raises(Invalid):
        screen_participant(
            charity.desk("mediator"),
            ref,
            participant="party_a",
            screened_at=charity.now,
            asked=[ScreeningArea.DOMESTIC_ABUSE],
            suitability=Suitability.SUITABLE,
            found="x",
        )
    with pytest.raises(Invalid):
        screen(charity, ref, "party_a", Suitability.SUITABLE_WITH_CONDITIONS)
    screen(charity, ref, "party_a", Suitability.SUITABLE_WITH_CONDITIONS, conditions="separate rooms")


def test_C2_nobody_but_its_mediator_learns_anything_of_a_screening(charity: World) -> None:
    ref = started(charity)
    screen(charity, ref, "party_a", Suitability.NOT_SUITABLE, found="FOUND-ALONE")

    own, other, manager = (charity.desk(who) for who in ("worker_a", "worker_b", "manager"))

    assert "FOUND-ALONE" in repr(mediation_in_view(charity.desk("mediator"), ref))
    told = repr((mediation_in_view(own, ref), mediation_in_view(other, ref), mediations_on(other, CASE)))
    told += repr(mediations_on(manager, CASE))
    assert "FOUND-ALONE" not in told
    assert "nsuitable" not in told
    assert "not_suitable" not in told
    assert mediation_in_view(other, ref).status is MediationStatus.TERMINATED
    assert mediation_in_view(charity.desk("mediator"), ref).status is MediationStatus.UNSUITABLE
    assert "not_suitable" not in repr([event.facts for event in charity.events()])
    with pytest.raises(NotFound):
        mediation_in_view(manager, ref)


def test_an_unsuitable_mediation_is_over(charity: World) -> None:
    ref = begun(charity)
    session = sessions.plan_session(
        charity.desk("mediator"), ref, kind=SessionKind.JOINT, starts_at=charity.now, online=True
    )
    screen(charity, ref, "party_b", Suitability.NOT_SUITABLE)

    assert charity.one(MediationSession, ref=session).status is SessionStatus.CANCELLED  # type: ignore[union-attr]
    for attempt in _steps(charity, ref):
        with pytest.raises(Conflict):
            attempt()


def _steps(world: World, ref: str) -> list[Callable[[], object]]:
    desk = world.desk("mediator")
    return [
        lambda: pause_mediation(desk, ref),
        lambda: resume_mediation(desk, ref),
        lambda: conclude_mediation(desk, ref),
        lambda: end_mediation(desk, ref, because=EndedBecause.BY_CHOICE),
        lambda: screen(world, ref, "party_a"),
        lambda: agree(world, ref, "party_a"),
        lambda: sessions.plan_session(desk, ref, kind=SessionKind.JOINT, starts_at=world.now, online=True),
        lambda: make_proposal(desk, ref, made_by="party_a", text="x", offered=True),
        lambda: save_summary_draft(desk, ref, text="x", upon=None),
    ]


def test_only_its_mediator_takes_it_on(charity: World) -> None:
    ref = begun(charity)
    charity.grant("mediator2", CASE)

    for who, error in (("worker_a", Refused), ("mediator2", Refused), ("manager", Refused)):
        with pytest.raises(error):
            pause_mediation(charity.desk(who), ref)
    charity.caseworker("stranger")
    for unknown in (ref, "MED-NONE"):
        with pytest.raises(NotFound) as refused:
            pause_mediation(charity.desk("stranger"), unknown)
        assert str(refused.value) == f"There is no mediation {unknown!r} that you may open."
    charity.revoke(charity.one(AccessGrant, person="mediator").id)  # type: ignore[union-attr]
    with pytest.raises(CasebookError):
        pause_mediation(charity.desk("mediator"), ref)


def test_it_is_paused_when_somebody_takes_their_agreement_back(charity: World) -> None:
    ref = begun(charity)

    agree(charity, ref, "party_a", agrees=False)

    assert status(charity, ref) is MediationStatus.PAUSED
    assert len(charity.all(MediationAgreement)) == 3
    resume_mediation(charity.desk("mediator"), ref)
    with pytest.raises(Conflict):
        sessions.plan_session(charity.desk("mediator"), ref, kind=SessionKind.JOINT, starts_at=charity.now, online=True)
    agree(charity, ref, "party_a")
    pause_mediation(charity.desk("mediator"), ref)
    resume_mediation(charity.desk("mediator"), ref)
    conclude_mediation(charity.desk("mediator"), ref)
    assert status(charity, ref) is MediationStatus.CONCLUDED
    assert [one.what for one in mediation_in_view(charity.desk("worker_b"), ref).steps] == [
        "Being assessed",
        "In progress",
        "Paused",
        "In progress",
        "Paused",
        "In progress",
        "Concluded",
    ]


def test_C2_private_sessions_notes_and_kept_proposals_stay_on_one_side(charity: World) -> None:
    ref = begun(charity)
    mediator = charity.desk("mediator")
    sessions.plan_session(
        mediator,
        ref,
        kind=SessionKind.PRIVATE,
        starts_at=charity.now,
        online=False,
        place="PLACE-A",
        with_whom="party_a",
    )
    add_record(
        mediator,
        CASE,
        record_class=RecordClass.MEDIATION_PRIVATE_NOTE,
        source="party_a",
        subjects=["party_a"],
        title="TITLE-A",
        text="NOTE-A",
        occurred_at=charity.now,
        mediation=ref,
    )
    kept = make_proposal(mediator, ref, made_by="party_a", text="PROPOSAL-A", offered=False)

    def seen(who: str) -> str:
        desk = charity.desk(who)
        return repr((sessions_of(desk, ref), notes_of(desk, ref), proposals_of(desk, ref)))

    for word in ("PLACE-A", "NOTE-A", "TITLE-A", "PROPOSAL-A"):
        assert word in seen("mediator")
        assert word not in seen("worker_a"), "it stays with the mediator, also on the side that told it"
        assert word not in seen("worker_b")
    move_proposal(mediator, kept, ProposalStatus.OFFERED)
    assert "PROPOSAL-A" in seen("worker_b")
    assert "PLACE-A" not in seen("worker_b")


def test_C10_no_grant_opens_what_a_mediator_keeps_of_one_participant(charity: World) -> None:
    """Their access handed over to the other side's caseworker, as it was; and one that covers everything."""
    ref = started(charity)
    screen(charity, ref, "party_a", found="FOUND-ALONE")
    make_proposal(charity.desk("mediator"), ref, made_by="party_a", text="PROPOSAL-ALONE", offered=False)
    add_record(charity.desk("mediator"), CASE, text="NOTE-ALONE", title="TITLE-ALONE", **private_note(charity, ref))
    charity.caseworker("worker_c")
    for who in ("worker_b", "worker_c"):
        charity.grant(who, CASE, compartments=["sole:party_a", "sole:party_b", "joint"])

    for who in ("worker_b", "worker_c"):
        desk = charity.desk(who)
        read = (mediation_in_view(desk, ref), notes_of(desk, ref), proposals_of(desk, ref), records_in_view(desk, CASE))
        assert "ALONE" not in repr(read)
        assert mediation_in_view(desk, ref).reads_private == ()
        with pytest.raises((NotFound, Refused)):
            add_record(desk, CASE, text="Mine", title="", **private_note(charity, ref))
    assert "FOUND-ALONE" in repr(mediation_in_view(charity.desk("mediator"), ref))
    assert "NOTE-ALONE" in repr(records_in_view(charity.desk("mediator"), CASE))


def private_note(world: World, ref: str) -> dict[str, Any]:
    """What a private note on the first party's side is added with."""
    return {
        "record_class": RecordClass.MEDIATION_PRIVATE_NOTE,
        "source": "party_a",
        "subjects": ["party_a"],
        "occurred_at": world.now,
        "mediation": ref,
    }


def test_a_proposal_is_accepted_when_everyone_did_and_keeps_its_words(charity: World) -> None:
    ref = begun(charity)
    desk = charity.desk("mediator")
    proposal = make_proposal(desk, ref, made_by="party_b", text="Every other week", offered=True)

    accept_proposal(desk, proposal, participant="party_b")
    assert charity.one(MediationProposal, ref=proposal).status is ProposalStatus.OFFERED  # type: ignore[union-attr]
    with pytest.raises(Conflict):
        accept_proposal(desk, proposal, participant="party_b")
    move_proposal(desk, proposal, ProposalStatus.PARKED)
    with pytest.raises(Conflict):
        accept_proposal(desk, proposal, participant="party_a")
    move_proposal(desk, proposal, ProposalStatus.OFFERED)
    accept_proposal(desk, proposal, participant="party_a")
    assert charity.one(MediationProposal, ref=proposal).status is ProposalStatus.ACCEPTED  # type: ignore[union-attr]
    with pytest.raises(Conflict):
        move_proposal(desk, proposal, ProposalStatus.PARKED)
    with pytest.raises(NotFound):
        move_proposal(charity.desk(charity.caseworker("stranger")), proposal, ProposalStatus.WITHDRAWN)


@pytest.mark.both_databases
def test_a_summary_is_issued_once_and_never_changes(charity: World) -> None:
    ref = begun(charity)
    desk = charity.desk("mediator")
    first = save_summary_draft(desk, ref, text="They propose weeks.", upon=None)
    with pytest.raises(Conflict):  # somebody else's draft came between
        save_summary_draft(desk, ref, text="Something else.", upon=None)
    second = save_summary_draft(desk, ref, text="They propose alternate weeks.", upon=first)
    with pytest.raises(Conflict):
        issue_summary(desk, ref, draft=first)

    assert issue_summary(desk, ref, draft=second) == 1

    with pytest.raises(Conflict):
        issue_summary(desk, ref, draft=second)
    with pytest.raises(Conflict):
        save_summary_draft(desk, ref, text="Another.", upon=second)
    issued = charity.one(OutcomeSummary)
    assert issued is not None
    assert issued.sha256 == sha256_of("They propose alternate weeks.") == sha256_of(issued.text)
    record = charity.one(Record, id=issued.record_id)
    assert record is not None
    assert (record.text, record.status, record.compartment) == (issued.text, RecordStatus.ISSUED, "joint")
    assert summary_to_print(desk, ref, 1).unchanged
    assert charity.events(action=Action.EXPORT_RECORD)[-1].subject == record.id

    withdraw_summary(desk, ref, version=1, because="A date was wrong.")
    with pytest.raises(Conflict):
        withdraw_summary(desk, ref, version=1, because="Again.")
    third = save_summary_draft(desk, ref, text="They propose alternate weeks from May.", upon=second)
    assert issue_summary(desk, ref, draft=third) == 2
    found = summaries_of(desk, ref)
    assert [(one.version, one.unchanged, one.withdrawn_at is None) for one in found.versions] == [
        (2, True, True),
        (1, True, False),
    ]
    assert charity.one(Record, id=issued.record_id).status is RecordStatus.WITHDRAWN  # type: ignore[union-attr]


def test_the_draft_and_the_summary_are_for_those_whose_scope_holds_them(charity: World) -> None:
    ref = begun(charity)
    charity.caseworker("narrow")
    charity.grant("narrow", CASE, compartments=["sole:party_a", "joint"], record_classes=OWN_SIDE)
    number = save_summary_draft(charity.desk("mediator"), ref, text="DRAFT-WORDS", upon=None)

    assert "DRAFT-WORDS" not in repr(summaries_of(charity.desk("worker_a"), ref))
    issue_summary(charity.desk("mediator"), ref, draft=number)
    assert "DRAFT-WORDS" in repr(summaries_of(charity.desk("worker_a"), ref))
    assert "DRAFT-WORDS" not in repr(summaries_of(charity.desk("narrow"), ref))
    assert notes_of(charity.desk("narrow"), ref) == ()
    assert "FOUND-party_a" not in repr(mediation_in_view(charity.desk("narrow"), ref))
    with pytest.raises(NotFound):
        summary_to_print(charity.desk("narrow"), ref, 1)


def test_no_outcome_summary_comes_about_but_by_its_draft(charity: World) -> None:
    ref = begun(charity)

    with pytest.raises(Invalid):
        add_record(
            charity.desk("mediator"),
            CASE,
            record_class=RecordClass.OUTCOME_SUMMARY,
            source="joint",
            subjects=["party_a"],
            title="T",
            text="x",
            occurred_at=charity.now,
            mediation=ref,
        )


def test_a_note_reads_as_it_was_last_corrected(charity: World) -> None:
    ref, desk = begun(charity), charity.desk("mediator")
    note = add_record(
        desk,
        CASE,
        record_class=RecordClass.MEDIATION_JOINT_NOTE,
        source="joint",
        subjects=["party_a"],
        title="T",
        text="Before",
        occurred_at=charity.now,
        mediation=ref,
    )
    correct_record(desk, note, title="T", text="After", reason="A slip.", after=0)

    assert [one.text for one in notes_of(desk, ref)] == ["After"]


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE outcome_summary SET text = 'x'",
        "UPDATE outcome_summary SET sha256 = 'x'",
        "DELETE FROM outcome_summary",
        "UPDATE mediation_screening SET suitability = 'suitable'",
        "DELETE FROM mediation_agreement",
        "UPDATE mediation_step SET because = 'x'",
        "UPDATE summary_draft SET text = 'x'",
        "UPDATE mediation_proposal SET text = 'x'",
    ],
)
def test_what_is_evidence_is_never_rewritten(charity: World, statement: str) -> None:
    ref = begun(charity)
    desk = charity.desk("mediator")
    make_proposal(desk, ref, made_by="party_a", text="x", offered=True)
    issue_summary(desk, ref, draft=save_summary_draft(desk, ref, text="They propose.", upon=None))

    with pytest.raises(DBAPIError, match="sealed"), behind_casebook(charity.store) as connection:
        connection.execute(text(statement))


def test_the_texts_of_a_mediation_are_not_in_the_database(charity: World) -> None:
    ref = begun(charity)
    desk = charity.desk("mediator")
    screen(charity, ref, "party_a", found="NARRATIVE-WORDS")
    make_proposal(desk, ref, made_by="party_a", text="NARRATIVE-WORDS", offered=True)
    issue_summary(desk, ref, draft=save_summary_draft(desk, ref, text="NARRATIVE-WORDS", upon=None))

    with charity.store.engine.connect() as connection:
        kept = [
            repr(connection.execute(text(f"SELECT * FROM {table}")).all())
            for table in ("mediation_screening", "mediation_proposal", "summary_draft", "outcome_summary", "record")
        ]
    assert all(kept)
    assert "NARRATIVE-WORDS" not in "".join(kept)
    assert charity.all(MediationScreening)[-1].found == "NARRATIVE-WORDS"


# Another mediator, and the end of its case


def broken(world: World) -> set[str]:
    """What `assure` finds broken."""
    return {one.check.key for one in assure(world.host()).findings if one.state is State.BROKEN}


@pytest.mark.both_databases
def test_C2_C10_another_mediator_takes_over_with_a_look_at_ties_and_without_what_was_told_in_confidence(
    charity: World,
) -> None:
    ref = begun(charity)
    desk = charity.desk("mediator")
    session = sessions.plan_session(
        desk, ref, kind=SessionKind.JOINT, starts_at=charity.now + timedelta(days=3), online=True
    )
    task = charity.task(CASE, "mediator")
    charity.record(
        CASE,
        record_class=RecordClass.MEDIATION_PRIVATE_NOTE,
        source="party_a",
        mediation_ref=ref,
        written_by="mediator",
        written_at=charity.now,
    )
    make_proposal(desk, ref, made_by="party_a", text="KEPT-WORDS", offered=False)
    assert notes_of(charity.desk("mediator"), ref)
    before_it = broken(charity)
    charity.later(minutes=1)

    change_mediator(charity.desk("manager"), ref, to="mediator2")

    before, after = (charity.one(AccessGrant, person=who) for who in ("mediator", "mediator2"))
    assert before is not None
    assert after is not None
    assert (before.ended_at, after.from_, after.compartments) == (charity.now, charity.now, before.compartments)
    assert own_mediations(charity.desk("mediator")) == ()
    assert [one.ref for one in own_mediations(charity.desk("mediator2"))] == [ref]
    planned = charity.one(MediationSession, ref=session)
    assert planned is not None
    assert planned.status is SessionStatus.PLANNED
    moved = charity.one(Task, ref=task)
    assert moved is not None
    assert moved.assigned_to == "mediator2"
    tell = {(one.compartment, one.assigned_to) for one in charity.all(Task) if one.ref != task}
    assert tell == {("sole:party_a", "worker_a"), ("sole:party_b", "worker_b")}
    assert mediation_in_view(charity.desk("mediator2"), ref).steps[-1].what == "Another mediator took it over"
    assert broken(charity) == before_it
    view = mediation_in_view(charity.desk("mediator2"), ref)
    assert [one.screenings for one in view.participants] == [(), ()]
    assert notes_of(charity.desk("mediator2"), ref) == ()
    assert proposals_of(charity.desk("mediator2"), ref) == ()
    # Nobody meets before the next one has screened each of them.
    with pytest.raises(Conflict):
        sessions.plan_session(
            charity.desk("mediator2"), ref, kind=SessionKind.JOINT, starts_at=charity.now, online=True
        )


def test_C2_C10_the_next_mediator_gets_nothing_that_was_planned_or_kept_with_one_participant(charity: World) -> None:
    ref = begun(charity)
    desk = charity.desk("mediator")
    tomorrow = london_date(charity.now) + timedelta(days=1)
    add_task(desk, CASE, text="Ask about the knife", due_on=tomorrow, compartment="sole:party_a")
    make_appointment(
        desk,
        CASE,
        kind=AppointmentKind.CALL,
        compartment="sole:party_a",
        day=tomorrow,
        start=time(10),
        minutes=30,
        about="He drinks",
    )
    kept = make_proposal(desk, ref, made_by="party_a", text="KEPT-WORDS", offered=False)
    held, planned = (
        sessions.plan_session(
            charity.desk("mediator", chance=Random(day)),
            ref,
            kind=SessionKind.PRIVATE,
            starts_at=charity.now + timedelta(days=day),
            online=False,
            place="Her refuge",
            with_whom="party_a",
        )
        for day in (0, 3)
    )
    sessions.hold_session(desk, held, attended=["party_a"])
    charity.later(minutes=1)

    change_mediator(charity.desk("manager"), ref, to="mediator2")
    charity.later(minutes=1)

    after = charity.desk("mediator2")
    assert [task.text for task in own_tasks(after).rows] == [
        "The mediator before had something to do, or to meet for, with them: speak with them anew."
    ]
    assert appointments_between(after, tomorrow, tomorrow) == ()
    assert [one.ref for one in sessions_of(after, ref)] == [planned]
    for move in (
        lambda: move_proposal(after, kept, ProposalStatus.OFFERED),
        lambda: accept_proposal(after, kept, participant="party_a"),
    ):
        with pytest.raises(NotFound):
            move()
    assert proposals_of(after, ref) == ()


def test_C13_the_next_mediator_agrees_to_a_recording_themselves(charity: World) -> None:
    ref = started(charity)
    starts = charity.now + timedelta(days=2)
    agreed = dict.fromkeys(("party_a", "party_b", "mediator"), charity.now)
    recording = ask_to_record(charity.desk("mediator"), ref, session_starts=starts, purpose="Minutes", agreed=agreed)
    assert recordings_of(charity.desk("mediator"), ref).rows[0].status is RecordingStatus.AGREED
    charity.later(minutes=1)

    change_mediator(charity.desk("manager"), ref, to="mediator2")
    charity.later(minutes=1)

    [row] = recordings_of(charity.desk("mediator2"), ref).rows
    assert (row.status, set(row.not_yet)) == (RecordingStatus.REQUESTED, {"mediator2"})
    agree_to_record(charity.desk("mediator2"), recording, participant="mediator2")
    assert recordings_of(charity.desk("mediator2"), ref).rows[0].status is RecordingStatus.AGREED


def test_C5_nobody_with_a_tie_or_with_work_for_a_party_takes_a_mediation_over(charity: World) -> None:
    ref = started(charity)
    charity.conflict("mediator2", "party_b")

    with pytest.raises(Refused) as refused:
        change_mediator(charity.desk("manager"), ref, to="mediator2")
    assert refused.value.decision.primary == "conflict_of_interest"
    with pytest.raises(Invalid):
        change_mediator(charity.desk("manager"), ref, to="worker_a")
    with pytest.raises(Conflict):
        change_mediator(charity.desk("manager"), ref, to="mediator")
    with pytest.raises(Refused):
        change_mediator(charity.desk("mediator"), ref, to="mediator2")
    charity.person("mediator3", roles=[Role.MEDIATOR])
    end_mediation(charity.desk("mediator"), ref, because=EndedBecause.BY_CHOICE)
    with pytest.raises(Conflict):
        change_mediator(charity.desk("manager"), ref, to="mediator3")


def test_C10_one_whose_mediator_has_left_goes_to_another(charity: World) -> None:
    ref = started(charity)
    record_leaver(charity.desk("manager"), "mediator")
    charity.later(minutes=1)

    change_mediator(charity.desk("manager"), ref, to="mediator2")

    assert [one.ref for one in own_mediations(charity.desk("mediator2"))] == [ref]


@pytest.mark.both_databases
def test_C6_a_mediation_ends_with_its_case_and_another_can_start_when_it_is_reopened(charity: World) -> None:
    ref = begun(charity)
    session = sessions.plan_session(
        charity.desk("mediator"), ref, kind=SessionKind.JOINT, starts_at=charity.now + timedelta(days=3), online=True
    )
    charity.later(minutes=1)

    close_case(charity.desk("manager"), CASE, reason="They moved away")

    assert status(charity, ref) is MediationStatus.TERMINATED
    planned = charity.one(MediationSession, ref=session)
    assert planned is not None
    assert planned.status is SessionStatus.CANCELLED
    charity.later(days=1)
    reopen_case(charity.desk("manager"), CASE)
    charity.later(minutes=1)
    assert started(charity, chance=Random("again")) != ref


def test_C6_one_left_over_from_a_closing_before_is_ended_by_the_reopening(charity: World) -> None:
    ref = started(charity)
    charity.close(CASE)
    charity.later(minutes=1)

    reopen_case(charity.desk("manager"), CASE)

    assert status(charity, ref) is MediationStatus.TERMINATED


def test_C10_one_that_has_started_goes_no_further_while_somebody_is_to_look_first(charity: World) -> None:
    ref = started(charity)
    set_look_first(charity.desk("manager"), CASE, reason="A word of her sister")
    for who in ("party_a", "party_b"):
        screen(charity, ref, who)
        agree(charity, ref, who)
    assert status(charity, ref) is MediationStatus.ASSESSMENT
    with pytest.raises(Conflict, match="looks at this case first"):
        sessions.plan_session(
            charity.desk("mediator"),
            ref,
            kind=SessionKind.JOINT,
            starts_at=charity.now + timedelta(days=3),
            online=True,
        )

    decide_look_first(charity.desk("manager"), CASE, decision=LookStep.MAY_MEDIATE, reason="We spoke with her")
    charity.later(minutes=1)
    sessions.plan_session(
        charity.desk("mediator"), ref, kind=SessionKind.JOINT, starts_at=charity.now + timedelta(days=3), online=True
    )

    assert status(charity, ref) is MediationStatus.IN_PROGRESS
