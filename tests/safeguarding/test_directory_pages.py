"""The directory on the screen: what to do first, one press to check, a file, and numbers for whoever raised (C9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from okf.policy.directory import Authority, Step
from okf.safeguarding.commands.directory import change_authority, enter_authority
from okf.safeguarding.queries.directory import directory_in_view
from okf.store.models import ConcernDecision, LocalAuthority
from okf.terms import Role
from tests.safeguarding.test_concern_pages import open_page, shown
from tests.safeguarding.test_decision_pages import begin_to_share, labelled, press
from tests.safeguarding.test_directory import NORTH, SOUTH
from tests.sheets import sheets
from tests.world import World

pytestmark = pytest.mark.one_database


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    world.dsl(name="Dana Lead")
    world.person("deputy", name="Dev Uty", roles=[Role.DEPUTY_DSL])
    world.volunteer(signed=None)
    world.service_user("child_c", name="Robin Example")
    world.case("OKF-1", children=["child_c"], area="South West")
    world.concern("OKF-1", "K-1", about=["child_c"], raised_by="volunteer")
    return world


def names(page: AppTest) -> list[str]:
    """The authorities of the list."""
    return [str(row["Authority"]).removesuffix("Default") for row in sheets(page)[0]]


def test_an_empty_directory_says_what_to_do_next_to_whoever_can_and_to_whoever_cant(charity: World) -> None:
    assert "Enter the first below, or import a file" in shown(open_page(charity, "dsl", "directory"))
    page = open_page(charity, "manager", "directory")
    assert "A safeguarding lead enters the first" in shown(page)
    assert not page.text_input


def test_C9_a_lead_enters_the_first_with_its_steps_and_an_error_loses_nothing(charity: World) -> None:
    page = open_page(charity, "dsl", "directory")
    labelled(page.text_input, "Out of hours, telephone").set_value("12")
    labelled(page.text_area, "Areas, one a line").set_value("North\nNorth East\n")
    labelled(page.text_input, "Step 1: role or name").set_value("Team manager").run()
    labelled(page.text_input, "Step 2: role or name").set_value("Director")
    labelled(page.selectbox, "Step 2: working days").set_value(10)
    press(page, "Put it in the directory")
    assert "Name: write it down first." in page.error[0].value

    labelled(page.text_input, "Name").set_value("Northshire Council")
    press(page, "Put it in the directory")
    assert "Out of hours, telephone" in page.error[0].value
    labelled(page.text_input, "Out of hours, telephone").set_value("01632 960102")
    press(page, "Put it in the directory")

    [found] = directory_in_view(charity.desk("dsl")).authorities
    assert (found.name, found.areas, found.out_of_hours_phone) == (
        "Northshire Council",
        ("North", "North East"),
        "01632 960102",
    )
    assert found.steps == (Step("Team manager", None, 5), Step("Director", None, 10))


def test_the_list_is_searched_by_name_or_area_sorted_by_the_last_check_and_warns_of_the_old(charity: World) -> None:
    enter_authority(charity.desk("dsl"), SOUTH)
    charity.setting("directory_check_days", 30)
    charity.later(days=30)
    enter_authority(charity.desk("dsl"), NORTH)

    page = open_page(charity, "manager", "directory")
    assert names(page) == ["Northshire Council", "Southshire Council"]
    assert "1 authority has not been checked for long" in shown(page)
    labelled(page.selectbox, "Order").set_value("checked").run()
    assert names(page) == ["Southshire Council", "Northshire Council"]
    labelled(page.text_input, "Name").set_value("south").run()
    assert names(page) == ["Southshire Council"]
    labelled(page.text_input, "Name").set_value("nowhere").run()
    assert "No authority has this name or area" in shown(page)


def test_one_press_says_that_it_was_checked_and_a_change_keeps_what_was_not_touched(charity: World) -> None:
    number = enter_authority(charity.desk("dsl"), NORTH)
    charity.later(days=200)
    charity.person("fresh", name="Fresh Lead", roles=[Role.DSL], signed=charity.now)
    page = open_page(charity, "fresh", "directory", authority=str(number))
    assert "23 Nov 2026, Dana Lead. Look whether all this is right" in shown(page)

    press(page, "Checked today")
    labelled(page.text_input, "Designated officer (LADO), name").set_value("Piran Curlew")
    labelled(page.text_input, "Step 1: role or name").set_value("")
    press(page, "Keep it")

    assert "11 Jun 2027, Fresh Lead" in shown(page)
    [found] = directory_in_view(charity.desk("fresh")).authorities
    kept = replace(
        NORTH,
        id=number,
        lado_name="Piran Curlew",
        children_phone="01632 960101",
        steps=NORTH.steps[1:],
        checked_on=found.checked_on,
        checked_by="fresh",
    )
    assert found == kept


def test_two_who_change_one_authority_at_once_overwrite_nothing_and_lose_nothing(charity: World) -> None:
    number = enter_authority(charity.desk("dsl"), NORTH)
    page = open_page(charity, "dsl", "directory", authority=str(number))
    labelled(page.text_area, "Notes").set_value("Ask for option 2.").run()
    [found] = directory_in_view(charity.desk("deputy")).authorities
    change_authority(charity.desk("deputy"), number, replace(NORTH, lado_name="Piran Curlew"), seen=found.mark)

    press(page, "Keep it")

    assert "Somebody else changed Northshire Council meanwhile" in shown(page)
    assert labelled(page.text_area, "Notes").value == "Ask for option 2."
    differs = {row["Field"]: (row["As it stands now"], row["In your form"]) for row in sheets(page)[-1]}
    assert differs == {
        "Designated officer (LADO), name": ("Piran Curlew", "Morwenna Sandpiper"),
        "Notes": ("—", "Ask for option 2."),
    }
    labelled(page.text_input, "Designated officer (LADO), name").set_value("Piran Curlew")
    press(page, "I have read it: go on with mine")
    press(page, "Keep it")
    [kept] = directory_in_view(charity.desk("dsl")).authorities
    assert (kept.lado_name, kept.notes) == ("Piran Curlew", "Ask for option 2.")


def test_begun_again_the_form_says_what_stands_and_a_check_is_of_what_was_on_the_screen(charity: World) -> None:
    number = enter_authority(charity.desk("dsl"), NORTH)
    charity.later(days=1)
    page = open_page(charity, "dsl", "directory", authority=str(number))
    [found] = directory_in_view(charity.desk("deputy")).authorities
    change_authority(charity.desk("deputy"), number, replace(NORTH, lado_name="Piran Curlew"), seen=found.mark)

    press(page, "Checked today")
    assert "Somebody else changed Northshire Council meanwhile" in shown(page)
    assert charity.one(LocalAuthority).checked_on == date(2026, 11, 23)
    press(page, "Begin again from what stands now")
    assert labelled(page.text_input, "Designated officer (LADO), name").value == "Piran Curlew"
    press(page, "Checked today")
    assert charity.one(LocalAuthority).checked_on == date(2026, 11, 24)


def test_a_file_is_shown_first_and_taken_in_at_a_second_word(charity: World) -> None:
    page = open_page(charity, "dsl", "directory")
    page.file_uploader[0].upload("authorities.csv", b"name,areas\nWestshire Council,Wales\n").run()

    assert list(sheets(page)[0][0].values()) == ["Authorities", "1", "0", "0"]
    assert charity.count(LocalAuthority) == 0
    press(page, "Import this directory")
    assert names(page) == ["Westshire Council"]


def test_C9_whoever_raised_a_concern_gets_the_default_authoritys_numbers_whatever_the_case_is(charity: World) -> None:
    for one in (NORTH, SOUTH):
        enter_authority(charity.desk("dsl"), one)
    charity.case("OKF-2", area="Wales")
    charity.concern("OKF-2", "K-2", raised_by="volunteer")
    charity.concern(None, "K-3", raised_by="volunteer")

    told = [shown(open_page(charity, "volunteer", "concern", ref=ref)) for ref in ("K-1", "K-2", "K-3")]

    for one in told:
        assert "01632 960102" in one
        assert "020 7946 0102" not in one
    page = open_page(charity, "volunteer", "concern", ref="K-1")
    labelled(page.selectbox, "Where the child or adult lives").set_value(
        next(one for one in directory_in_view(charity.desk("dsl")).authorities if one.name == SOUTH.name)
    ).run()
    assert "020 7946 0102" in shown(page)


def test_C9_the_numbers_stand_on_the_page_after_raising(charity: World) -> None:
    enter_authority(charity.desk("dsl"), NORTH)
    page = open_page(charity, "volunteer", "raise_concern")
    labelled(page.radio, "How urgent is it?").set_value("high")
    labelled(page.text_area, "What was seen or said, in the words that were used").set_value("A bruise.")
    press(page, "Raise concern")

    assert "01632 960102" in shown(page)


def test_C9_a_decision_is_offered_the_directorys_entry_which_fills_the_name(charity: World) -> None:
    for one in (NORTH, Authority(name="Southshire Council", areas=("South West",), children_phone="020 7946 0101")):
        enter_authority(charity.desk("dsl"), one)
    page = begin_to_share(open_page(charity, "dsl", "concern", ref="K-1", part="Decisions"), "la_children")
    offered = labelled(page.selectbox, "From the directory")
    assert offered.options == [
        "Southshire Council, children's front door (MASH)",
        "Northshire Council, children's front door (MASH)",
    ]

    offered.set_value(offered.options[0]).run()

    assert labelled(page.text_input, "Their name, team or office").value == offered.options[0]
    assert "020 7946 0101" in shown(page)
    assert charity.count(ConcernDecision) == 0
