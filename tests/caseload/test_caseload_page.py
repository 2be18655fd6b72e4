"""The caseload page: each chart with its table and its sentence, and each figure as long as the list that it opens."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from html import unescape
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import event
from streamlit.testing.v1 import AppTest

from okf.caseload.queries.caseload import areas_tallied, caseload_picture, caseload_team
from okf.cases.queries.loads import CaseloadFilter
from okf.cases.queries.watch import to_watch
from okf.store.models import Case, Person
from okf.terms import CaseStatus, SupportKind
from okf.terms.caseload import ClosureOutcome
from tests.cases.test_case_pages import open_page, sent
from tests.sheets import sheets
from tests.world import World

pytestmark = pytest.mark.one_database

TODAY = date(2026, 11, 23)
TABS = ("Today", "Team", "Trends", "Outcomes")
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


def every_tab(charity: World, who: str, **query: str) -> list[AppTest]:
    return [open_page(charity, who, "caseload", part=part, **query) for part in TABS]


def asked_by(charity: World, act: Callable[[], object]) -> set[str]:
    """The statements that reach the database in this."""
    asked: list[str] = []

    def tell(_: object, __: object, statement: str, *___: object) -> None:
        asked.append(statement)

    event.listen(charity.store.engine, "before_cursor_execute", tell)
    act()
    event.remove(charity.store.engine, "before_cursor_execute", tell)
    return set(asked)


def tables(*pages: AppTest) -> str:
    return " ".join(one.proto.body for page in pages for one in page.get("html"))


def test_every_chart_has_its_sentence_and_its_table_in_its_tab(charity: World):
    pages = dict(zip(TABS, every_tab(charity, "manager"), strict=True))

    drawn = {tab: len(page.get("plotly_chart")) for tab, page in pages.items()}
    assert drawn == {tab: tables(page).count('<details class="okf-table">') for tab, page in pages.items()}
    assert drawn == {"Today": 0, "Team": 1, "Trends": 5, "Outcomes": 2}
    for tab, says in (
        ("Today", "within 14 days their access ends"),
        ("Team", "Over what they can carry: none of 2 caseworkers. Robin carries the most: 3 cases, counting as 6."),
        ("Trends", "Opened in this time: 4 cases; closed: 1. The caseload grew; 4 open now."),
        ("Trends", "Opened a year ago or earlier: 25 % of 4 open."),
        ("Outcomes", "Family withdrew is the largest part: 1 of 1 cases closed in this time."),
        ("Outcomes", "Of 4 cases opened in this time, 3 still open and 1 closed."),
    ):
        assert [one for one, page in pages.items() if says in sent(page)] == [tab]


def test_a_closed_tab_asks_nothing_of_the_database(charity: World):
    """Each figure's query was sent where its tab is open, and there alone."""
    year = CaseloadFilter(date(2025, 12, 1), date(2026, 11, 1))
    asks = {"Today": to_watch, "Team": caseload_team, "Trends": caseload_picture}
    own = {tab: asked_by(charity, partial(ask, charity.desk("manager"), year)) for tab, ask in asks.items()}
    filters = asked_by(charity, partial(areas_tallied, charity.desk("manager")))
    own = {tab: mine.difference(filters, *(own[other] for other in own if other != tab)) for tab, mine in own.items()}
    assert all(own.values())

    for tab in TABS:
        asked = asked_by(charity, partial(open_page, charity, "manager", "caseload", part=tab))
        needs = "Trends" if tab == "Outcomes" else tab  # which are cut from the same rows
        assert own[needs] <= asked
        assert all(own[other].isdisjoint(asked) for other in own if other != needs), tab


def test_every_linked_figure_opens_a_list_of_that_length(charity: World):
    found = FIGURE.findall(tables(*every_tab(charity, "manager")))

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
    pages = every_tab(charity, "manager")

    specs = [one.proto.spec for page in pages for one in page.get("plotly_chart")]
    addresses = set(re.findall(r'"(cases\?[^"]+)"', " ".join(specs)))
    linked = {f"cases?{query}" for query, _ in FIGURE.findall(unescape(tables(*pages)))}
    assert linked <= {one.replace("\\u0026", "&") for one in addresses} | {
        one
        for one in linked
        if "status=" in one  # the flow's bands are not pressed: its table links
    }


def test_the_filters_stand_in_the_address_and_narrow_everything(charity: World):
    pages = every_tab(charity, "manager", kind_of_support="Mediation", period="Last 3 months")

    told = " ".join(map(sent, pages))
    assert "Of 1 case opened in this time" in told
    assert all("kind=Mediation" in query for query, _ in FIGURE.findall(unescape(tables(*pages))))
    assert "can carry:" not in told  # part of somebody's cases says nothing of their limit


def test_one_caseworkers_open_cases_alone(charity: World):
    _, team, trends, outcomes = map(sent, every_tab(charity, "manager", worker="Sam (sam)"))

    assert "Sam carries the most: 1 case, counting as 1." in team
    assert "Opened, closed and open" not in trends
    assert "What closed cases came to" not in outcomes
    assert all("the cases that are open now, and no closed one" in one for one in (trends, outcomes))


def test_no_service_user_is_named_and_no_concern_is_counted(charity: World):
    charity.concern("OKF-1", about_people=["manager"])
    pages = every_tab(charity, "manager")
    told = " ".join(map(sent, pages)) + tables(*pages)

    assert "Ann Bell" not in told
    assert "in all cases: 0." in told  # of decisions that nobody read again, the only word there is of concerns
    assert "oncern" not in told.replace("Decisions on concerns that nobody else has read again in time", "")


@pytest.mark.parametrize("who", ["robin", "dsl"])
def test_whoever_runs_no_caseload_sees_none(charity: World, who: str):
    for page in every_tab(charity, who):
        assert not page.get("plotly_chart")
        assert not tables(page)
        assert page.error


def test_an_empty_caseload_says_what_to_do_next(world: World):
    world.manager()
    _, team, *others = every_tab(world, "manager")

    assert any("Allocate one on a case's page" in info.value for info in team.info)
    assert all(any("Widen the period" in info.value for info in page.info) for page in others)


def test_a_manager_sets_how_much_somebody_can_carry_and_what_a_case_counts_as(charity: World):
    page = open_page(charity, "manager", "caseload", part="Team")
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
