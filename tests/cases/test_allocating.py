"""Who is chosen to lead: by the room they have, what speaks against each, and several cases at once (C3, C5, C7)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from okf.cases.commands.allocating import allocate
from okf.cases.commands.look_first import set_look_first
from okf.cases.queries.candidates import candidates, must_sign
from okf.cases.queries.cases import caseload_page
from okf.cases.queries.filters import CaseFilters
from okf.cases.queries.waiting import Why, waiting_parties
from okf.clock import london_date
from okf.errors import Refused
from okf.store.models import AccessGrant
from okf.terms import Capacity
from okf.today.queries.overview import overview
from tests.cases.test_case_pages import open_page, sent
from tests.world import World

OWN = ["sole:party_a", "joint"]


@pytest.fixture
def charity(world: World) -> World:
    """Two cases that wait; Busy leads one already, Una has not signed, Ann is away, Tia is tied to the family."""
    world.manager()
    world.volunteer("aaron")
    world.caseworker("busy", name="Busy Bee", caseload_most=5)
    world.caseworker("free", name="Free Hand")
    world.caseworker("una", name="Una Signed", signed=None)
    world.caseworker("ann", name="Ann Away", caseload_most=4)
    world.caseworker("tia", name="Tia Tied")
    today = london_date(world.now)
    world.absent("ann", today - timedelta(days=1), today + timedelta(days=3))
    world.case("OKF-1", parties=["party_a", "party_b"])
    world.case("OKF-2", parties=["party_c"])
    world.case("OKF-3", parties=["party_d"])
    world.grant("busy", "OKF-3", compartments=["sole:party_d"], lead_for="party_d")
    world.conflict("tia", "party_a")
    world.later(minutes=1)
    return world


@pytest.mark.both_databases
def test_caseworkers_come_first_by_the_room_they_have_and_whom_a_tie_bars_is_not_offered(charity: World) -> None:
    found = candidates(charity.desk("manager"), case_ref="OKF-1", lead_for="party_a")

    assert [one for one in found if one != "manager"] == ["free", "una", "ann", "busy", "aaron"]
    assert (found["busy"].weight, found["busy"].most, found["busy"].room) == (1, 5, 4)
    assert {one.username for one in found.values() if one.suspended} == {"una"}
    assert {one.username for one in found.values() if one.away_to} == {"ann"}
    assert "tia" in candidates(charity.desk("manager"), case_ref="OKF-2", lead_for="party_c")
    assert list(candidates(charity.desk("manager"), "hand")) == ["free"]
    with pytest.raises(Refused):
        candidates(charity.desk("busy"))


def test_C7_once_signed_is_said_only_of_those_who_have_not(charity: World) -> None:
    desk = charity.desk("manager")

    assert [must_sign(desk, who, Capacity.STAFF) for who in ("free", "una")] == [False, True]
    assert must_sign(desk, "aaron", Capacity.VOLUNTEER) is False
    assert must_sign(desk, "free", Capacity.THERAPIST) is True


def test_whoever_is_away_or_suspended_is_asked_about_and_once_signed_told(charity: World) -> None:
    page = open_page(charity, "manager", "case", case="OKF-2", part="Manage")
    page.selectbox(key="grant_to").select("free").run()
    assert not [one for one in page.checkbox if "all the same" in one.label]
    page.text_input(key="grant_purpose").set_value("Casework").run()
    assert "Free Hand will read" in sent(page)
    assert "once they have signed" not in sent(page)

    for who, why in (("ann", "away to the end of"), ("una", "access suspended")):
        page.selectbox(key="grant_to").select(who).run()
        [asked] = [one for one in page.checkbox if "all the same" in one.label]
        assert why in asked.label
        assert "will read" not in sent(page)
        asked.check().run()
        assert "will read" in sent(page)
    assert "once they have signed" in sent(page)


@pytest.mark.both_databases
def test_C3_C7_a_case_whose_caseworker_has_not_signed_reads_as_not_able_to_open(charity: World) -> None:
    charity.grant("una", "OKF-2", compartments=["sole:party_c"], lead_for="party_c")
    charity.later(minutes=1)
    desk = charity.desk("manager")

    rows = {row.ref: row for row in caseload_page(desk).rows}
    assert {ref: row.not_able for ref, row in rows.items()} == {"OKF-1": (), "OKF-2": ("Una Signed",), "OKF-3": ()}
    assert [row.ref for row in caseload_page(desk, filters=CaseFilters(unsigned=True)).rows] == ["OKF-2"]
    figures = overview(desk).caseload
    assert figures is not None
    assert str(figures.not_able) == "1"
    charity.sign("una")
    charity.later(minutes=1)
    assert not caseload_page(charity.desk("manager"), filters=CaseFilters(unsigned=True)).rows


def test_C3_C7_the_list_and_the_case_say_that_its_caseworker_has_not_signed(charity: World) -> None:
    charity.grant("una", "OKF-2", compartments=["sole:party_c"], lead_for="party_c")
    charity.later(minutes=1)

    assert "Allocated, not able to open: not signed (Una Signed)" in sent(open_page(charity, "manager", "cases"))
    head = sent(open_page(charity, "manager", "case", case="OKF-2")).replace("\\", "")
    assert "Allocated, not able to open: not signed (Una Signed)" in head
    assert "not able to open" not in sent(open_page(charity, "manager", "case", case="OKF-3"))


@pytest.mark.both_databases
def test_C5_a_tie_to_another_family_leaves_somebody_the_lead_caseworker_of_this_one(charity: World) -> None:
    charity.grant("busy", "OKF-1", compartments=OWN, lead_for="party_a")
    charity.grant("tia", "OKF-2", compartments=["sole:party_c"], lead_for="party_c")
    charity.later(minutes=1)

    rows = {row.ref: row.caseworkers for row in caseload_page(charity.desk("manager")).rows}

    assert rows == {"OKF-1": ("Busy Bee",), "OKF-2": ("Tia Tied",), "OKF-3": ("Busy Bee",)}


@pytest.mark.both_databases
def test_C3_each_party_says_why_it_waits(charity: World) -> None:
    set_look_first(charity.desk("manager"), "OKF-2", reason="Ask her alone")
    charity.grant("free", "OKF-1", ref="G-B", compartments=["sole:party_b"], lead_for="party_b")
    charity.grant("tia", "OKF-1", compartments=OWN, lead_for="party_a")
    charity.later(minutes=1)
    charity.end_grant("G-B")
    charity.end_grant(charity.all(AccessGrant, person="busy")[0].id)
    charity.later(minutes=1)
    charity.case("OKF-4", parties=["party_e"])

    found = {(one.case_ref, one.number): (one.why, one.who) for one in waiting_parties(charity.desk("manager")).rows}

    assert found == {
        ("OKF-1", 1): (Why.TIED, "Tia Tied"),
        ("OKF-1", 2): (Why.ENDED, "Free Hand"),
        ("OKF-2", 1): (Why.LOOK_FIRST, None),
        ("OKF-3", 1): (Why.ENDED, "Busy Bee"),
        ("OKF-4", 1): (Why.NEW, None),
    }
    with pytest.raises(Refused):
        waiting_parties(charity.desk("busy"))


@pytest.mark.both_databases
def test_C5_several_are_given_at_once_and_each_that_is_not_says_why(charity: World) -> None:
    several = [("OKF-1", "party_a"), ("OKF-2", "party_c"), ("OKF-3", "party_d")]

    left_out = allocate(charity.desk("manager"), "tia", several)

    assert [one.partition(":")[0] for one in left_out] == ["OKF-1", "OKF-3"]
    assert "conflict" in left_out[0]
    assert "hand over instead" in left_out[1]
    [given] = charity.all(AccessGrant, person="tia")
    assert (given.case_ref, given.lead_for, set(given.compartments)) == ("OKF-2", "party_c", {"sole:party_c", "joint"})
    with pytest.raises(Refused):
        allocate(charity.desk("busy"), "free", several)


def test_C3_a_manager_gives_two_cases_to_one_person_and_sees_which_was_not_given(charity: World) -> None:
    page = open_page(charity, "manager", "cases", view="Waiting for a caseworker")
    for key in ("allocate_OKF-1_party_a", "allocate_OKF-2_party_c"):
        page.checkbox(key=key).check().run()
    page.selectbox(key="allocate_to").select("tia").run()
    page.button(key="allocate_save").click().run()

    assert {grant.case_ref for grant in charity.all(AccessGrant, person="tia")} == {"OKF-2"}
    assert "Tia Tied leads 1 party more" in sent(page)
    assert "Not given: OKF-1" in sent(page).replace("\\", "")


def test_C3_a_case_that_waits_opens_where_its_caseworker_is_given_and_today_leads_to_those_that_wait(
    charity: World,
) -> None:
    listed = sent(open_page(charity, "manager", "cases"))
    assert "case?case=OKF-1&amp;part=Manage" in listed
    assert "case?case=OKF-3&amp;part=Manage" not in listed

    assert "cases?view=Waiting+for+a+caseworker" in sent(open_page(charity, "manager", "overview"))
