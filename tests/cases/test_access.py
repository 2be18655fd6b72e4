"""Access asked for, handed over, ended with its case, and opened again: by whom, and with what left behind."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta
from random import Random

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from okf.cases.commands.access_requests import refuse_access_request, request_access
from okf.cases.commands.access_routes import end_custody, end_emergency_access, open_custody, open_emergency_access
from okf.cases.commands.appointments import make_appointment
from okf.cases.commands.cases import close_case, open_case_file, reopen_case
from okf.cases.commands.grants import NewGrant, grant_access
from okf.cases.commands.handovers import end_lapsed_grants, hand_over
from okf.cases.commands.tasks import add_task, reassign_task
from okf.cases.queries.access_requests import own_requests, requests_to_decide
from okf.cases.queries.closing import closing_checklist
from okf.cases.queries.confirmations import grants_to_confirm
from okf.cases.queries.emergencies import emergencies_to_review
from okf.cases.queries.handovers import handover_notes
from okf.cases.queries.own_cases import cases_in_view
from okf.cases.queries.who_sees import Proposed, who_sees
from okf.clock import london_date
from okf.errors import CasebookError, Conflict, Invalid, NotFound, Refused
from okf.store.engine import Store
from okf.store.models import AccessGrant, AccessRequest, Appointment, Case, CustodyAccess, EmergencyAccess, Task
from okf.terms import Action, Capacity, RecordClass, Role
from okf.terms.records import AppointmentKind
from tests.world import World, instant

WHY = "I stand in for a colleague who is ill"
PURPOSE = "A subject access request of the mother"


@pytest.fixture
def one_case(world: World) -> World:
    """A case that a caseworker leads, with somebody who could take over, and those who decide."""
    world.manager()
    world.dsl()
    world.person("datalead", roles=[Role.DATA_PROTECTION_LEAD])
    for name in ("worker_a", "worker_b"):
        world.caseworker(name)
    world.case("OKF-1", parties=["party_a", "party_b"])
    world.grant("worker_a", "OKF-1", ref="G-A", compartments=["sole:party_a", "joint"], lead_for="party_a")
    return world


# Asking


def test_C4_asking_for_access_tells_nothing_of_whether_there_is_such_a_case(one_case):
    desk = one_case.desk("worker_b")
    for ref in ("OKF-1", "OKF-NOT"):
        request_access(desk, ref, reason=WHY)

    told = [(one.granted, one.answer) for one in own_requests(one_case.desk("worker_b"))]
    assert told == [(None, None), (None, None)]
    assert {(event.case_ref, event.outcome) for event in one_case.events()} == {(None, "allow")}
    assert {one.asked_for: one.known for one in requests_to_decide(one_case.desk("manager"))} == {
        "OKF-1": True,
        "OKF-NOT": False,
    }


def test_a_request_is_answered_once_and_by_somebody_else(one_case):
    ref = request_access(one_case.desk("manager"), "OKF-1", reason=WHY)

    with pytest.raises(Refused):
        refuse_access_request(one_case.desk("manager"), ref, answer="No")
    with pytest.raises(Refused):
        refuse_access_request(one_case.desk("worker_a"), ref, answer="No")
    refuse_access_request(one_case.desk("dsl"), ref, answer="Ask the lead caseworker.")

    with pytest.raises(Conflict):
        refuse_access_request(one_case.desk("dsl"), ref, answer="Again")
    answered = own_requests(one_case.desk("manager"))[0]
    assert (answered.granted, answered.answer) == (False, "Ask the lead caseworker.")


def test_a_grant_answers_the_request_for_that_case_alone(one_case):
    ref = request_access(one_case.desk("worker_b"), "OKF-1", reason=WHY)
    told = {"capacity": Capacity.STAFF, "compartments": ["joint"], "purpose": "Cover"}
    with pytest.raises(Conflict):
        grant_access(one_case.desk("manager"), "OKF-1", NewGrant(to="worker_a", **told), request=ref)

    grant = grant_access(one_case.desk("manager"), "OKF-1", NewGrant(to="worker_b", **told), request=ref)

    row = one_case.one(AccessRequest, ref=ref)
    assert (row.granted, row.grant_id, row.decided_by) == (True, grant, "manager")
    assert one_case.may("worker_b", Action.OPEN_CASE, "OKF-1")


@pytest.mark.one_database
@pytest.mark.parametrize("wrong", [{"reason": "please"}, {"case_ref": "Ann Bell"}, {"case_ref": " "}])
def test_a_request_names_a_reference_and_says_why(one_case, wrong):
    with pytest.raises(Invalid):
        request_access(one_case.desk("worker_b"), **{"case_ref": "OKF-1", "reason": WHY, **wrong})

    assert one_case.count(AccessRequest) == 0


# Handing over


def test_C3_a_handover_moves_tasks_and_leaves_what_must_be_known(one_case):
    task = one_case.task("OKF-1", "worker_a")

    hand_over(one_case.desk("manager"), "OKF-1", from_person="worker_a", to_person="worker_b", note="Call after six.")

    assert one_case.one(Task, ref=task).assigned_to == "worker_b"
    assert [one.note for one in handover_notes(one_case.desk("worker_b"), "OKF-1")] == ["Call after six."]
    assert not one_case.may("worker_a", Action.OPEN_CASE, "OKF-1")
    assert "after six" not in repr([event.facts for event in one_case.events()])


@pytest.mark.parametrize(
    "capacity, kind",
    [
        (Capacity.VOLUNTEER, RecordClass.TASK_NOTE),
        (Capacity.THERAPIST, RecordClass.THERAPY_NOTE),
        (Capacity.ALLIED_PARTNER, RecordClass.REFERRAL_PACK),
        (Capacity.STAFF, RecordClass.MEDIATION_PRIVATE_NOTE),
    ],
)
def test_C2_C5_a_handover_note_is_for_those_who_work_the_whole_side(one_case, capacity, kind):
    roles = [Role.MEDIATOR] if capacity is Capacity.STAFF else []
    one_case.person("helper", capacity=capacity, roles=roles)
    one_case.grant("helper", "OKF-1", capacity=capacity, compartments=["sole:party_a", "joint"], record_classes=[kind])

    hand_over(
        one_case.desk("manager"),
        "OKF-1",
        from_person="worker_a",
        to_person="worker_b",
        party="party_a",
        note="She is in a refuge.",
    )

    assert handover_notes(one_case.desk("helper"), "OKF-1") == ()
    assert [one.note for one in handover_notes(one_case.desk("worker_b"), "OKF-1")] == ["She is in a refuge."]


def test_C2_a_handover_of_one_side_leaves_the_other_sides_tasks_and_appointments(one_case):
    one_case.grant("worker_a", "OKF-1", ref="G-B", compartments=["sole:party_b"], lead_for="party_b")
    desk = one_case.desk("worker_a")
    tomorrow = london_date(one_case.now) + timedelta(days=1)
    for part in ("sole:party_a", "sole:party_b", None):
        add_task(desk, "OKF-1", text=f"For {part}", due_on=tomorrow, compartment=part)
    for part in ("sole:party_a", "sole:party_b"):
        make_appointment(
            desk,
            "OKF-1",
            kind=AppointmentKind.MEETING,
            compartment=part,
            day=tomorrow,
            start=time(10),
            minutes=30,
            about="Talk",
        )

    hand_over(one_case.desk("manager"), "OKF-1", from_person="worker_a", to_person="worker_b", party="party_a")

    held = {(one.compartment, one.assigned_to) for one in one_case.all(Task)}
    assert held == {("sole:party_a", "worker_b"), ("sole:party_b", "worker_a"), (None, "worker_a")}
    met = {(one.compartment, one.worker) for one in one_case.all(Appointment)}
    assert met == {("sole:party_a", "worker_b"), ("sole:party_b", "worker_a")}

    with pytest.raises(Invalid):  # who may not read that part is given no task of it
        reassign_task(one_case.desk("manager"), one_case.one(Task, compartment="sole:party_b").ref, to="worker_b")


def test_C2_a_task_of_no_part_goes_to_nobody_who_works_for_fewer_sides(one_case):
    one_case.grant("worker_b", "OKF-1", compartments=["sole:party_b", "joint"], lead_for="party_b")
    one_case.caseworker("beside")
    one_case.grant("beside", "OKF-1", compartments=["sole:party_a", "joint"])
    task = one_case.task("OKF-1", "worker_a")

    with pytest.raises(Invalid, match="belongs to no part"):
        reassign_task(one_case.desk("manager"), task, to="worker_b")
    with pytest.raises(Invalid, match="belongs to no part"):
        add_task(
            one_case.desk("worker_a"),
            "OKF-1",
            text="She is in a refuge",
            due_on=london_date(one_case.now),
            assigned_to="worker_b",
        )
    reassign_task(one_case.desk("manager"), task, to="beside")

    assert one_case.one(Task, ref=task).assigned_to == "beside"


def test_C3_a_handover_on_a_date_leaves_no_day_without_a_lead(one_case):
    soon, later = (one_case.task("OKF-1", "worker_a", due_on=date(2026, 11, day)) for day in (25, 30))
    on = instant("2026-11-28")

    hand_over(one_case.desk("manager"), "OKF-1", party="party_a", from_person="worker_a", to_person="worker_b", on=on)

    assert one_case.may("worker_a", Action.OPEN_CASE, "OKF-1")
    assert one_case.reasons("worker_b", Action.OPEN_CASE, "OKF-1") == ["grant_not_started"]
    assert [one_case.one(Task, ref=ref).assigned_to for ref in (soon, later)] == ["worker_a", "worker_b"]
    with pytest.raises(Conflict):
        hand_over(one_case.desk("manager"), "OKF-1", from_person="worker_a", to_person="worker_b")
    one_case.at("2026-11-28T00:00")
    assert not one_case.may("worker_a", Action.OPEN_CASE, "OKF-1")
    assert one_case.may("worker_b", Action.OPEN_CASE, "OKF-1")
    end_lapsed_grants(one_case.host())
    assert one_case.one(Task, ref=soon).assigned_to == "worker_b"


@pytest.mark.both_databases
def test_C3_of_two_who_hand_over_at_once_one_succeeds(one_case):
    one_case.manager("manager_two")
    one_case.caseworker("worker_c")

    def over(by_to: tuple[str, str]) -> str:
        by, to = by_to
        try:
            return hand_over(one_case.desk(by), "OKF-1", party="party_a", from_person="worker_a", to_person=to)
        except CasebookError as error:
            return type(error).__name__

    with ThreadPoolExecutor(2) as both:
        told = list(both.map(over, [("manager", "worker_b"), ("manager_two", "worker_c")]))

    assert sorted(one == "Conflict" for one in told) == [False, True]
    assert sum(grant.ended_at is None for grant in one_case.all(AccessGrant, lead_for="party_a")) == 1


# What an access opens, before it is given


def test_C5_who_will_see_what_is_what_the_policy_then_says(one_case):
    one_case.volunteer(signed=None)
    new = Proposed("volunteer", Capacity.VOLUNTEER, ("joint",), ("task_note",), None, None)

    rows = {row.person: row for row in who_sees(one_case.desk("manager"), "OKF-1", new).rows}

    assert rows["worker_a"].before == rows["worker_a"].after
    # A lead caseworker keeps what OKF itself wrote down of the case.
    assert set(rows["worker_a"].after) == {"sole:party_a", "joint", "internal"}
    seen = rows["volunteer"].after["joint"]
    assert (seen.kinds, seen.once_signed, rows["volunteer"].before) == ((RecordClass.TASK_NOTE,), True, {})
    with pytest.raises(NotFound):
        who_sees(one_case.desk("worker_b"), "OKF-1")


@pytest.mark.both_databases
def test_C5_what_nobody_looked_at_for_ninety_days_waits_for_somebody_else(one_case):
    one_case.grant("manager", "OKF-1", ref="G-M")

    assert {one.id for one in grants_to_confirm(one_case.desk("manager")).page.rows} == {"G-A"}
    assert {one.id for one in grants_to_confirm(one_case.desk("dsl")).page.rows} == {"G-A", "G-M"}


# Emergencies


def test_C5_an_emergency_access_ended_early_opens_nothing_and_is_still_reviewed(one_case):
    emergency = open_emergency_access(one_case.desk("dsl"), "OKF-1", reason="The police are at the door now")
    open_case_file(one_case.desk("dsl", session_id="s"), "OKF-1")
    one_case.later(minutes=5)
    with pytest.raises(NotFound):
        end_emergency_access(one_case.desk("manager"), emergency)

    end_emergency_access(one_case.desk("dsl"), emergency)

    assert not one_case.may("dsl", Action.OPEN_CASE, "OKF-1")
    assert [row.ref for row in cases_in_view(one_case.desk("dsl")).rows] == []
    review = emergencies_to_review(one_case.desk("manager"))[0]
    assert (review.until, review.ended_early) == (one_case.now, True)
    assert [done.action for done in review.done] == [Action.OPEN_CASE]
    assert emergencies_to_review(one_case.desk("dsl")) == ()
    assert one_case.one(EmergencyAccess, id=emergency).ended_at == one_case.now


# Closing, custody, reopening


@pytest.mark.one_database
@settings(max_examples=15)
@given(
    held=st.lists(
        st.tuples(st.sampled_from(["manager", "dsl", "worker"]), st.sampled_from(["joint", "sole:party_a"])), max_size=5
    ),
    emergency=st.booleans(),
    planned=st.booleans(),
)
def test_C6_closing_removes_the_case_from_everyones_list(held, emergency, planned):
    world = World(Store.in_memory())
    world.manager()
    world.manager("closer")
    world.dsl()
    world.caseworker("worker")
    world.case("OKF-1", parties=["party_a"])
    for person, part in held:
        world.grant(person, "OKF-1", compartments=[part], until=world.now + timedelta(days=9) if planned else None)
    if emergency:
        world.emergency("dsl", "OKF-1")

    close_case(world.desk("closer"), "OKF-1", reason="Settled")

    for person in ("manager", "closer", "dsl", "worker"):
        assert [row.ref for row in cases_in_view(world.desk(person)).rows] == []
        assert not world.may(person, Action.OPEN_CASE, "OKF-1")
    world.store.close()


@pytest.mark.both_databases
def test_C6_of_two_who_close_at_once_one_succeeds(one_case):
    one_case.manager("manager_two")

    def close(by: str) -> bool:
        try:
            close_case(one_case.desk(by), "OKF-1", reason="Settled")
        except CasebookError:
            return False
        return True

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(close, ["manager", "manager_two"])) == [False, True]


def test_C9_the_checklist_says_the_same_whether_or_not_a_concern_is_about_whoever_closes(one_case):
    one_case.task("OKF-1", "worker_a")
    before = closing_checklist(one_case.desk("manager"), "OKF-1")

    one_case.concern("OKF-1", about_people=["manager"], about=["party_a"])

    assert closing_checklist(one_case.desk("manager"), "OKF-1") == before
    assert (before.tasks, before.losing, before.to_the_day) == (1, ("Worker A",), False)


def test_C6_a_custodian_opens_a_closed_case_for_a_purpose_until_its_end(one_case):
    with pytest.raises(NotFound):
        open_custody(one_case.desk("datalead"), "OKF-1", purpose=PURPOSE, until=date(2026, 11, 24))
    close_case(one_case.desk("manager"), "OKF-1", reason="Settled", outcome="Contact runs well.")
    one_case.later(minutes=1)
    with pytest.raises(Invalid):
        open_custody(one_case.desk("datalead"), "OKF-1", purpose=PURPOSE, until=date(2026, 12, 24))
    with pytest.raises(Refused):
        open_custody(one_case.desk("manager"), "OKF-1", purpose=PURPOSE, until=date(2026, 11, 24))

    open_custody(one_case.desk("datalead"), "OKF-1", purpose=PURPOSE, until=date(2026, 11, 24))

    assert [row.ref for row in cases_in_view(one_case.desk("datalead")).rows] == ["OKF-1"]
    assert not one_case.may("datalead", Action.ADD_RECORD, "OKF-1")
    assert "subject access" not in repr([event.facts for event in one_case.events()])
    one_case.at("2026-11-25T00:00")
    assert not one_case.may("datalead", Action.OPEN_CASE, "OKF-1")


def test_C6_custody_ends_early_and_with_a_reopening(one_case):
    close_case(one_case.desk("manager"), "OKF-1", reason="Settled")
    one_case.later(minutes=1)
    first = open_custody(one_case.desk("dsl"), "OKF-1", purpose=PURPOSE, until=date(2026, 11, 24))
    second = open_custody(
        one_case.desk("datalead", chance=Random(2)), "OKF-1", purpose=PURPOSE, until=date(2026, 11, 24)
    )
    with pytest.raises(NotFound):
        end_custody(one_case.desk("dsl"), second)

    end_custody(one_case.desk("dsl"), first)
    reopen_case(one_case.desk("manager"), "OKF-1")

    assert {one.ended_at for one in one_case.all(CustodyAccess)} == {one_case.now}
    assert not any(one_case.may(who, Action.OPEN_CASE, "OKF-1") for who in ("dsl", "datalead"))


def test_C6_reopening_gives_new_access_in_the_same_step_or_nothing_at_all(one_case):
    close_case(one_case.desk("manager"), "OKF-1", reason="Settled")
    one_case.later(days=2)
    lead = NewGrant("worker_b", Capacity.STAFF, ["sole:party_a"], "Casework", lead_for="party_a")
    own = NewGrant("manager", Capacity.STAFF, ["joint"], "Oversight")
    with pytest.raises(Refused):
        reopen_case(one_case.desk("manager"), "OKF-1", grants=[lead, own])
    assert one_case.one(Case, ref="OKF-1").closed_at is not None

    reopen_case(one_case.desk("manager"), "OKF-1", grants=[lead])

    assert one_case.may("worker_b", Action.OPEN_CASE, "OKF-1")
    assert not one_case.may("worker_a", Action.OPEN_CASE, "OKF-1")
