"""The one field for days and the one for times: what they read, what they say back, and that nothing wrong is sent."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from okf.store.models import Draft, Record, Task
from tests.cases.test_case_pages import open_page
from tests.fields import enter_when
from tests.safeguarding.test_concern_pages import shown
from tests.world import World

pytestmark = pytest.mark.one_database
SENT = "The task is on the case."


@pytest.fixture
def charity(world: World) -> World:
    """Monday 23 November 2026, and a caseworker with a case."""
    world.caseworker("worker")
    world.service_user("party_a", name="Ann Bell")
    world.service_user("party_b", name="Ben Cole")
    world.case("OKF-1")
    world.grant("worker", "OKF-1", compartments=["sole:party_a", "joint"])
    return world


def tasks(charity: World) -> AppTest:
    page = open_page(charity, "worker", "case", case="OKF-1", part="Tasks")
    page.text_input(key="task_0_text").set_value("Ring the school")
    return page


def due_on(page: AppTest) -> Any:
    return page.text_input(key="task_0_due")


def send(page: AppTest) -> None:
    page.button(key="task_add").click().run()


@pytest.mark.parametrize(
    "typed, said, day",
    [
        ("3/3/27", "Wednesday 3 March 2027", date(2027, 3, 3)),
        ("next tuesday", "Tuesday 24 November 2026", date(2026, 11, 24)),
        ("3/3", "Wednesday 3 March 2027", date(2027, 3, 3)),
    ],
)
def test_a_day_is_said_back_under_its_field_before_it_is_sent(charity: World, typed: str, said: str, day: date) -> None:
    page = tasks(charity)

    enter_when(page, "Due on", typed).run()
    assert said in [one.value for one in page.caption]
    send(page)

    assert SENT in shown(page)
    assert [one.due_on for one in charity.all(Task)] == [day]


@pytest.mark.parametrize(
    "typed, why",
    [
        ("soon", "This can't be read as a day. Write it like 3/3/26, 3 March 2026, today or next Tuesday."),
        ("31/2", "No calendar has this day: look at the day, the month and the weekday."),
        ("1/3/26", "This is too early: today, Monday 23 November 2026, is the first day that it can be."),
        ("", "This is empty. Write it like 3/3/26, 3 March 2026, today or next Tuesday."),
    ],
)
def test_what_is_no_day_is_said_at_the_field_kept_as_typed_and_not_sent(charity: World, typed: str, why: str) -> None:
    page = tasks(charity)

    enter_when(page, "Due on", typed).run()
    assert why in [one.value for one in page.error]
    send(page)

    assert f"Due on: {why[0].lower()}{why[1:]} Nothing is sent yet." in [one.value for one in page.error]
    assert (charity.count(Task), due_on(page).value) == (0, typed)
    enter_when(page, "Due on", "today")
    send(page)
    assert charity.count(Task) == 1


def test_a_day_that_is_sent_as_it_is_typed_is_not_the_one_that_stood_before(charity: World) -> None:
    page = tasks(charity)

    enter_when(page, "Due on", "32/12/26")
    send(page)

    assert charity.count(Task) == 0


def test_tomorrow_is_the_day_that_it_was_when_it_was_typed(charity: World) -> None:
    page = tasks(charity)
    enter_when(page, "Due on", "tomorrow").run()

    charity.at("2026-11-24T00:05")
    send(page)

    assert [one.due_on for one in charity.all(Task)] == [date(2026, 11, 24)]


def test_a_draft_keeps_what_was_typed_and_what_it_meant_then(charity: World) -> None:
    page = open_page(charity, "worker", "case", case="OKF-1")
    enter_when(page, "On", "yesterday").run()
    enter_when(page, "At (London time)", "soonish").run()
    assert '"on": "yesterday"' in charity.one(Draft).words

    charity.at("2026-11-25T10:00")
    again = open_page(charity, "worker", "case", case="OKF-1")

    assert next(one for one in again.text_input if one.label == "On").value == "22 Nov 2026"
    assert next(one for one in again.text_input if one.label == "At (London time)").value == "soonish"
    assert "Sunday 22 November 2026" in shown(again)
    next(one for one in again.text_area if one.label == "What was said or done").set_value("She rang")
    next(one for one in again.button if one.label == "Save the record").click().run()
    assert charity.count(Record) == 0
    enter_when(again, "At (London time)", "half past two").run()
    assert "14:30" in [one.value for one in again.caption]
    next(one for one in again.button if one.label == "Save the record").click().run()
    assert [one.occurred_at for one in charity.all(Record)] == [datetime(2026, 11, 22, 14, 30, tzinfo=UTC)]
