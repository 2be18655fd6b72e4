"""The menu: whose pages stand in it, in which groups, and how much waits on each."""

from __future__ import annotations

from datetime import date

import pytest

from okf.shell import menu
from okf.shell.navigation import HELP, PAGES, SECTIONS, Entry, pages_for
from okf.terms import ConcernStatus, Role
from okf.today.queries.pending import pending_items, waiting_by_page
from tests.world import World


def titles(world: World, who: str) -> list[str]:
    return [one.page.url_path for one in menu.items(pages_for(world.desk(who)), "", {})]


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    world.dsl()
    world.caseworker()
    world.person("watcher", roles=[Role.COMPLIANCE_VIEWER])
    world.person("admin", roles=[Role.ADMINISTRATOR])
    world.volunteer()
    world.case("OKF-1", granted_to=["caseworker", "volunteer"])
    return world


def test_every_page_of_the_menu_is_in_a_group_and_the_groups_have_their_order(charity: World) -> None:
    assert [page.url_path for page in PAGES if page.listed and not page.section] == [""]
    for who in ("manager", "dsl", "watcher"):
        sections = [one.page.section for one in menu.items(pages_for(charity.desk(who)), "", {})]
        assert list(dict.fromkeys(sections)) == [one for one in ("", *SECTIONS) if one in sections]


def test_an_entry_is_for_whom_it_leads_somewhere(charity: World) -> None:
    assert {"cases", "calendar", "shares"} <= {*titles(charity, "caseworker")} & {*titles(charity, "volunteer")}
    for who in ("watcher", "admin"):
        assert not {"cases", "calendar", "shares", "access_requests"} & {*titles(charity, who)}
        assert "cases" in [page.url_path for page in pages_for(charity.desk(who))]  # the address stays


def test_somebody_who_only_watches_has_their_cases_in_the_menu_once_they_hold_one(charity: World) -> None:
    charity.grant("watcher", "OKF-1")

    assert "cases" in titles(charity, "watcher")


def test_what_is_important_stands_for_itself(charity: World) -> None:
    shown = set(titles(charity, "manager"))

    assert {"on_duty", "chasing", "access_map", "confirmations", "emergency_reviews", "paper_signatures"} <= shown
    assert not {"bound", "certificates", "agreement_texts", "raise_concern", "case"} & shown


PLACES = (
    Entry("", "First", "home"),
    Entry("cases", "Cases", "home", section="Cases"),
    Entry("case", "Case", "home", listed=False, under="cases"),
    Entry("late", "Late", "home", section="Cases", under="cases"),
    Entry("lost", "Lost", "home", section=HELP, under="elsewhere"),
)


def shown(here: str, **waiting: int) -> list[tuple[str, int, list[tuple[str, int]]]]:
    return [
        (one.page.url_path, one.count, [(under.page.url_path, under.count) for under in one.under])
        for one in menu.items(PLACES, here, waiting)
    ]


def test_a_page_under_another_is_there_while_one_is_there_and_counted_with_it_until_then() -> None:
    waiting = {"cases": 1, "case": 2, "late": 4}

    assert shown("", **waiting) == [("", 0, []), ("cases", 7, []), ("lost", 0, [])]
    for here in ("cases", "case", "late"):
        assert shown(here, **waiting)[1] == ("cases", 3, [("late", 4)])


def test_the_page_that_is_shown_is_marked_and_so_is_the_one_it_stands_under() -> None:
    [_, cases, _] = menu.items(PLACES, "case", {})
    assert (cases.is_here, cases.is_within) == (False, True)
    [first, cases, _] = menu.items(PLACES, "", {})
    assert (first.is_here, cases.is_here, cases.is_within) == (True, False, False)


def test_C9_what_waits_is_counted_after_the_policy(charity: World) -> None:
    """A concern that waits counts for who works it, and for nobody whom it is about."""
    late = {"status": ConcernStatus.TRIAGED, "raised_at": "2026-09-01T10:00", "next_review_on": date(2026, 10, 1)}
    charity.concern("OKF-1", about_people=["dsl"], **late)
    before = waiting_by_page(charity.desk("dsl"))
    charity.concern("OKF-1", **late)
    charity.concern("OKF-1", **late)

    after = waiting_by_page(charity.desk("dsl"))

    assert "concerns" not in before
    assert after["concerns"] == 2
    assert "concerns" not in waiting_by_page(charity.desk("caseworker"))


def test_each_count_is_the_number_that_today_says(charity: World) -> None:
    for days in (1, 2, 3):
        charity.enquiry(f"2026-11-{20 - days}T10:00")

    said = {one.page: one for one in pending_items(charity.desk("manager"))}

    assert said["enquiries"].count == 3
    assert said["enquiries"].text.startswith("3 ")
    assert waiting_by_page(charity.desk("manager"))["enquiries"] == 3
