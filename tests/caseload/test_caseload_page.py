"""The caseload page: each chart with its table and its sentence, and each figure as long as the list that it opens."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from okf.store.models import Case, Person
from okf.terms import CaseStatus, SupportKind
from okf.terms.caseload import ClosureOutcome
from tests.cases.test_case_pages import open_page, sent
from tests.sheets import sheets
from tests.world import World

pytestmark = pytest.mark.one_database

TODAY = date(2026, 11, 23)
# A row's number and the address behind it, or the name of the row that links for all of it.
FIGURE = re.compile(r'<(?:td|th)[^>]*><a href="cases\?([^"]+)"[^>]*>([^<]+)</a>')


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    for name in ("robin", "sam"):
        world.caseworker(name)
    world.dsl()
    for number, ago in enumerate((500, 90, 40, 3)):
        kind = SupportKind.MEDIATION if number % 2 else SupportKind.PARENTING
        ref = world.case(
            f"OKF-{number}",
            opened_on=TODAY - timedelta(days=ago),
            kind_of_support=kind,
            area="Leeds & York" if number else None,
            complexity=1 + number,
        )
        if number < 3:
            world.grant("robin" if number else "sam", ref, lead_for="party_a")
            world.grant("robin", ref, lead_for="party_b")
    world.case(
        "OKF-C",
        opened_on=TODAY - timedelta(days=70),
        status=CaseStatus.CLOSED,
        closed_at=world.now - timedelta(days=20),
        outcome=ClosureOutcome.FAMILY_WITHDREW,
    )
    world.service_user("party_a", name="Ann Bell")
    world.task("OKF-1", "robin", due_on=TODAY - timedelta(days=2))
    return world


def pictures(page: AppTest) -> list[object]:
    return [one for one in page.main if one.type == "plotly_chart"]


def tables(page: AppTest) -> str:
    return " ".join(one.proto.body for one in page.get("html"))


def test_every_chart_has_its_sentence_and_its_table(charity: World):
    page = open_page(charity, "manager", "caseload")

    told = sent(page)
    assert tables(page).count('<details class="okf-table">') == len(page.get("plotly_chart")) == 8
    for says in (
        "Over what they can carry: none of 2 caseworkers. Robin carries the most: 3 cases, counting as 6.",
        "Opened in this time: 4 cases; closed: 1. The caseload grew; 4 open now.",
        "Opened a year ago or earlier: 25 % of 4 open.",
        "Family withdrew is the largest part: 1 of 1 cases closed in this time.",
        "Of 4 cases opened in this time, 3 still open and 1 closed.",
    ):
        assert says in told


def test_every_linked_figure_opens_a_list_of_that_length(charity: World):
    page = open_page(charity, "manager", "caseload")
    found = FIGURE.findall(tables(page))

    assert len(found) > 20
    for query, figure in dict.fromkeys(found):
        listed = open_page(charity, "manager", "cases", **dict(parse_qsl(unescape(query))))
        assert not listed.exception
        counts = [text.value.split()[0] for text in listed.text if text.value.endswith((" cases", " case"))]
        rows = sum(len(rows) for rows in sheets(listed))
        if figure[0].isdigit():
            assert str(rows) == figure, query
            assert counts in ([figure], []), query
        else:
            assert rows == {"Robin": 3, "Sam": 1}[figure], query


def test_a_bar_carries_the_address_that_its_row_links_to(charity: World):
    page = open_page(charity, "manager", "caseload")

    specs = [one.proto.spec for one in page.get("plotly_chart")]
    addresses = set(re.findall(r'"(cases\?[^"]+)"', " ".join(specs)))
    linked = {f"cases?{query}" for query, _ in FIGURE.findall(unescape(tables(page)))}
    assert linked <= {one.replace("\\u0026", "&") for one in addresses} | {
        one
        for one in linked
        if "status=" in one  # the flow's bands are not pressed: its table links
    }


def test_the_filters_stand_in_the_address_and_narrow_everything(charity: World):
    page = open_page(charity, "manager", "caseload", kind_of_support="Mediation", period="Last 3 months")

    assert "Of 1 case opened in this time" in sent(page)
    assert all("kind=Mediation" in query for query, _ in FIGURE.findall(unescape(tables(page))))
    assert "can carry:" not in sent(page)  # part of somebody's cases says nothing of their limit


def test_one_caseworkers_open_cases_alone(charity: World):
    page = open_page(charity, "manager", "caseload", worker="Sam (sam)")

    told = sent(page)
    assert "Sam carries the most: 1 case, counting as 1." in told
    assert "Opened, closed and open" not in told
    assert "What closed cases came to" not in told


def test_no_service_user_is_named_and_no_concern_is_counted(charity: World):
    charity.concern("OKF-1", about_people=["manager"])
    told = sent(open_page(charity, "manager", "caseload")) + tables(open_page(charity, "manager", "caseload"))

    assert "Ann Bell" not in told
    assert "in all cases: 0." in told  # of decisions that nobody read again, the only word there is of concerns
    assert "oncern" not in told.replace("Decisions on concerns that nobody else has read again in time", "")


@pytest.mark.parametrize("who", ["robin", "dsl"])
def test_whoever_runs_no_caseload_sees_none(charity: World, who: str):
    page = open_page(charity, who, "caseload")

    assert not page.get("plotly_chart")
    assert not tables(page)
    assert page.error


def test_an_empty_caseload_says_what_to_do_next(world: World):
    world.manager()
    page = open_page(world, "manager", "caseload")

    assert not page.exception
    assert any("Allocate one on a case's page" in info.value for info in page.info)


def test_a_manager_sets_how_much_somebody_can_carry_and_what_a_case_counts_as(charity: World):
    page = open_page(charity, "manager", "caseload")
    page.selectbox(key="limit_who").set_value("robin")
    page.number_input(key="limit_most").set_value(2)
    next(button for button in page.button if button.label == "Set").click()
    page.run()
    assert charity.all(Person, username="robin")[0].caseload_most == 2
    assert "Over what they can carry: 1 of 2 caseworkers. Robin carries the most" in sent(page)

    case = open_page(charity, "manager", "case", case="OKF-3", part="Manage")
    next(one for one in case.slider if "ordinary cases" in one.label).set_value(5)
    [button for button in case.button if button.label == "Change"][-1].click()
    case.run()
    assert next(one for one in charity.all(Case) if one.ref == "OKF-3").complexity == 5
