"""One search over everything: families, references, colleagues and pages, and nothing that may not be known."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import event

from okf.errors import CasebookError
from okf.search.queries.everything import Found, find
from okf.shell.navigation import PAGES
from okf.shell.page_words import ACTIONS, WORDS, pages_called
from okf.terms import Action, Role
from tests.world import World

NONE = Found()


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    world.dsl(name="Rosalind Kestrelby")
    world.caseworker(name="Bryony Fernhollow")
    world.caseworker("other", name="Emeka Tanglewood")
    world.service_user("su_1", name="Anaïs Windlestraw")
    world.service_user("su_2", name="Anais Underbough")
    world.case("OKF-1", parties=["su_1"], granted_to=["caseworker"])
    world.case("OKF-2", parties=["su_2"], granted_to=["other"])
    return world


def families(charity: World, who: str, words: str) -> list[str]:
    return [one.beside for one in find(charity.desk(who), words).families]


@pytest.mark.parametrize(
    "words", ["anais", "wind", "Windlestraw Anaïs", "ANAIS windle", "Windelstraw", "Windlestrow", "Anays Windlestraw"]
)
def test_a_family_is_found_misspelt_in_part_and_in_either_order(charity: World, words: str) -> None:
    assert families(charity, "caseworker", words) == ["OKF-1"]


@pytest.mark.parametrize("words", ["Underbough", "robin", "zzz", "a", " ", "--", "%"])
def test_C2_nobody_elses_family_is_found(charity: World, words: str) -> None:
    assert find(charity.desk("caseworker"), words) == NONE


def test_a_closed_case_is_found_by_its_reference_and_not_by_a_name(charity: World) -> None:
    charity.concern("OKF-1", raised_by="other")
    assert families(charity, "dsl", "Windlestraw") == ["OKF-1"]

    charity.close("OKF-1")

    assert references(charity, "dsl", "OKF-1") == ["Case OKF-1"]
    for who in ("dsl", "caseworker"):
        assert families(charity, who, "Windlestraw") == []


def test_a_look_for_a_family_is_on_record_and_the_word_is_not(charity: World) -> None:
    find(charity.desk("caseworker"), "Windlestraw")

    [looked] = charity.events(action=Action.LIST_OWN_CASES)
    assert (looked.facts["hits"], looked.facts["cases"]) == (1, ["OKF-1"])
    assert "windle" not in json.dumps([one.facts for one in charity.events()]).lower()


def references(charity: World, who: str, ref: str) -> list[str]:
    return [one.said for one in find(charity.desk(who), ref).references]


def test_C5_C9_a_reference_is_found_by_who_may_know_of_it(charity: World) -> None:
    concern = charity.concern("OKF-1", raised_by="other")
    enquiry = charity.enquiry("2026-11-20T10:00")
    known = {
        "caseworker": ["OKF-1"],
        "other": ["OKF-2", concern],
        "manager": ["OKF-1", "OKF-2", enquiry],
        "dsl": ["OKF-1", concern],  # it has an open concern
    }

    for who, theirs in known.items():
        found = [ref for ref in ("OKF-1", "OKF-2", concern, enquiry) if references(charity, who, ref.lower())]
        assert found == theirs, who


def test_C9_a_concern_about_the_reader_reads_as_nothing_and_costs_the_same_statements(charity: World) -> None:
    concern = charity.concern(raised_by="other", about_people=["manager"])
    charity.role("manager", Role.DEPUTY_DSL)
    statements: list[str] = []
    listen = (charity.store.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    counted = []
    for ref in (concern, "K-NOSUCH"):
        event.listen(*listen)
        assert find(charity.desk("caseworker"), ref) == NONE
        event.remove(*listen)
        counted.append(len(statements))
        statements.clear()

    assert counted[0] - counted[1] <= 6  # whom it is about, once its row is there: as its page asks


def test_C5_colleagues_are_found_by_who_may_see_them_all_and_the_leads_by_everybody(charity: World) -> None:
    def people(who: str, words: str) -> list[str]:
        return [one.said for one in find(charity.desk(who), words).people]

    assert people("manager", "tanglewod emeka") == ["Emeka Tanglewood"]
    assert people("caseworker", "Tanglewood") == []


def test_nothing_is_told_to_whose_account_is_off(charity: World) -> None:
    charity.leave("caseworker")

    with pytest.raises(CasebookError):
        find(charity.desk("caseworker"), "Windlestraw")


@pytest.mark.parametrize(
    "who, words, first",
    [
        ("manager", "who has signed", "agreements"),
        ("caseworker", "rota", "on_duty"),
        ("caseworker", "call note", "cases"),
        ("caseworker", "pasword", "account"),
        ("caseworker", "my agree", "my_agreements"),
        ("dsl", "low-level", "low_level"),
    ],
)
def test_a_page_is_found_by_what_people_call_it(charity: World, who: str, words: str, first: str) -> None:
    assert first in [path for _, path in pages_called(charity.desk(who), words)][:2]


def test_no_page_is_found_that_is_not_ones_own(charity: World) -> None:
    assert pages_called(charity.desk("caseworker"), "who has signed") == []
    assert pages_called(charity.desk("caseworker"), "low-level") == []


def test_every_page_of_the_menu_has_its_words_and_every_action_its_page() -> None:
    listed = {page.url_path for page in PAGES if page.listed}

    assert listed - WORDS.keys() == set()
    assert {path for _, path, _ in ACTIONS} | WORDS.keys() <= {page.url_path for page in PAGES}
