"""The list on a page: its range, its pages, its titles that sort and its filters, all of them links."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from okf.cases.views import lists as case_lists
from okf.shell.words import plain
from okf.terms import CaseStatus
from tests.cases.test_case_pages import open_page
from tests.fields import enter_when
from tests.sheets import sheets
from tests.world import World

pytestmark = pytest.mark.one_database


@pytest.fixture
def charity(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Seven cases, two to a page."""
    monkeypatch.setattr(case_lists, "SIZE", 2)
    world.manager()
    for n in range(1, 8):
        status = CaseStatus.ON_HOLD if n == 4 else CaseStatus.OPEN
        world.case(f"OKF-{n}", opened_on=date(2026, 1, n), area="ABCDE"[n % 5], status=status)
    return world


def html(page: AppTest) -> str:
    assert not page.exception, page.exception
    return " ".join(one.proto.body for one in page.get("html"))


def shown(page: AppTest) -> tuple[str, list[str]]:
    """The range of the list and its references."""
    [said] = re.findall(r'okf-list-head"><strong>(.*?)</strong>', html(page))
    return said, [row["Reference"] for row in sheets(page)[-1]]


def followed(charity: World, page: AppTest, said: str) -> AppTest:
    """The page behind the link of these words."""
    [href] = re.findall(rf'<a href="([^"]*)"[^>]*>{re.escape(said)}</a>', html(page))
    return open_page(charity, "manager", "cases", **dict(parse_qsl(unescape(href).lstrip("?"))))


def test_each_page_says_which_rows_it_has_of_how_many_and_leads_to_its_neighbours(charity: World) -> None:
    first = open_page(charity, "manager", "cases")
    second = followed(charity, first, "Next")
    fourth = followed(charity, followed(charity, second, "Next"), "Next")

    assert shown(first) == ("1–2 of 7 cases", ["OKF-7", "OKF-6"])
    assert shown(second) == ("3–4 of 7 cases", ["OKF-5", "OKF-4"])
    assert shown(fourth) == ("7–7 of 7 cases", ["OKF-1"])
    assert shown(followed(charity, fourth, "Previous")) == ("5–6 of 7 cases", ["OKF-3", "OKF-2"])
    assert shown(followed(charity, second, "Previous")) == shown(followed(charity, fourth, "First")) == shown(first)
    assert '<span aria-disabled="true">Previous</span>' in html(first)
    assert '<span aria-disabled="true">Next</span>' in html(fourth)


def test_a_title_sorts_the_whole_list_and_begins_at_its_first_page(charity: World) -> None:
    page = followed(charity, followed(charity, open_page(charity, "manager", "cases"), "Next"), "Area")

    assert shown(page) == ("1–2 of 7 cases", ["OKF-5", "OKF-1"])
    assert dict(page.query_params) == {"sort": "area"}
    assert '<th scope="col" aria-sort="ascending">' in html(page)
    assert shown(followed(charity, page, "Next"))[1] == ["OKF-6", "OKF-2"]
    assert shown(followed(charity, page, "Area"))[1] == ["OKF-4", "OKF-3"]
    assert dict(followed(charity, page, "Opened").query_params) == {}, "the list's own order needs no words"


def test_a_filter_that_is_set_stands_above_the_list_and_is_taken_away_alone(charity: World) -> None:
    page = open_page(charity, "manager", "cases", status="On hold", live="true", opened_from="2026-01-02")

    assert shown(page) == ("1 case", ["OKF-4"])
    assert re.findall(r"Take away the filter: ([^\"]*)", html(page)) == [
        "Status: On hold",
        "Not closed",
        "Opened from: 2 Jan 2026",
    ]
    [away] = re.findall(r'<a href="([^"]*)"[^>]*Take away the filter: Status', html(page))
    assert dict(parse_qsl(unescape(away).lstrip("?"))) == {"live": "true", "opened_from": "2026-01-02"}
    empty = open_page(charity, "manager", "cases", status="Closed")
    assert "Take away the filter: Status: Closed" in html(empty), "and above an empty one too"


def test_a_day_that_narrows_a_list_stays_that_day_in_the_address_and_one_that_is_none_is_said(charity: World) -> None:
    page = open_page(charity, "manager", "cases")
    enter_when(page, "Opened from", "2 january").run()
    assert dict(page.query_params) == {"opened_from": "2 Jan 2026"}, "another year's reader sees the same list"
    narrowed = shown(page)

    enter_when(page, "Opened to", "rubbish").run()

    assert shown(page) == narrowed
    [said] = page.warning
    assert said.value == plain(
        "Opened to: this can't be read as a day. Write it like 3/3/26, 3 March 2026, today or next Tuesday."
        " The list is not narrowed by it."
    )


@pytest.mark.parametrize("word", ["x", "-1", "²", "9" * 30])
def test_a_number_that_is_none_is_not_said(charity: World, word: str) -> None:
    first = open_page(charity, "manager", "cases")
    [href] = re.findall(r'<a href="([^"]*)"[^>]*>Next</a>', html(first))
    query = {**dict(parse_qsl(unescape(href).lstrip("?"))), "from": word}

    assert shown(open_page(charity, "manager", "cases", **query))[1] == ["OKF-5", "OKF-4"]
