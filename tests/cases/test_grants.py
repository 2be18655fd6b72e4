"""Access grants: given, ended, revoked, handed over; and emergency access, conflicts, records, tasks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from okf.cases.commands.access_routes import open_emergency_access, review_emergency_access
from okf.cases.commands.conflicts import declare_conflict, lift_conflict
from okf.cases.commands.grants import NewGrant, end_grant, grant_access, revoke_grant
from okf.cases.commands.handovers import end_lapsed_grants, hand_over
from okf.cases.commands.tasks import add_task, complete_task
from okf.errors import Conflict, Invalid, NotFound, Refused
from okf.records.commands.records import add_record
from okf.sharing.commands.express_agreements import agree_to_share
from okf.store.models import AccessGrant, AgreementStanding, Case, ExpressAgreement, Record, RecordSubject, Task
from okf.terms import Action, Capacity, RecordClass
from tests.world import World

NEW = {"capacity": Capacity.STAFF, "compartments": ["sole:party_a", "joint"], "purpose": "Casework"}


@pytest.fixture
def one_case(world: World) -> World:
    """A manager, two caseworkers, and a case that nobody holds yet."""
    world.manager()
    world.caseworker("caseworker_a")
    world.caseworker("caseworker_b")
    world.case("OKF-1", children=["child_c"])
    return world


def test_C5_a_grant_opens_its_parts_of_the_case_and_no_other(one_case):
    grant_access(one_case.desk("manager"), "OKF-1", NewGrant(to="caseworker_a", **NEW))

    assert one_case.may("caseworker_a", Action.READ_RECORD, "OKF-1", compartment="sole:party_a")
    assert one_case.reasons("caseworker_a", Action.READ_RECORD, "OKF-1", compartment="sole:party_b") == ["other_source"]


def test_C5_nobody_grants_to_themselves(one_case):
    with pytest.raises(Refused) as refused:
        grant_access(one_case.desk("manager"), "OKF-1", NewGrant(to="manager", **NEW))

    assert refused.value.decision.primary == "own_grant"


def test_C7_a_grant_in_another_capacity_asks_for_its_own_agreement(one_case):
    grant_access(
        one_case.desk("manager"), "OKF-1", NewGrant(to="caseworker_a", **{**NEW, "capacity": Capacity.VOLUNTEER})
    )

    assert {s.kind for s in one_case.all(AgreementStanding, person="caseworker_a")} == {"staff", "volunteer"}
    assert not one_case.may("caseworker_a", Action.OPEN_CASE, "OKF-1")


@pytest.mark.one_database
@pytest.mark.parametrize(
    "wrong",
    [
        {"compartments": []},
        {"compartments": ["sole:somebody"]},
        {"compartments": ["joint"], "lead_for": "party_a"},
        {"lead_for": "child_c"},
        {"purpose": " "},
        {"capacity": Capacity.ALLIED_PARTNER},
        {"until": date(2026, 1, 1)},
    ],
)
def test_a_grant_that_does_not_fit_the_case_is_not_given(one_case, wrong):
    if "until" in wrong:
        wrong = {"until": one_case.now - timedelta(days=1)}
    with pytest.raises(Refused if "capacity" in wrong else Invalid):
        grant_access(one_case.desk("manager"), "OKF-1", NewGrant(to="caseworker_a", **{**NEW, **wrong}))

    assert one_case.count(AccessGrant) == 0


def test_C3_a_case_is_unallocated_until_every_party_has_a_lead(one_case):
    desk = one_case.desk("manager")
    grant_access(desk, "OKF-1", NewGrant(to="caseworker_a", lead_for="party_a", **NEW))
    assert one_case.one(Case, ref="OKF-1").unallocated_since is not None

    grant_access(
        desk,
        "OKF-1",
        NewGrant(
            to="caseworker_b",
            capacity=Capacity.STAFF,
            compartments=["sole:party_b"],
            purpose="Casework",
            lead_for="party_b",
        ),
    )

    assert one_case.one(Case, ref="OKF-1").unallocated_since is None


def test_C3_a_party_has_one_lead_caseworker(one_case):
    desk = one_case.desk("manager")
    grant_access(desk, "OKF-1", NewGrant(to="caseworker_a", lead_for="party_a", **NEW))

    with pytest.raises(Conflict):
        grant_access(desk, "OKF-1", NewGrant(to="caseworker_b", lead_for="party_a", **NEW))


@pytest.mark.both_databases
def test_C3_handing_over_starts_one_access_and_ends_the_other_together(one_case):
    desk = one_case.desk("manager")
    old = grant_access(desk, "OKF-1", NewGrant(to="caseworker_a", lead_for="party_a", **NEW))

    new = hand_over(desk, "OKF-1", party="party_a", from_person="caseworker_a", to_person="caseworker_b")

    assert not one_case.may("caseworker_a", Action.OPEN_CASE, "OKF-1")
    assert one_case.may("caseworker_b", Action.OPEN_CASE, "OKF-1")
    grants = {grant.id: grant for grant in one_case.all(AccessGrant)}
    assert grants[old].ended_at == grants[new].from_ == one_case.now
    assert grants[new].compartments == NEW["compartments"]
    with pytest.raises(Conflict):
        hand_over(desk, "OKF-1", party="party_a", from_person="caseworker_a", to_person="caseworker_b")


def test_C5_a_revocation_works_at_once_and_says_so(one_case):
    desk = one_case.desk("manager")
    grant = grant_access(desk, "OKF-1", NewGrant(to="caseworker_a", **NEW))

    revoke_grant(desk, grant)

    assert one_case.reasons("caseworker_a", Action.OPEN_CASE, "OKF-1") == ["grant_revoked"]
    with pytest.raises(Conflict):
        end_grant(desk, grant)


def test_a_grant_that_one_may_not_know_of_is_not_ended(one_case):
    grant = grant_access(one_case.desk("manager"), "OKF-1", NewGrant(to="caseworker_a", **NEW))

    with pytest.raises(Refused):
        end_grant(one_case.desk("caseworker_b"), grant)
    with pytest.raises(NotFound):
        end_grant(one_case.desk("manager"), "G-NOT")


def test_what_ran_out_is_put_on_record_and_leaves_the_lists(one_case):
    until = one_case.now + timedelta(days=1)
    grant_access(one_case.desk("manager"), "OKF-1", NewGrant(to="caseworker_a", until=until, lead_for="party_a", **NEW))
    assert end_lapsed_grants(one_case.host()) == 0
    one_case.later(days=2)

    assert end_lapsed_grants(one_case.host()) == 1

    assert one_case.one(AccessGrant, person="caseworker_a").ended_at == until
    assert one_case.reasons("caseworker_a", Action.OPEN_CASE, "OKF-1") == ["grant_expired"]


def test_C5_a_declared_conflict_blocks_a_valid_grant_until_somebody_else_lifts_it(one_case):
    one_case.grant("caseworker_a", "OKF-1")
    tie = declare_conflict(one_case.desk("caseworker_a"), "party_b", reason="Her brother")
    assert one_case.reasons("caseworker_a", Action.OPEN_CASE, "OKF-1") == ["conflict_of_interest"]

    with pytest.raises(Refused):
        lift_conflict(one_case.desk("caseworker_a"), tie, reason="We made up")
    lift_conflict(one_case.desk("manager"), tie, reason="Not her brother")

    assert one_case.may("caseworker_a", Action.OPEN_CASE, "OKF-1")


def test_C4_declaring_a_conflict_does_not_tell_who_is_a_service_user(one_case):
    told = []
    for ref in ("party_a", "nobody_at_all"):
        with pytest.raises(NotFound) as missing:
            declare_conflict(one_case.desk("caseworker_b"), ref, reason="A neighbour")
        told.append(str(missing.value).replace(ref, "REF"))

    assert told[0] == told[1]


def test_C5_emergency_access_is_for_a_written_reason_and_reviewed_by_somebody_else(one_case):
    one_case.dsl()
    one_case.dsl("deputy")
    with pytest.raises(Invalid):
        open_emergency_access(one_case.desk("dsl"), "OKF-1", reason="urgent")

    opened = open_emergency_access(one_case.desk("dsl"), "OKF-1", reason="The police are at the door now")

    assert one_case.may("dsl", Action.OPEN_CASE, "OKF-1")
    with pytest.raises(Refused):
        review_emergency_access(one_case.desk("dsl"), opened, justified=True, finding="All well")
    review_emergency_access(one_case.desk("deputy"), opened, justified=True, finding="It was needed")
    with pytest.raises(Conflict):
        review_emergency_access(one_case.desk("deputy"), opened, justified=True, finding="Again")
    one_case.later(hours=4)
    assert not one_case.may("dsl", Action.OPEN_CASE, "OKF-1")
    assert "police" not in repr([event.facts for event in one_case.events()])


def test_C2_the_source_fixes_the_part_of_the_case(one_case):
    one_case.grant("caseworker_a", "OKF-1", compartments=["sole:party_a", "joint"])
    told = {"title": "Call", "text": "They spoke.", "occurred_at": one_case.now, "record_class": RecordClass.NOTE}

    ref = add_record(one_case.desk("caseworker_a"), "OKF-1", source="party_a", subjects=["party_b"], **told)

    record = one_case.one(Record, id=ref)
    assert (record.compartment, record.written_by) == ("sole:party_a", "caseworker_a")
    assert one_case.one(RecordSubject, record_id=ref).service_user == "party_b"
    for source in ("party_b", "child_c", "internal", "somebody"):
        with pytest.raises(Refused):
            add_record(one_case.desk("caseworker_a"), "OKF-1", source=source, subjects=["party_b"], **told)


@pytest.mark.one_database
@pytest.mark.parametrize(
    "wrong",
    [
        {"text": "  "},
        {"subjects": []},
        {"subjects": ["somebody"]},
        {"record_class": RecordClass.OUTCOME_SUMMARY},
        {"text": "x" * 100_001},
    ],
)
def test_a_record_that_does_not_fit_is_not_kept(one_case, wrong):
    one_case.grant("caseworker_a", "OKF-1")
    told = {
        "record_class": RecordClass.NOTE,
        "source": "joint",
        "subjects": ["party_a"],
        "title": "",
        "text": "They met.",
        "occurred_at": one_case.now,
        "present": ["party_a", "party_b"],
    }

    with pytest.raises(Invalid):
        add_record(one_case.desk("caseworker_a"), "OKF-1", **{**told, **wrong})

    assert one_case.count(Record) == 0


def test_a_task_is_for_somebody_with_access_and_is_done_once(one_case):
    one_case.grant("caseworker_a", "OKF-1")
    desk = one_case.desk("caseworker_a")
    with pytest.raises(Invalid):
        add_task(desk, "OKF-1", text="Ring back", due_on=date(2026, 12, 1), assigned_to="caseworker_b")
    ref = add_task(desk, "OKF-1", text="Ring back", due_on=date(2026, 12, 1))

    complete_task(desk, ref)

    assert one_case.one(Task, ref=ref).done_by == "caseworker_a"
    with pytest.raises(Conflict):
        complete_task(desk, ref)
    with pytest.raises(NotFound):
        complete_task(one_case.desk("caseworker_b"), ref)


def test_C8_an_express_agreement_names_records_of_this_case(one_case):
    one_case.grant("caseworker_a", "OKF-1")
    desk = one_case.desk("caseworker_a")
    record = add_record(
        desk,
        "OKF-1",
        record_class=RecordClass.NOTE,
        source="party_a",
        subjects=["party_a"],
        title="",
        text="Told us.",
        occurred_at=one_case.now,
    )
    with pytest.raises(Invalid):
        agree_to_share(desk, "OKF-1", source="party_a", records=["N-NOT"], recipient={"type": "gp"})

    ref = agree_to_share(desk, "OKF-1", source="party_a", records=[record], recipient={"type": "gp", "name": "Dr Hay"})

    assert one_case.one(ExpressAgreement, id=ref).records == [record]
