"""Today: what needs whoever is here, ranked by when it is due, and nothing that their rules would not let them know."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from okf.clock import end_of
from okf.pending import PendingItem, When
from okf.terms import RecordClass, Role
from okf.today.queries.overview import overview
from okf.today.queries.pending import pending_items
from okf.today.queries.work import TASKS_SHOWN, OwnWork
from tests.cases.test_case_pages import open_page, sent
from tests.sheets import figures, lines, sheets
from tests.world import World

TODAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def charity(world: World) -> World:
    """Two parents with a caseworker each, and who looks on."""
    world.at("2026-11-23T12:00")
    world.manager()
    world.caseworker("worker_a", name="Wanda Side", caseload_most=3)
    world.caseworker("worker_b", name="Willem Side", caseload_most=3)
    world.service_user("party_a", name="Ann Bell")
    world.service_user("party_b", name="Tom Bell")
    world.case("OKF-1", opened_on=TODAY - timedelta(days=90))
    world.grant("worker_a", "OKF-1", compartments=["sole:party_a", "joint"], lead_for="party_a")
    world.grant("worker_b", "OKF-1", compartments=["sole:party_b", "joint"], lead_for="party_b")
    return world


def work(world: World, who: str) -> OwnWork:
    found = overview(world.desk(who)).work
    assert found is not None
    return found


# The list


@pytest.mark.parametrize(
    "due, overdue, when",
    [
        (None, False, When.THIS_WEEK),
        (None, True, When.NOW),
        (TODAY, False, When.NOW),
        (end_of(TODAY), False, When.NOW),
        (TODAY + timedelta(days=1), False, When.THIS_WEEK),
        (TODAY + timedelta(days=7), False, When.THIS_WEEK),
        (end_of(TODAY + timedelta(days=7)), False, When.THIS_WEEK),
        (TODAY + timedelta(days=8), False, When.LATER),
        (TODAY - timedelta(days=1), True, When.NOW),
    ],
)
def test_what_is_due_today_stands_under_now_and_what_has_more_than_a_week_under_later(
    due: datetime | date | None, overdue: bool, when: When
) -> None:
    assert PendingItem("Something", "cases", due=due, overdue=overdue).when(NOON) is when


def test_a_line_names_its_verb_its_time_and_its_reason_and_the_longest_due_stands_first(charity: World) -> None:
    charity.task("OKF-1", "worker_a", text="Send the form", due_on=TODAY - timedelta(days=1))
    charity.task("OKF-1", "worker_a", text="Ring the school", due_on=TODAY - timedelta(days=3))
    charity.task("OKF-1", "worker_a", text="Write it up", due_on=TODAY + timedelta(days=2))

    page = open_page(charity, "worker_a", "overview")

    family = "Ann Bell and Tom Bell"
    assert lines(page) == [
        ("Now", f"{family}: Ring the school"),
        ("Now", f"{family}: Send the form"),
        ("This week", f"{family}: Write it up"),
    ]
    said = sent(page).replace("\\", "")
    assert "Overdue since 20 Nov 2026" in said
    assert "by the end of Wed 25 Nov 2026" in said
    assert f'aria-label="Do it: {family}: Ring the school"' in said


def test_more_tasks_than_a_page_should_hold_are_one_line_with_their_number(charity: World) -> None:
    for number in range(TASKS_SHOWN + 3):
        charity.task("OKF-1", "worker_a", text=f"Task {number}", due_on=TODAY)

    said = [one.text for one in work(charity, "worker_a").items]

    assert len(said) == TASKS_SHOWN + 1
    assert said[-1] == "3 more tasks within the week"


@pytest.mark.both_databases
def test_an_appointment_stands_by_family_until_it_is_over(charity: World) -> None:
    charity.appointment("OKF-1", "worker_a", NOON + timedelta(hours=1))

    [one] = work(charity, "worker_a").items
    assert one.text.endswith("Ann Bell and Tom Bell")
    assert one.act == "Prepare"
    charity.later(hours=8)
    assert work(charity, "worker_a").items == ()


def test_nobody_is_told_of_a_task_on_a_case_that_they_no_longer_open(charity: World) -> None:
    charity.caseworker("gone")
    charity.case("OKF-9", granted_to=["gone"])
    charity.task("OKF-1", "gone", text="A heron", due_on=TODAY)
    charity.task("OKF-9", "gone", text="An egret", due_on=TODAY)

    said = sent(open_page(charity, "gone", "overview"))

    assert "egret" in said
    assert "heron" not in said


def test_for_whom_nothing_waits_it_says_so_and_shows_no_nought(charity: World) -> None:
    charity.caseworker("new")

    page = open_page(charity, "new", "overview")

    assert "Nothing waits for you" in page.info[0].value
    assert figures(page) == {}


def test_what_waits_says_by_when_and_names_nobody(charity: World) -> None:
    charity.enquiry("2026-11-22T10:00")

    [one] = [one for one in pending_items(charity.desk("manager")) if one.page == "enquiries"]

    assert (one.act, one.due, one.overdue) == ("Register", datetime(2026, 11, 24, 10, tzinfo=UTC), False)


# Managers


@pytest.mark.both_databases
def test_a_case_without_a_caseworker_says_by_when_and_the_figures_are_no_noughts(charity: World) -> None:
    charity.case("OKF-2", opened_on=TODAY - timedelta(days=30))

    page = open_page(charity, "manager", "overview")

    assert ("Now", "1 case has no caseworker") in lines(page)
    assert len(figures(page)) <= 5
    assert not [one for one, (number, _) in figures(page).items() if number == "0"]
    assert figures(page)["Open cases"] == ("2", "1 more than at the end of September")


@pytest.mark.both_databases
def test_who_has_room_is_said_in_words_and_who_can_take_nothing_on_stands_behind(charity: World) -> None:
    charity.case("OKF-3", complexity=3)
    charity.grant("worker_b", "OKF-3", lead_for="party_a")
    charity.caseworker("unsigned", name="Una Signed", signed=None)
    charity.caseworker("away", name="Abe Away")
    charity.absence("away", TODAY, TODAY)

    [room] = sheets(open_page(charity, "manager", "overview"))

    assert [tuple(row.values()) for row in room] == [
        ("Wanda Side", "1 of 3: room for 2"),
        ("Willem Side", "4 of 3: 1 over"),
        ("Abe Away", "0 of 25: room for 25, away today"),
        ("Una Signed", "0 of 25: room for 25, suspended: unsigned"),
    ]


# Caseworkers


@pytest.mark.both_databases
def test_C2_a_call_on_the_other_side_neither_hides_nor_shows_that_this_one_is_silent(charity: World) -> None:
    assert work(charity, "worker_a").quiet == (("OKF-1", "Ann Bell and Tom Bell"),)
    contact(charity, "party_b", "sole:party_b")

    assert work(charity, "worker_a").quiet == (("OKF-1", "Ann Bell and Tom Bell"),)
    assert work(charity, "worker_b").quiet == ()
    contact(charity, "party_a", "sole:party_a")
    assert work(charity, "worker_a").quiet == ()


def contact(world: World, source: str, part: str) -> None:
    world.record(
        "OKF-1",
        source=source,
        compartment=part,
        record_class=RecordClass.COMMUNICATION,
        occurred_at=world.now - timedelta(days=1),
    )


# Who looks on


@pytest.mark.both_databases
def test_a_compliance_viewer_reads_who_is_to_sign_and_opens_nothing_else(charity: World) -> None:
    charity.person("compliance", roles=[Role.COMPLIANCE_VIEWER])
    charity.caseworker("unsigned", name="Una Signed", signed=None)

    page = open_page(charity, "compliance", "overview")

    assert figures(page)["Never signed"][0] == "1"
    assert [row["Person"] for row in sheets(page)[0]] == ["Una Signed"]
    assert "OKF-1" not in sent(page)


@pytest.mark.both_databases
def test_an_administrator_counts_accounts_and_no_case(charity: World) -> None:
    charity.person("administrator", roles=[Role.ADMINISTRATOR])

    page = open_page(charity, "administrator", "overview")

    assert figures(page)["Accounts"] == ("4", "4 without a password yet")
    assert "Wanda" not in sent(page)


def test_a_lead_reads_the_first_five_of_the_queue(charity: World) -> None:
    charity.dsl()
    for _ in range(7):
        charity.concern("OKF-1")

    page = open_page(charity, "dsl", "overview")

    assert figures(page)["Concerns open"][0] == "7"
    assert len(sheets(page)[0]) == 5
