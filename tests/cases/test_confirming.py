"""Access is confirmed as it stood on screen, person by person, and nothing else with it (C5)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Checkbox

from okf.cases.commands.grants import confirm_grants
from okf.cases.queries.confirmations import SHOWN, StaleGrant, ToConfirm, grants_as_they_are, grants_to_confirm
from okf.errors import Refused
from okf.paging import Page
from okf.policy.facts import PolicySettings
from okf.store.models import AccessGrant
from tests.behind import unrecorded
from tests.cases.test_case_pages import open_page
from tests.world import World


@pytest.fixture
def charity(world: World) -> World:
    """Vera uses one of her accesses and not the other; Vic uses his, and has not signed; all are long unconfirmed."""
    world.manager()
    world.volunteer("vera")
    world.volunteer("vic", signed=None)
    yesterday = world.now - timedelta(days=1)
    world.grant("vera", world.case("OKF-1"), ref="used", compartments=["joint"], last_opened_at=yesterday)
    world.grant("vera", world.case("OKF-2"), ref="unused", compartments=["joint"])
    world.grant("vic", "OKF-1", ref="vics", compartments=["joint"], last_opened_at=yesterday)
    return world


def shown(world: World, grant: str) -> StaleGrant:
    """An access as the page would show it now."""
    with world.desk("manager").reading() as session:
        return grants_as_they_are(session, world.now, PolicySettings(), [grant])[grant]


def waiting(world: World, page: Page | None = None) -> ToConfirm:
    return grants_to_confirm(world.desk("manager"), page or Page())


def confirmed(world: World) -> set[str]:
    return {grant.id for grant in world.all(AccessGrant) if grant.confirmed_by == "manager"}


@pytest.mark.both_databases
def test_each_persons_stand_together_and_what_is_not_used_comes_first(charity: World) -> None:
    rows = waiting(charity).page.rows

    assert [one.id for one in rows] == ["unused", "used", "vics"]
    assert [one.unused for one in rows] == [True, False, False]
    assert [one.suspended for one in rows] == [False, False, True]
    assert [one.last_opened_at is None for one in rows] == [True, False, False]


@pytest.mark.both_databases
def test_C5_what_is_no_longer_as_it_was_shown_is_left_out_by_name_and_the_rest_is_confirmed(charity: World) -> None:
    rows = waiting(charity).page.rows
    with unrecorded(charity.store) as session:
        session.get_one(AccessGrant, "vics").until = charity.now + timedelta(days=3)
    charity.later(minutes=1)

    left_out = confirm_grants(charity.desk("manager"), rows)

    assert confirmed(charity) == {"unused", "used"}
    assert [why.partition(":")[0] for why in left_out] == ["Vic, case OKF-1"]
    assert "look at it again" in left_out[0]


def test_C5_what_somebody_confirmed_meanwhile_is_not_confirmed_once_more(charity: World) -> None:
    rows = waiting(charity).page.rows
    confirm_grants(charity.desk("manager"), rows)
    charity.later(minutes=1)

    assert len(confirm_grants(charity.desk("manager"), rows)) == len(rows)
    with pytest.raises(Refused):
        confirm_grants(charity.desk("vera"), rows)


def test_C5_an_opening_in_between_makes_no_other_access_of_it(charity: World) -> None:
    rows = waiting(charity).page.rows
    with unrecorded(charity.store) as session:
        session.get_one(AccessGrant, "unused").last_opened_at = charity.now

    assert confirm_grants(charity.desk("manager"), rows) == ()
    assert confirmed(charity) == {"used", "unused", "vics"}


def test_those_that_are_left_for_another_day_hide_none_behind_them(charity: World) -> None:
    for number in range(SHOWN):
        charity.grant("vera", "OKF-1", ref=f"more{number:02}")
    first = waiting(charity)
    second = waiting(charity, Page(after=first.page.next))

    assert (len(first.page.rows), str(first.waiting)) == (SHOWN, str(SHOWN + 3))
    assert len({one.id for one in (*first.page.rows, *second.page.rows)}) == SHOWN + 3
    assert (second.page.next, waiting(charity, Page(before=second.page.previous)).page.rows) == (None, first.page.rows)


@pytest.mark.both_databases
def test_what_one_person_holds_can_be_looked_at_alone(charity: World) -> None:
    for number in range(SHOWN):
        charity.grant("vera", "OKF-1", ref=f"more{number:02}")

    vics = grants_to_confirm(charity.desk("manager"), person="vic")

    assert ([one.id for one in vics.page.rows], str(vics.waiting)) == (["vics"], str(SHOWN + 3))
    assert not grants_to_confirm(charity.desk("manager"), person="manager").page.rows  # one's own is somebody else's


def test_C5_one_persons_are_confirmed_alone_but_for_those_ticked(charity: World) -> None:
    page = open_page(charity, "manager", "confirmations", person="vera")
    page.checkbox("confirm_not_unused").check().run()
    sure(page).check().run()
    page.button("confirm_all").click().run()

    assert confirmed(charity) == {"used"}
    assert "1 confirmed, 2 left." in [one.value for one in page.success]


def test_C5_a_page_is_confirmed_but_for_those_ticked_and_its_tick_goes_with_it(charity: World) -> None:
    page = open_page(charity, "manager", "confirmations")
    page.checkbox("confirm_not_unused").check().run()
    sure(page).check().run()
    page.button("confirm_all").click().run()

    assert confirmed(charity) == {"used", "vics"}
    assert "2 confirmed, 1 left." in [one.value for one in page.success]
    assert page.checkbox("confirm_not_unused").value  # it is still on screen, and still ticked
    page.checkbox("confirm_not_unused").uncheck().run()
    assert not sure(page).value
    assert page.button("confirm_all").disabled


def test_C5_a_tick_does_not_hold_of_others_that_take_the_place_of_those_it_was_for(charity: World) -> None:
    for number in range(SHOWN):
        charity.grant("vera", "OKF-1", ref=f"more{number:02}", compartments=["joint"])
    page = open_page(charity, "manager", "confirmations")
    sure(page).check().run()
    assert not page.button("confirm_all").disabled

    assert confirm_grants(charity.desk("manager"), [shown(charity, "more00")]) == ()  # in another window
    page.run()

    assert sure(page).label.startswith(f"I have looked at {SHOWN} ")  # as many, and not the same ones
    assert page.button("confirm_all").disabled


def sure(page: AppTest) -> Checkbox:
    """The tick that says that they were all looked at."""
    [found] = [one for one in page.checkbox if one.label.startswith("I have looked at")]
    return found
