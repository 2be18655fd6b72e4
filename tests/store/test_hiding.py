"""C2: which group is hidden for another's sake is settled by a key, before anything is counted."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from okf.people.commands.keys import rotate_master_key
from okf.store.engine import Store
from okf.store.hiding import hiding_order
from tests.world import World

pytestmark = pytest.mark.one_database

AREAS = [f"Area {number}" for number in range(20)]


def hidden_first(world: World, table: str = "Cases, by area", groups: Sequence[str] = AREAS) -> list[str]:
    """The groups in the order in which they are hidden."""
    with world.store.reading() as session:
        numbers = hiding_order(session)(table, groups)
    return [group for _, group in sorted(zip(numbers, groups, strict=True))]


def test_C2_the_order_stays_whatever_is_written_and_under_a_new_master_key(world: World) -> None:
    world.service_user("first")
    before = hidden_first(world)
    world.case("OKF-1", area="Area 3", parties=["somebody"])
    rotate_master_key(world.host())

    assert hidden_first(world) == before
    assert sorted(before) == sorted(AREAS)
    assert before != AREAS


def test_C2_a_new_group_takes_its_place_and_moves_no_other(world: World) -> None:
    world.service_user("first")

    with_it = hidden_first(world, groups=["New", *AREAS])

    assert [one for one in with_it if one != "New"] == hidden_first(world)


def test_C2_each_table_and_each_installation_has_an_order_of_its_own(world: World) -> None:
    other = World(Store.in_memory())
    for one in (world, other):
        one.service_user("first")

    assert hidden_first(world, "Cases, by kind") != hidden_first(world)
    assert hidden_first(other) != hidden_first(world)
