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

COUNCIL = Authority(
    name="Harbour Council", is_default=True, out_of_hours_phone="020 7946 0999", lado_phone="020 7946 0400"
)
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


def raised(
    world: World, severity: Severity = Severity.HIGH, words: str = "He says that he will take her tonight."
) -> AppTest:
    page = open_page(world, "volunteer", "raise_concern")
    page.radio[0].set_value(severity)
    field(page, "What was seen or said").set_value(words)
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


def test_where_nobody_is_on_duty_those_who_are_not_away_stand_with_the_rota_s_number_first(charity: World) -> None:
    press_hours(open_page(charity, "dsl", "on_duty"), "dsl", "020 7946 0100")
    charity.person("trustee", name="Tess Trust", roles=[Role.SAFEGUARDING_TRUSTEE])
    charity.absent("deputy", date(2026, 11, 27), date(2026, 11, 30))
    charity.at("2026-11-27T23:00")

    for who in ("volunteer", "trustee"):
        told = shown(open_page(charity, who, "on_duty"))
        assert "Nobody is on duty for safeguarding now." in told
        assert "tel:+442079460100" in told  # the rota's, not their own
        assert "020 7946 0001" not in told
        assert "020 7946 0002" not in told  # away


@pytest.mark.parametrize("severity, said", [(Severity.IMMEDIATE, "**Ring now:** "), (Severity.HIGH, "ring them now: ")])
def test_C9_after_an_urgent_concern_with_nobody_on_duty_and_no_mail_the_numbers_stand_in_the_sentence(
    charity: World, severity: Severity, said: str
) -> None:
    press_hours(open_page(charity, "dsl", "on_duty"), "dsl", "020 7946 0100")
    charity.at("2026-11-27T23:00")

    told = shown(raised(charity, severity=severity))

    assert f"{said}Dana Lead (lead, [020 7946 0100](tel:+442079460100)); Dev Uty (deputy, [020 7946 0002]" in told


@pytest.mark.parametrize("who", ["Dana", "Dev", "Tess"])
def test_C9_whoever_of_us_it_is_about_the_same_numbers_are_to_be_rung_the_rota_s_first(
    charity: World, who: str
) -> None:
    press_hours(open_page(charity, "dsl", "on_duty"), "deputy", "020 7946 0200")
    charity.person("trustee", name="Tess Trust", roles=[Role.SAFEGUARDING_TRUSTEE], phone="020 7946 0300")
    charity.at("2026-11-27T23:00")
    line = (
        "Dev Uty (deputy), [020 7946 0200](tel:+442079460200); Tess Trust (safeguarding trustee), [020 7946 0300]"
        "(tel:+442079460300); the local authority's designated officer (LADO), [020 7946 0400](tel:+442079460400)."
    )

    after = raised(charity, words=f"{who} shouted at him.")

    for told in (shown(after), shown(open_page(charity, "volunteer", "concerns"))):
        assert line in told.replace("\\", "")
        for number in EVERYWHERE:
            assert number in told, number


def test_tell_them_nothing_is_said_of_those_who_are_listed(christmas_eve: World) -> None:
    assert "tell them nothing" not in shown(open_page(christmas_eve, "volunteer", "concerns"))
    christmas_eve.at("2026-12-23T12:00")
    assert "tell them nothing" in shown(open_page(christmas_eve, "volunteer", "concerns"))


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
