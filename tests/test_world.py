"""The world itself: what it leaves unsaid makes the permitted path, on both databases."""

import pytest

from okf.store.models import AgreementStanding, Case, Person
from okf.terms import Action, Capacity, Role
from tests.world import World

pytestmark = pytest.mark.both_databases


def test_left_unsaid_everything_makes_the_permitted_path(world: World):
    worker = world.caseworker()
    world.case("OKF-1", children=["child_c"], granted_to=[worker])
    record = world.record("OKF-1")

    assert world.may(worker, Action.READ_RECORD, record=record)


def test_every_sentence_of_the_world_can_be_said(world: World):
    for capacity in Capacity:
        world.person(f"a_{capacity}", capacity=capacity, roles=[Role.CASEWORKER])
    manager = world.manager()
    world.dsl()
    world.volunteer(signed=None)
    case = world.case("OKF-1", children=["child_c"], granted_to=["a_staff"])
    world.mediation(case, mediator="a_staff")
    world.task(case, "a_staff")
    world.concern(case, about=["child_c"], about_people=["a_staff"])
    world.emergency("dsl", case)
    world.conflict("volunteer", "party_b")
    world.role(manager, Role.DEPUTY_DSL, since="2026-11-01", until="2026-12-01T12:00")
    world.setting("wind_down_days", 3)
    world.agreement(Capacity.STAFF, "2", world.now.date())
    world.sign(manager)
    grant = world.grant(manager, case)
    world.revoke(grant)
    world.close(case)
    world.reopen(case)
    world.leave("a_volunteer")

    assert world.events() == []
    assert world.one(Case, ref=case).unallocated_since is not None
    assert world.one(AgreementStanding, person=manager).version == "2"
    assert world.count(Person) == 8
