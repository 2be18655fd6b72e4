"""An access says that the address goes along, or whoever holds it finds it nowhere (C5)."""

from __future__ import annotations

from random import Random

import pytest

from okf.cases.commands.grants import NewGrant, grant_access
from okf.cases.commands.handovers import hand_over
from okf.cases.commands.people import show_contact
from okf.cases.queries.access import THE_ADDRESS, access_to
from okf.cases.queries.case import case_in_view, shown_of
from okf.cases.queries.contact import people_reached
from okf.cases.queries.who_sees import Proposed, who_sees
from okf.policy.least import LEAST, Least, least_of
from okf.store.marks import grant_mark
from okf.store.models import AccessGrant
from okf.terms import Action, Capacity, FamilyField, RecordClass, Role
from tests.cases.test_case_pages import open_page, sent
from tests.cases.test_least import CASE, all_pages, family, shown
from tests.policy.plain import grant
from tests.world import World

pytestmark = pytest.mark.one_database
STREETS = {"STREET-PARTY_A", "STREET-PARTY_B", "STREET-CHILD_C"}


@pytest.fixture
def charity(world: World) -> World:
    """A family with an address each, a manager, and two volunteers who drive."""
    family(world)
    world.manager()
    for who in ("driver", "helper"):
        world.volunteer(who)
    return world


def give(world: World, to: str, *, part: str = "sole:party_b", with_address: bool = False) -> str:
    asked = NewGrant(to, Capacity.VOLUNTEER, [part], "To drive her", [RecordClass.TASK_NOTE], with_address=with_address)
    return grant_access(world.desk("manager", chance=Random(f"{to} {part}")), CASE, asked)


def streets(told: str) -> set[str]:
    return {one for one in STREETS if one in told}


def test_C5_the_address_stands_behind_show_for_whom_the_access_names_it_and_for_nobody_else(charity: World) -> None:
    give(charity, "driver", with_address=True)
    give(charity, "helper")

    page = all_pages(charity, "driver")
    assert streets(sent(page)) == set()
    told = shown(page)
    assert streets(told) == {"STREET-PARTY_B"}
    assert "WORD-PARTY_B" not in told  # the address, and no more
    assert streets(shown(all_pages(charity, "helper"))) == set()
    looked, _ = charity.events(action=Action.SHOW_CONTACT)  # pressed beside what happened, and among the people
    assert (looked.actor, looked.facts["shown"]) == ("driver", ["address"])


def test_C5_without_it_no_deed_or_query_tells_it(charity: World) -> None:
    give(charity, "helper")
    desk = charity.desk("helper")

    assert show_contact(desk, CASE, "party_b") == {}
    assert all(one.behind == () for one in case_in_view(desk, CASE).family)
    assert [one.behind for one in people_reached(desk, CASE)] == [()]


def test_C5_it_is_of_those_whose_part_that_access_covers(charity: World) -> None:
    give(charity, "driver", with_address=True)
    give(charity, "driver", part="sole:party_a")
    desk = charity.desk("driver")

    assert {one.ref: one.behind for one in case_in_view(desk, CASE).family if one.behind} == {"party_b": ("address",)}
    assert {one.ref: one.behind for one in people_reached(desk, CASE)} == {"party_a": (), "party_b": ("address",)}
    assert show_contact(desk, CASE, "party_a") == {}
    assert show_contact(desk, CASE, "party_b") == {"address": "STREET-PARTY_B"}


def test_C5_it_belongs_to_the_work_of_its_access() -> None:
    """Who drives somebody, and is therapist of another, has no address as their therapist."""
    drives = grant("G-1", capacity=Capacity.VOLUNTEER, compartments=("sole:party_a",), with_address=True)
    treats = grant("G-2", capacity=Capacity.THERAPIST, compartments=("sole:party_a",))

    for held, whose in ((drives, {"party_a"}), (treats, set())):
        seen = least_of([held])
        assert {one for one in ("party_a", "party_b") if seen.shows_of(one, FamilyField.ADDRESS)} == whose
        assert not seen.shows(FamilyField.ADDRESS)
    assert not least_of([drives, treats]).shows_of("party_a", FamilyField.ADDRESS)
    by_work = least_of([grant()], [Role.CASEWORKER])
    assert by_work.shows_of("party_a", FamilyField.ADDRESS)


def test_a_handover_passes_it_on_and_whoever_runs_access_reads_it(charity: World) -> None:
    give(charity, "driver", with_address=True)

    hand_over(charity.desk("manager"), CASE, from_person="driver", to_person="helper")

    assert show_contact(charity.desk("helper"), CASE, "party_b") == {"address": "STREET-PARTY_B"}
    rows = {row.person: row for row in access_to(charity.desk("manager"), CASE).live}
    assert THE_ADDRESS in rows["helper"].parts
    assert not [who for who, row in rows.items() if THE_ADDRESS in row.parts and who != "helper"]
    told = [one.facts.get("with_address") for one in charity.events(action=Action.GRANT)]
    assert told == [True, True]


def test_C5_who_will_see_what_names_it_before_it_is_given(charity: World) -> None:
    new = Proposed("driver", Capacity.VOLUNTEER, ("sole:party_b",), ("task_note",), None, None, with_address=True)

    [row] = [one for one in who_sees(charity.desk("manager"), CASE, new).rows if one.person == "driver"]

    assert (row.before, row.after["sole:party_b"].address) == ({}, True)
    give(charity, "driver")
    [row] = [one for one in who_sees(charity.desk("manager"), CASE, new).rows if one.person == "driver"]
    assert (row.before["sole:party_b"].address, row.after["sole:party_b"].address, row.changes) == (False, True, True)


def test_the_form_offers_it_where_the_work_has_none_and_a_part_is_somebodys(charity: World) -> None:
    page = open_page(charity, "manager", "case", case=CASE, part="Manage")
    offered = {Role.CASEWORKER: False, Role.MEDIATOR: True, Capacity.VOLUNTEER: False}  # a volunteer begins with joint
    for work, there in offered.items():
        page.selectbox(key="grant_work").select(work).run()
        assert bool([one for one in page.checkbox if one.label == "The address too"]) is there, work
    page.selectbox(key="grant_to").select("driver")
    page.multiselect(key="grant_parts_volunteer-None").set_value(["sole:party_b"])
    page.text_input(key="grant_purpose").set_value("To drive her").run()
    [choice] = [one for one in page.checkbox if one.label == "The address too"]
    assert not choice.value

    choice.check().run()
    assert "see the address of whose part it is" in sent(page)
    page.button(key="grant_look").click().run()
    assert "and the address" in sent(page)
    page.button(key="grant_save").click().run()

    assert show_contact(charity.desk("driver"), CASE, "party_b") == {"address": "STREET-PARTY_B"}


def test_C5_the_mark_of_an_access_holds_it_and_no_earlier_mark_changes(charity: World) -> None:
    [given] = charity.all(AccessGrant, id=give(charity, "driver"))
    assert given.with_address is None  # what is empty is in no mark
    before = grant_mark(given)

    given.with_address = True

    assert grant_mark(given) != before


def test_C5_that_no_letter_is_safe_is_in_sight_where_the_address_is_not():
    seen = Least(Role.MEDIATOR, LEAST[Role.MEDIATOR])

    told = {"address": "4 Heron Lane", "post_safe": False, "safe_phone": "07700 900001"}
    assert shown_of(told, seen, "party_a") == {"post_safe": False, "safe_phone": "07700 900001"}
    assert shown_of(told | {"post_safe": True}, seen, "party_a") == {"safe_phone": "07700 900001"}
