"""Each way of giving an access refuses what the others refuse, and shows before who will read what (C5, C7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from okf.cases.commands.access_routes import open_emergency_access
from okf.cases.commands.cases import reopen_case
from okf.cases.commands.grants import NewGrant, confirm_grant, grant_access
from okf.cases.commands.handovers import hand_over
from okf.errors import Conflict, Refused
from okf.store.models import AccessGrant
from okf.terms import Capacity, RecordClass, Role
from tests.cases.test_confirming import shown
from tests.world import World

CASE = "OKF-1"
NOTES = [RecordClass.MEDIATION_JOINT_NOTE, RecordClass.MEDIATION_PRIVATE_NOTE]
Scope = dict[str, object]
OWN_SIDE: Scope = {"capacity": Capacity.STAFF, "compartments": ["sole:party_a"], "record_classes": [RecordClass.NOTE]}
MEDIATORS: Scope = {"capacity": Capacity.STAFF, "compartments": ["joint", "sole:party_a"], "record_classes": NOTES}
VOLUNTEERS: Scope = {"capacity": Capacity.VOLUNTEER, "compartments": ["internal"], "record_classes": []}
THERAPY: Scope = {
    "capacity": Capacity.VOLUNTEER,
    "compartments": ["joint"],
    "record_classes": [RecordClass.THERAPY_NOTE],
}
# What is wrong with giving it: the access, what the world does first, and whose access it is to be.
WRONG: dict[str, tuple[Scope, Callable[[World], object], str]] = {
    "a tie": (OWN_SIDE, lambda world: world.conflict("next_one", "party_b"), "next_one"),
    "an account that is off": (OWN_SIDE, lambda world: world.leave("next_one"), "next_one"),
    "one's own": (OWN_SIDE, lambda _: None, "manager"),
    "a mediator's, for none": (MEDIATORS, lambda _: None, "next_one"),
    "parts beyond the capacity": (VOLUNTEERS, lambda _: None, "next_one"),
    "kinds beyond the capacity": (THERAPY, lambda _: None, "next_one"),
}


@pytest.fixture
def charity(world: World) -> World:
    """A case, who held something on it, and who would next."""
    world.manager()
    world.manager("other_manager")
    world.caseworker("before")
    world.caseworker("next_one")
    world.case(CASE)
    return world


def by_grant(world: World, to: str, scope: Scope) -> None:
    grant_access(world.desk("manager"), CASE, NewGrant(to=to, purpose="support", **scope))  # type: ignore[arg-type]


def by_handover(world: World, to: str, scope: Scope) -> None:
    world.grant("before", CASE, **scope)
    hand_over(world.desk("manager"), CASE, from_person="before", to_person=to)


def by_confirming(world: World, to: str, scope: Scope) -> None:
    held = world.grant(to, CASE, **scope)
    confirm_grant(world.desk("manager"), shown(world, held))


def by_reopening(world: World, to: str, scope: Scope) -> None:
    world.close(CASE)
    world.later(minutes=1)
    reopen_case(world.desk("manager"), CASE, grants=[NewGrant(to=to, purpose="support", **scope)])  # type: ignore[arg-type]


WAYS = [by_grant, by_handover, by_confirming, by_reopening]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("wrong", WRONG)
def test_C5_no_way_of_giving_opens_what_another_refuses(charity: World, wrong: str, way: Callable[..., None]) -> None:
    scope, first, to = WRONG[wrong]
    first(charity)

    with pytest.raises(Refused), nothing_new(charity):
        way(charity, to, scope)


@pytest.mark.parametrize("way", WAYS)
def test_C5_each_way_gives_what_nothing_is_wrong_with(charity: World, way: Callable[..., None]) -> None:
    way(charity, "next_one", OWN_SIDE)

    assert [one.person for one in charity.all(AccessGrant) if one.ended_at is None] == ["next_one"]


@pytest.mark.parametrize("wrong", WRONG)
def test_C5_what_a_leaver_held_is_given_by_the_same_rules(charity: World, wrong: str) -> None:
    scope, first, to = WRONG[wrong]
    first(charity)
    charity.end_grant(charity.grant("before", CASE, **scope))
    charity.leave("before")
    charity.later(minutes=1)

    with pytest.raises(Refused), nothing_new(charity):
        hand_over(charity.desk("manager"), CASE, from_person="before", to_person=to)


@pytest.mark.parametrize("left", [True, False])
def test_C10_a_mediators_access_goes_by_naming_another_mediator_alone(charity: World, left: bool) -> None:
    for name in ("mediator", "next_mediator"):
        charity.person(name, roles=[Role.MEDIATOR])
    held = charity.grant("mediator", CASE, **MEDIATORS)
    if left:
        charity.end_grant(held)
        charity.leave("mediator")
        charity.later(minutes=1)

    with pytest.raises(Conflict, match="name another mediator"), nothing_new(charity):
        hand_over(charity.desk("manager"), CASE, from_person="mediator", to_person="next_mediator")


@pytest.mark.parametrize("tied", [True, False])
def test_C5_an_emergency_opens_nothing_to_whom_no_access_would_be_given(charity: World, tied: bool) -> None:
    if tied:
        charity.conflict("other_manager", "party_b")
    else:
        charity.close(CASE)
        charity.later(minutes=1)

    with pytest.raises(Refused):
        open_emergency_access(charity.desk("other_manager"), CASE, reason="A child may be in danger now")


@contextmanager
def nothing_new(world: World) -> Iterator[None]:
    """Nothing is given, confirmed, or ended meanwhile, but what the way itself began with."""
    try:
        yield
    finally:
        assert not [one for one in world.all(AccessGrant) if one.granted_by or one.confirmed_at]
