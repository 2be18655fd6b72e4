"""What managers see ahead, on the screen: figures open their lists, one click ends, and no concern is told of."""

from __future__ import annotations

import io
import json
import re
from datetime import date, timedelta

import pytest
from pypdf import PdfReader
from streamlit.testing.v1 import AppTest

from okf.caseload.papers import team_paper
from okf.caseload.queries.team import team_view, team_view_to_print
from okf.shell.navigation import pages_for
from okf.store.models import Absence, AccessGrant
from okf.terms import Action, Role
from tests.fields import enter_when
from tests.safeguarding.test_concern_pages import open_page, shown
from tests.sheets import sheets
from tests.world import World

pytestmark = pytest.mark.one_database


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    world.caseworker("cora", name="Cora Caseworker", team="North")
    world.volunteer("vera", name="Vera Volunteer")
    world.service_user("party_a", name="Anouk Example")
    world.case("OKF-1", children=["child_c"])
    world.case("OKF-2")
    world.grant("cora", "OKF-1", ref="lead", lead_for="party_a", until="2026-12-20")
    world.grant("vera", "OKF-1", ref="used", last_opened_at=world.now - timedelta(days=1))
    world.grant("vera", "OKF-2", ref="unused")
    return world


def button(page: AppTest, label: str):  # type: ignore[no-untyped-def]
    return next(one for one in page.button if one.label == label)


def test_the_forecast_shows_figures_that_open_their_lists_and_makes_no_number_up(charity: World) -> None:
    page = open_page(charity, "manager", "forecast")
    told = shown(page)

    assert "forecast?what=grants_end&amp;week=4" in told
    assert "OKF-1" not in told, "the figures alone"
    assert "no whole week of enquiries" in page.info[0].value

    behind = shown(open_page(charity, "manager", "forecast", what="grants_end", week="4"))
    assert all(one in behind for one in ("Cora Caseworker", "OKF-1", "Yes: hand over first"))
    assert "Anouk" not in told + behind


def enquired(charity: World, *weeks: int) -> None:
    """So many enquiries in each whole week before this one, the last first, and one in a week before them all."""
    for ago, count in enumerate((*weeks, 1), 1):
        for _ in range(count):
            charity.enquiry(charity.now - timedelta(weeks=ago))


def test_a_number_is_expected_where_the_past_bears_it_and_the_table_says_how_it_held(charity: World) -> None:
    enquired(charity, *(1, 2, 3) * 14)

    page = open_page(charity, "manager", "forecast")

    [figures] = [rows for rows in sheets(page) if "Came" in rows[0]]
    assert "About 2 this week, between 1 and 3. Checked: 10 of the last 10 weeks" in shown(page)
    assert [row["Came"] for row in figures[:18]] == ["3", "2", "1"] * 6
    assert [row["Range"] for row in figures[18:]] == ["1 to 3"] * 8
    assert all(re.fullmatch(r"[12](\.\d)?", row["Expected"]) for row in figures[18:])
    assert not re.search(r"\d\.\d\d{3}", charts(page)), "nor has the picture more digits"


def test_where_the_past_bears_no_number_none_is_said_and_the_weeks_that_came_are(charity: World) -> None:
    enquired(charity, *(9, 1, 12, 0, 9), *(1, 2) * 18)

    page = open_page(charity, "manager", "forecast")

    [figures] = [rows for rows in sheets(page) if "Came" in rows[0]]
    told = shown(page)
    assert "No number is expected, for the past does not bear one: 5 of the last 10 weeks" in told
    assert "About" not in told
    assert [row["Came"] for row in figures[-5:]] == ["9", "0", "12", "1", "9"]
    assert {*figures[0]} == {"Week from", "Came"}
    assert "Expected" not in charts(page)


def charts(page: AppTest) -> str:
    """What is drawn, without how."""
    return " ".join(json.dumps(json.loads(one.proto.spec)["data"]) for one in page.get("plotly_chart"))


@pytest.mark.parametrize(
    "query", [{"what": "concern_reviews", "week": "1"}, {"what": "all", "week": "1"}, {"week": "x"}]
)
def test_C9_an_address_opens_no_list_of_concerns_and_nothing_else_that_there_is_not(
    charity: World, query: dict[str, str]
) -> None:
    charity.concern("OKF-1", "K-SECRET", due_at="2026-11-24")

    page = open_page(charity, "manager", "forecast", **query)

    assert page.title[0].value == "Forecast"
    assert "K-SECRET" not in shown(page)


def test_leave_is_entered_and_stands_on_the_forecast(charity: World) -> None:
    page = open_page(charity, "manager", "forecast")
    page.selectbox[0].set_value("cora")
    enter_when(page, "First day", date(2026, 12, 1))
    enter_when(page, "Last day", "4/12/26")
    button(page, "Enter leave").click().run()

    assert [(one.person, one.starts_on, one.ends_on) for one in charity.all(Absence)] == [
        ("cora", date(2026, 12, 1), date(2026, 12, 4))
    ]
    told = shown(page)
    assert "caseworker=Cora+Caseworker+%28cora%29" in told, "the way to the cases that wait"
    assert "1 Dec 2026" in told


def test_one_click_ends_what_is_not_used(charity: World) -> None:
    page = open_page(charity, "manager", "access_map", person="vera")
    assert "1 access not opened in 90 days" in shown(page)

    page.button(key="end_all_unused").click().run()

    assert {grant.id for grant in charity.all(AccessGrant) if grant.ended_at} == {"unused"}
    assert "1 of Vera Volunteer's accesses ended." in page.success[0].value


def test_C3_a_caseworkers_access_has_no_button_to_end_it(charity: World) -> None:
    page = open_page(charity, "manager", "access_map")
    page.segmented_control[0].set_value("unused").run()
    told = shown(page)

    assert {one.key for one in page.button if one.label == "End this access"} == {"end_unused"}
    assert "hand over on the case" in told


def test_who_may_only_look_at_the_map_has_no_button(charity: World) -> None:
    charity.person("datalead", roles=[Role.DATA_PROTECTION_LEAD])
    page = open_page(charity, "datalead", "access_map", person="vera")

    assert "Every access of Vera Volunteer" in shown(page)
    assert [one for one in page.button if "End" in one.label] == []


def test_the_map_keeps_its_promise_in_sight(charity: World) -> None:
    page = open_page(charity, "manager", "access_map")
    page.segmented_control[0].set_value("closed").run()
    assert "0 accesses are open on closed cases" in page.success[0].value

    button(page, "Look at every closed case now").click().run()

    assert "0 accesses are open on any closed case" in page.success[1].value


def test_supervision_shows_the_load_and_what_is_late_and_names_no_family(charity: World) -> None:
    charity.task("OKF-1", "cora", due_on=date(2026, 11, 2))
    charity.task("OKF-1", "cora", due_on=date(2026, 12, 2))
    charity.appointment("OKF-1", "cora", "2026-12-03T10:00")
    charity.record("OKF-1", record_class="communication", occurred_at="2026-10-05")
    charity.check("cora", date(2026, 11, 20))

    view = team_view(charity.desk("manager"), "cora")
    [case] = view.cases.rows
    assert (view.led, view.weight, view.overdue_tasks) == (1, 1, 1)
    assert (case.ref, case.last_contact, case.overdue_tasks) == ("OKF-1", date(2026, 10, 5), 1)
    assert (case.next_task, case.next_meeting.date()) == (date(2026, 11, 2), date(2026, 12, 3))

    told = shown(open_page(charity, "manager", "team", person="cora"))
    assert all(
        one in told for one in ("OKF-1", "5 Oct 2026", "ran out: held to the end of 19 Nov 2026", "hand over first")
    )
    assert "Anouk" not in told
    assert "Ring back" not in told, "what a task says is not for supervision"


def test_C9_supervision_says_nothing_of_a_concern_about_the_worker_or_the_manager(charity: World) -> None:
    def seen() -> list[str]:
        pages = (shown(open_page(charity, "manager", "team", person=one)) for one in ("cora", "manager"))
        return [re.sub("[0-9a-f]{12,}", "", page) for page in pages]  # a file's name and address are new each time

    before = seen()
    for about in ("cora", "manager"):
        charity.concern("OKF-1", about_people=[about], raised_by="vera", due_at="2026-11-30")

    assert seen() == before


def test_supervision_prints_and_that_it_did_is_on_record(charity: World) -> None:
    paper = team_paper(team_view_to_print(charity.desk("manager"), "cora"))

    told = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)
    assert "Supervision: Cora Caseworker" in told
    assert "OKF-1 (lead caseworker)" in told
    [event] = charity.events(action=Action.LIST_CASELOAD)
    assert (event.subject, event.facts) == ("cora", {"export": "pdf", "rows": 1})


def test_the_pages_are_for_managers_and_the_map_for_all_who_oversee_access(charity: World) -> None:
    charity.dsl()
    theirs = {"manager": {"forecast", "access_map", "team"}, "dsl": {"access_map"}, "cora": set()}

    for who, paths in theirs.items():
        found = {entry.url_path for entry in pages_for(charity.desk(who))}
        assert found & {"forecast", "access_map", "team"} == paths
    for path in ("forecast", "team", "access_map"):
        assert open_page(charity, "cora", path, person="vera").error, path
