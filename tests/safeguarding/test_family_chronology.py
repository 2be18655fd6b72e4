"""Every concern about a family in one chronology, across cases, for those who work each of them (C9)."""

from __future__ import annotations

import pytest

from okf.errors import NotFound
from okf.paging import Page
from okf.safeguarding.commands.chronology import add_to_concern
from okf.safeguarding.queries.family_chronology import family_chronology
from okf.terms import Action, Role
from tests.world import World

pytestmark = pytest.mark.both_databases


@pytest.fixture
def family(charity: World) -> World:
    """The child has a concern on each of two cases; a stranger's is on a third."""
    charity.case("OKF-2", parties=["party_b", "party_z"])
    charity.case("OKF-9", parties=["stranger"])
    charity.concern("OKF-2", "K-2", about=["party_z"], account="An older worry.", raised_at="2026-07-01T10:00")
    charity.concern(None, "K-3", about=["child_c"], raised_at="2026-08-01T10:00")
    charity.concern("OKF-9", "K-9", about=["stranger"])
    for number, ref in enumerate(("K-1", "K-2", "K-3", "K-9")):
        charity.later(minutes=number + 1)
        add_to_concern(charity.desk("deputy"), ref, what="Action taken", text=f"Done on {ref}.")
    return charity


def refs(world: World, by: str, ref: str = "K-1") -> list[str]:
    """The concerns that somebody finds there."""
    return sorted(one.ref for one in family_chronology(world.desk(by), ref).concerns)


def test_C9_the_same_people_and_the_familys_other_cases_are_there_and_strangers_are_not(family: World) -> None:
    found = family_chronology(family.desk("dsl"), "K-1")

    assert sorted(one.ref for one in found.concerns) == ["K-1", "K-2", "K-3"]
    assert [one.text for one in found.entries.rows] == ["Done on K-1.", "Done on K-2.", "Done on K-3."]
    assert refs(family, "dsl", "K-9") == ["K-9"]


@pytest.mark.parametrize("who", ["manager", "caseworker", "trustee"])
def test_C9_it_is_for_leads_alone(family: World, who: str) -> None:
    with pytest.raises(NotFound):
        family_chronology(family.desk(who), "K-1")


def test_C9_never_one_about_the_reader_nor_of_a_family_they_are_tied_to(family: World) -> None:
    family.person("other", roles=[Role.DSL])
    family.concern("OKF-1", "K-4", about=["child_c"], about_people=["other"])
    assert refs(family, "other") == ["K-1", "K-2", "K-3"]
    with pytest.raises(NotFound):
        family_chronology(family.desk("other"), "K-4")

    family.conflict("other", "party_z")

    assert refs(family, "other") == ["K-1", "K-3"]


def test_C9_the_concerns_whose_words_are_shown_are_on_record_as_read(family: World) -> None:
    desk = family.desk("dsl", session_id="one sign-in")

    family_chronology(desk, "K-1")
    family_chronology(desk, "K-1")

    read = family.events(actor="dsl", action=Action.READ_CONCERN)
    assert sorted(str(event.subject) for event in read) == ["K-1", "K-2", "K-3"]
    assert {event.case_ref for event in read} == {None}


def test_it_is_read_page_by_page_and_without_plain_notes_unless_asked_for(family: World) -> None:
    add_to_concern(family.desk("dsl"), "K-3", what="Note", text="A plain note.")
    desk = family.desk("dsl")

    first = family_chronology(desk, "K-1", Page(size=2)).entries
    second = family_chronology(desk, "K-1", Page(after=first.next, size=2)).entries

    assert [one.concern_ref for one in (*first.rows, *second.rows)] == ["K-1", "K-2", "K-3"]
    back = family_chronology(desk, "K-1", Page(before=second.previous, size=2)).entries
    assert [one.concern_ref for one in back.rows] == ["K-1", "K-2"]
    assert len(family_chronology(desk, "K-1", notes=True).entries.rows) == 4
