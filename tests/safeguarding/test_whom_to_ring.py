"""Whom to ring stands on every page that says so, also where nobody is on duty: Christmas Eve, every lead away (C9)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from okf.policy.directory import Authority
from okf.safeguarding.commands.directory import enter_authority
from okf.store.models import PolicySetting, RotaShift
from okf.terms import Action, Role, Severity
from tests.conftest import Place
from tests.safeguarding.test_concern_pages import field, open_page, press, shown
from tests.safeguarding.test_inbox import gone
from tests.world import World

pytestmark = pytest.mark.one_database

COUNCIL = Authority(name="Harbour Council", is_default=True, out_of_hours_phone="020 7946 0999")
EVERYWHERE = ("Harbour Council", "020 7946 0999", "0808 800 5000", "tel:101", "tel:999")
XMAS_EVE = date(2026, 12, 24)


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    world.dsl(name="Dana Lead", phone="020 7946 0001")
    world.person("deputy", name="Dev Uty", roles=[Role.DEPUTY_DSL], phone="020 7946 0002")
    world.volunteer(signed=None)
    enter_authority(world.desk("dsl"), COUNCIL)
    return world


@pytest.fixture
def christmas_eve(charity: World) -> World:
    """At 16:30 every lead is away, and the rota still says that both are on duty."""
    press_hours(open_page(charity, "dsl", "on_duty"), "dsl", "020 7946 0100")
    press_hours(open_page(charity, "dsl", "on_duty"), "deputy", "020 7946 0200")
    for who in ("dsl", "deputy"):
        charity.absent(who, XMAS_EVE, date(2027, 1, 3))
    charity.at("2026-12-24T16:30")
    return charity


def press_hours(page: AppTest, who: str, phone: str) -> AppTest:
    page.selectbox(key="okf_rota_who_week").set_value(who)
    page.text_input(key="okf_rota_phone_week").set_value(phone)
    [button] = [one for one in page.button if one.label == "Enter every week's hours"]
    return button.click().run()


def raised(world: World, **words: str) -> AppTest:
    page = open_page(world, "volunteer", "raise_concern")
    page.radio[0].set_value(Severity.HIGH)
    field(page, "What was seen or said").set_value("He says that he will take her tonight.")
    press(page, "Raise concern")
    return page


PAGES: dict[str, Any] = {
    "the form": lambda world: open_page(world, "volunteer", "raise_concern"),
    "after raising": raised,
    "own reports": lambda world: open_page(world, "volunteer", "concerns"),
    "who is on duty": lambda world: open_page(world, "volunteer", "on_duty"),
    "a concern that does not open": lambda world: open_page(world, "volunteer", "concern", ref="K-9"),
}


@pytest.mark.parametrize("page", PAGES)
def test_on_christmas_eve_at_half_past_four_with_every_lead_away_each_page_says_whom_else_to_ring(
    christmas_eve: World, page: str
) -> None:
    told = shown(PAGES[page](christmas_eve))

    assert "Nobody is on duty for safeguarding now." in told
    for number in EVERYWHERE:
        assert number in told, number
    assert "020 7946 0100" not in told
    assert "020 7946 0002" not in told


@pytest.mark.parametrize("page", PAGES)
def test_beside_those_on_duty_the_same_numbers_stand_for_a_worry_about_one_of_them(charity: World, page: str) -> None:
    press_hours(open_page(charity, "dsl", "on_duty"), "dsl", "020 7946 0100")

    told = shown(PAGES[page](charity))

    assert "020 7946 0100" in told
    assert "If none of them answers, or your worry is about one of them" in told
    for number in EVERYWHERE:
        assert number in told, number


def test_at_three_at_night_nobody_guesses_that_a_lead_is_there(charity: World) -> None:
    charity.at("2026-11-24T03:00")

    told = shown(open_page(charity, "volunteer", "on_duty"))

    assert "It is not known who is on duty for safeguarding at this hour: no rota is entered" in told
    assert "Harbour Council" in told


def test_the_board_says_when_somebody_is_on_duty_again(charity: World) -> None:
    press_hours(open_page(charity, "dsl", "on_duty"), "dsl", "020 7946 0100")
    charity.at("2026-11-27T17:00")

    told = shown(open_page(charity, "volunteer", "on_duty"))

    assert "Somebody is again from 30 Nov 2026, 09:00." in told.replace("\\\\", "")


def test_with_the_database_down_it_is_as_last_known(charity: World, place: Place) -> None:
    press_hours(open_page(charity, "dsl", "on_duty"), "dsl", "020 7946 0100")
    shown(open_page(charity, "volunteer", "on_duty"))
    charity.store.engine.dispose()

    def script(desk):  # type: ignore[no-untyped-def]  # Streamlit runs its source alone
        from okf.safeguarding.views.on_duty import whom_to_ring

        whom_to_ring(desk)

    with gone(place):
        told = shown(AppTest.from_function(script, kwargs={"desk": charity.desk("volunteer")}).run())
    assert "as known at 23 Nov 2026" in told


def test_a_change_is_undone_on_the_page_and_whoever_may_not_sees_no_form(charity: World) -> None:
    page = press_hours(open_page(charity, "dsl", "on_duty"), "dsl", "020 7946 0100")
    assert page.success[0].value.startswith("On the rota: 5 new")
    assert "Hours that nobody has" in shown(page)

    press(page, "Undo the last change")

    assert "Undone" in page.success[0].value
    assert {one.removed_by for one in charity.all(RotaShift)} == {"dsl"}
    assert [one.label for one in open_page(charity, "volunteer", "on_duty").button] == []


def test_the_ladder_is_set_on_the_page_and_on_record(charity: World) -> None:
    page = open_page(charity, "deputy", "on_duty")
    page.number_input(key="okf_ladder_deputy_minutes").set_value(10)
    press(page, "Set it")

    assert "The ladder is set" in page.success[0].value
    set_now = charity.one(PolicySetting, name="ladder_deputy_minutes")
    assert set_now is not None
    assert (set_now.value, set_now.set_by) == ({"is": 10}, "deputy")
    assert charity.events(action=Action.SET_LADDER)[-1].facts == {"ladder_deputy_minutes": 10}
