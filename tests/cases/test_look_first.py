"""Looking first: allocation and mediation stop at a case until somebody who may decide has looked; two take it off."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from okf.cases.commands.families import answer_link, ask_to_link
from okf.cases.commands.grants import NewGrant, confirm_grant, grant_access
from okf.cases.commands.handovers import hand_over
from okf.cases.commands.look_first import answer_taking_off, ask_to_take_off, decide_look_first, set_look_first
from okf.cases.queries.look_first import cases_to_look_at, look_first_on
from okf.errors import Conflict, Invalid, NotFound, Refused
from okf.mediation.commands.mediations import change_mediator, start_mediation
from okf.policy.facts import LookStepFacts
from okf.policy.look_first import asked_off_by, stands, stops_allocation
from okf.store.models import AccessGrant, CaseLink, LookFirstStep, Mediation
from okf.terms import Action, Capacity, MediationKind, MediationStatus, Role
from okf.terms.caseload import CaseLinkKind
from okf.terms.look_first import LookStep
from okf.today.queries.pending import pending_items
from tests.behind import unrecorded
from tests.cases.test_confirming import shown
from tests.world import World

WHY = "She said that he reads her telephone"


@pytest.fixture
def charity(world: World) -> World:
    """A case without a caseworker that is to be looked at first."""
    for name in ("manager", "manager2"):
        world.manager(name)
    world.dsl()
    world.caseworker()
    world.person("mediator", roles=[Role.MEDIATOR])
    world.case("OKF-1", parties=["party_a", "party_b"])
    set_look_first(world.desk("manager"), "OKF-1", reason=WHY)
    world.later(minutes=1)
    return world


def allocate(world: World, seed: str = "allocate") -> None:
    new = NewGrant("caseworker", Capacity.STAFF, ["sole:party_a", "joint"], "Casework", lead_for="party_a")
    grant_access(world.desk("manager", chance=Random(seed)), "OKF-1", new)


def mediate(world: World) -> str:
    return start_mediation(world.desk("manager"), "OKF-1", kind=MediationKind.INFORMAL, mediator="mediator")


def decide(world: World, decision: LookStep, by: str = "dsl") -> None:
    decide_look_first(world.desk(by), "OKF-1", decision=decision, reason="Spoken through with her alone")
    world.later(minutes=1)


@pytest.mark.both_databases
def test_C3_C10_nobody_leads_and_no_mediation_begins_before_somebody_has_looked(charity: World) -> None:
    for act in (allocate, mediate):
        with pytest.raises(Refused) as refused:
            act(charity)
        assert refused.value.decision.primary == "look_first"

    decide(charity, LookStep.MAY_ALLOCATE)

    allocate(charity)
    with pytest.raises(Refused):
        mediate(charity)
    decide(charity, LookStep.NO_MEDIATION)
    with pytest.raises(Refused):
        mediate(charity)
    decide(charity, LookStep.MAY_MEDIATE, by="manager2")
    assert mediate(charity)


def test_other_access_is_given_as_ever(charity: World) -> None:
    grant_access(charity.desk("manager"), "OKF-1", NewGrant("caseworker", Capacity.STAFF, ["joint"], "To help"))


@pytest.mark.both_databases
def test_two_people_take_it_off(charity: World) -> None:
    ask_to_take_off(charity.desk("manager"), "OKF-1", reason="It was a mistake")
    charity.later(minutes=1)
    with pytest.raises(Refused) as refused:
        answer_taking_off(charity.desk("manager"), "OKF-1", agree=True, reason="I still think so")
    assert refused.value.decision.primary == "own_review"
    with pytest.raises(Refused):
        allocate(charity)
    with pytest.raises(Conflict):
        ask_to_take_off(charity.desk("dsl"), "OKF-1", reason="Again")
    assert cases_to_look_at(charity.desk("dsl")) == ("OKF-1",)
    decide(charity, LookStep.MAY_ALLOCATE)
    assert cases_to_look_at(charity.desk("manager")) == ()  # the second person is somebody else
    assert cases_to_look_at(charity.desk("dsl")) == ("OKF-1",)

    answer_taking_off(charity.desk("dsl"), "OKF-1", agree=False, reason="Not yet")
    charity.later(minutes=1)
    with pytest.raises(Conflict):
        answer_taking_off(charity.desk("dsl"), "OKF-1", agree=True, reason="Now")
    assert cases_to_look_at(charity.desk("dsl")) == ()
    ask_to_take_off(charity.desk("manager"), "OKF-1", reason="It was a mistake")
    charity.later(minutes=1)
    answer_taking_off(charity.desk("dsl"), "OKF-1", agree=True, reason="We spoke with her")

    allocate(charity)
    assert mediate(charity)
    with pytest.raises(Conflict):
        decide(charity, LookStep.MAY_ALLOCATE)


def test_set_again_it_waits_for_a_new_decision(charity: World) -> None:
    decide(charity, LookStep.MAY_ALLOCATE)
    ask_to_take_off(charity.desk("manager"), "OKF-1", reason="It was a mistake")
    charity.later(minutes=1)
    answer_taking_off(charity.desk("dsl"), "OKF-1", agree=True, reason="We spoke with her")
    charity.later(minutes=1)

    set_look_first(charity.desk("dsl"), "OKF-1", reason="She rang again")

    with pytest.raises(Refused):
        allocate(charity)


def test_why_it_stands_is_for_those_who_decide(charity: World) -> None:
    charity.grant("caseworker", "OKF-1", compartments=["sole:party_a", "sole:party_b", "joint", "internal"])

    found = look_first_on(charity.desk("dsl"), "OKF-1")
    assert found is not None
    assert [(one.kind, one.by, one.reason) for one in found.steps] == [(LookStep.SET, "Manager", WHY)]
    assert look_first_on(charity.desk("caseworker"), "OKF-1") is None
    with pytest.raises(Refused):
        cases_to_look_at(charity.desk("caseworker"))
    for command in (set_look_first, ask_to_take_off):
        with pytest.raises(Refused):
            command(charity.desk("caseworker"), "OKF-1", reason="I would rather")
    assert "telephone" not in repr([event.facts for event in charity.events()])


def test_it_waits_on_today_of_those_who_decide_but_not_of_one_with_a_tie(charity: World) -> None:
    charity.conflict("manager2", "party_b")

    said = {who: [one.text for one in pending_items(charity.desk(who))] for who in ("manager", "dsl", "manager2")}

    assert all("1 case waits for you to look first" in said[who] for who in ("manager", "dsl"))
    assert "1 case waits for you to look first" not in said["manager2"]
    with pytest.raises(Refused):
        decide(charity, LookStep.MAY_ALLOCATE, by="manager2")


def test_wrong_tries_are_told_in_words(charity: World) -> None:
    with pytest.raises(Invalid):
        decide_look_first(charity.desk("dsl"), "OKF-1", decision=LookStep.MAY_ALLOCATE, reason=" ")
    with pytest.raises(Invalid):
        decide_look_first(charity.desk("dsl"), "OKF-1", decision=LookStep.OFF, reason="By myself")
    with pytest.raises(Conflict):
        set_look_first(charity.desk("dsl"), "OKF-1", reason="Twice")
    with pytest.raises(NotFound):
        set_look_first(charity.desk("dsl"), "OKF-NONE", reason="Nowhere")
    charity.close("OKF-1")
    assert charity.reasons("dsl", Action.LOOK_FIRST, "OKF-1") == ["case_closed"]


def test_a_mediation_that_waits_is_listed_until_somebody_has_said_whether_it_may_begin(charity: World) -> None:
    decide(charity, LookStep.MAY_ALLOCATE)
    assert cases_to_look_at(charity.desk("dsl")) == ()
    charity.mediation("OKF-1", mediator="mediator")
    with unrecorded(charity.store) as session:
        session.get_one(Mediation, "MED-1").status = MediationStatus.ASSESSMENT

    assert cases_to_look_at(charity.desk("dsl")) == ("OKF-1",)
    decide(charity, LookStep.MAY_MEDIATE)
    assert cases_to_look_at(charity.desk("dsl")) == ()


def test_one_decision_leaves_the_other_on_the_list(charity: World) -> None:
    decide(charity, LookStep.MAY_MEDIATE)

    assert cases_to_look_at(charity.desk("dsl")) == ("OKF-1",)


def runs_of(length: int) -> list[tuple[LookStep, ...]]:
    """Every run of steps of this length that the commands allow; a further caller sets it anew at any time."""
    if length == 1:
        return [(LookStep.SET,)]
    return [(*run, kind) for run in runs_of(length - 1) for kind in (LookStep.SET, *next_steps(run))]


def next_steps(run: tuple[LookStep, ...]) -> tuple[LookStep, ...]:
    so_far = [LookStepFacts(kind, "manager") for kind in run]
    if not stands(so_far):
        return ()
    if asked_off_by(so_far):
        return LookStep.MAY_ALLOCATE, LookStep.STAYS, LookStep.OFF
    return LookStep.MAY_ALLOCATE, LookStep.OFF_ASKED


def test_the_list_says_of_every_run_of_steps_what_the_policy_says(world: World) -> None:
    for name in ("manager", "manager2"):
        world.manager(name)
    runs = {f"OKF-{number}": run for number, run in enumerate(runs_of(5), 1)}
    for ref in runs:
        world.case(ref, parties=["party_a", "party_b"])
    with unrecorded(world.store) as session:
        for ref, kind in ((ref, kind) for ref, run in runs.items() for kind in run):
            session.add(LookFirstStep(case_ref=ref, kind=kind, at=world.now, by="manager"))
            session.flush()

    def waits(ref: str, who: str) -> bool:
        with (desk := world.desk(who)).reading() as session:
            case = desk.question(session, Action.LOOK_FIRST, ref).case
        assert case is not None
        return stops_allocation(case) or asked_off_by(case.looks) not in (None, who)

    for who in ("manager", "manager2"):
        assert set(cases_to_look_at(world.desk(who))) == {ref for ref in runs if waits(ref, who)}


# What was on its way when it was set


@pytest.mark.both_databases
@pytest.mark.parametrize("by_handover", [True, False])
def test_C3_nobody_begins_to_lead_who_was_to_before_it_was_set(charity: World, by_handover: bool) -> None:
    charity.case("OKF-2", parties=["party_c", "party_d"])
    charity.caseworker("before")
    soon = charity.now + timedelta(days=2)
    scope = ["sole:party_c", "joint"]
    if by_handover:
        charity.grant("before", "OKF-2", compartments=scope, lead_for="party_c")
        charity.later(minutes=1)
        desk = charity.desk("manager", chance=Random(1))
        hand_over(desk, "OKF-2", from_person="before", to_person="caseworker", party="party_c", on=soon)
    else:
        new = NewGrant("caseworker", Capacity.STAFF, scope, "Casework", from_=soon, lead_for="party_c")
        grant_access(charity.desk("manager"), "OKF-2", new)

    set_look_first(charity.desk("dsl"), "OKF-2", reason=WHY)
    charity.later(days=3)

    assert not charity.may("caseworker", Action.OPEN_CASE, "OKF-2")
    assert charity.may("before", Action.OPEN_CASE, "OKF-2") is by_handover


@pytest.mark.both_databases
@pytest.mark.parametrize("kind", [CaseLinkKind.LINKED, CaseLinkKind.JOINED])
def test_C3_C10_what_stops_a_case_stops_those_linked_with_it(charity: World, kind: CaseLinkKind) -> None:
    charity.case("OKF-2", parties=["party_b", "party_a"])
    ask_to_link(charity.desk("manager"), "OKF-2", "OKF-1", kind=kind, why="One family")
    answer_link(charity.desk("manager2"), charity.all(CaseLink)[0].ref, agree=True)
    new = NewGrant("caseworker", Capacity.STAFF, ["sole:party_a", "joint"], "Casework", lead_for="party_a")

    def lead() -> None:
        grant_access(charity.desk("manager", chance=Random(7)), "OKF-2", new)

    def mediate_there() -> None:
        start_mediation(charity.desk("manager"), "OKF-2", kind=MediationKind.INFORMAL, mediator="mediator")

    for act in (lead, mediate_there):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.decision.primary == "look_first"

    stays = "OKF-2" if kind is CaseLinkKind.JOINED else "OKF-1"  # what stood on a joined case stands on that one
    for decision in (LookStep.MAY_ALLOCATE, LookStep.MAY_MEDIATE):
        decide_look_first(charity.desk("dsl"), stays, decision=decision, reason="Spoken through with her alone")
    lead()
    mediate_there()


def test_C10_no_other_mediator_is_named_before_somebody_has_looked(charity: World) -> None:
    decide(charity, LookStep.MAY_MEDIATE)
    ref = mediate(charity)
    decide(charity, LookStep.NO_MEDIATION)
    charity.person("mediator2", roles=[Role.MEDIATOR])

    with pytest.raises(Refused) as refused:
        change_mediator(charity.desk("manager"), ref, to="mediator2")

    assert refused.value.decision.primary == "look_first"


def test_C5_whoever_leads_already_is_confirmed_all_the_same(charity: World) -> None:
    held = charity.grant("caseworker", "OKF-1", compartments=["sole:party_a", "joint"], lead_for="party_a")

    confirm_grant(charity.desk("manager"), shown(charity, held))

    [confirmed] = charity.all(AccessGrant, id=held)
    assert confirmed.confirmed_by == "manager"
