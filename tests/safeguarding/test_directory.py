"""The directory of local authorities: kept right by the leads, told to everybody, imported whole or not at all (C9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from okf.errors import Conflict, Invalid, Refused
from okf.load.outcome import ImportOutcome
from okf.load.tables import Tables
from okf.policy.directory import Authority, Step
from okf.safeguarding.commands.directory import change_authority, check_authority, enter_authority, remove_authority
from okf.safeguarding.commands.directory_import import import_directory
from okf.safeguarding.queries.concern import concern_in_view
from okf.safeguarding.queries.directory import (
    directory_in_view,
    numbers,
    out_of_hours_of,
    recipients_offered,
    remember_directory,
)
from okf.store.models import AuthorityStep, LocalAuthority
from okf.terms import Action, Role
from okf.today.queries.pending import pending_items
from tests.conftest import Place
from tests.safeguarding.test_inbox import gone
from tests.world import World

NORTH = Authority(
    name="Northshire Council",
    areas=("North", "North East"),
    is_default=True,
    hours="Monday to Friday, 9:00 to 17:00",
    children_phone="01632960101",
    children_email="mash@northshire.example",
    out_of_hours_phone="01632 960102",
    lado_name="Morwenna Sandpiper",
    lado_phone="01632 960103",
    police_force="Northshire Police",
    police_phone="01632 960105",
    steps=(Step("Team manager, MASH", "01632 960106", 2), Step("Head of service", None, 5)),
)
SOUTH = Authority(name="Southshire Council", areas=("South West",), out_of_hours_phone="020 7946 0102")


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    world.dsl(name="Dana Lead")
    world.caseworker()
    world.person("administrator", roles=[Role.ADMINISTRATOR])
    world.case("OKF-1", area="South West", granted_to=["caseworker"])
    world.concern("OKF-1", "K-1")
    world.concern(None, "K-2")
    return world


def mark(world: World, number: int) -> str:
    """That of an authority as it stands."""
    found = directory_in_view(world.desk("dsl")).one(str(number))
    assert found is not None
    return found.mark


def changed(world: World, number: int, told: Authority) -> None:
    change_authority(world.desk("dsl"), number, told, seen=mark(world, number))


def test_C9_a_lead_enters_an_authority_and_it_is_on_the_record_as_checked_by_them_today(charity: World) -> None:
    number = enter_authority(charity.desk("dsl"), NORTH)

    view = directory_in_view(charity.desk("manager"))
    assert view.authorities == (
        replace(NORTH, id=number, children_phone="01632 960101", checked_on=date(2026, 11, 23), checked_by="dsl"),
    )
    assert (view.names, view.overdue, view.may_change) == ({"dsl": "Dana Lead"}, frozenset(), False)
    [event] = charity.events(action=Action.CHANGE_DIRECTORY)
    assert (event.subject, event.facts["did"]) == ("Northshire Council", "entered")


def test_C9_only_leads_change_the_directory_and_everybody_who_may_raise_a_concern_has_its_numbers(
    charity: World,
) -> None:
    number = enter_authority(charity.desk("dsl"), NORTH)
    for who in ("manager", "caseworker", "administrator"):
        desk = charity.desk(who)
        with pytest.raises(Refused):
            enter_authority(desk, SOUTH)
        with pytest.raises(Refused):
            check_authority(desk, number, seen="")
        with pytest.raises(Refused):
            remove_authority(desk, number)
        assert [one.out_of_hours_phone for one in numbers(desk).authorities] == ["01632 960102"]
    with pytest.raises(Refused):
        directory_in_view(charity.desk("caseworker"))


@pytest.mark.parametrize(
    "wrong, told",
    [
        ({"name": " "}, "Name: write it down first"),
        ({"name": "northshire  council"}, "Northshire Council is in the directory already"),
        ({"areas": ("NORTH",)}, "NORTH is an area of Northshire Council: each area has one authority"),
        ({"children_phone": "tbc"}, "MASH"),
        ({"lado_email": "somebody"}, "this is no e-mail address"),
        ({"steps": (Step("", None, 3),)}, "Step 1: role or name"),
    ],
)
def test_what_cant_be_kept_is_said_by_its_field(charity: World, wrong: dict[str, Any], told: str) -> None:
    enter_authority(charity.desk("dsl"), NORTH)

    with pytest.raises(Invalid) as refused:
        enter_authority(charity.desk("dsl"), replace(SOUTH, **wrong))

    assert told in str(refused.value)
    assert charity.count(LocalAuthority) == 1


def test_one_press_says_that_it_was_checked_and_at_the_settings_age_it_is_due_again(charity: World) -> None:
    number = enter_authority(charity.desk("dsl"), NORTH)
    charity.setting("directory_check_days", 30)
    charity.later(days=29)
    assert directory_in_view(charity.desk("dsl")).overdue == frozenset()
    charity.later(days=1)
    assert directory_in_view(charity.desk("dsl")).overdue == {number}

    waits = "1 authority's numbers are to be checked"
    assert waits in [one.text for one in pending_items(charity.desk("dsl"))]
    assert waits not in [one.text for one in pending_items(charity.desk("manager"))]
    changed(charity, number, replace(NORTH, notes="Ask for option 2."))
    assert directory_in_view(charity.desk("dsl")).overdue == {number}
    check_authority(charity.desk("dsl"), number, seen=mark(charity, number))
    assert directory_in_view(charity.desk("dsl")).overdue == frozenset()
    assert waits not in [one.text for one in pending_items(charity.desk("dsl"))]


def test_a_new_default_takes_the_place_of_the_one_before(charity: World) -> None:
    enter_authority(charity.desk("dsl"), NORTH)
    south = enter_authority(charity.desk("dsl"), SOUTH)

    changed(charity, south, replace(SOUTH, is_default=True))

    assert [one.name for one in charity.all(LocalAuthority) if one.is_default] == ["Southshire Council"]


def test_a_change_says_which_fields_and_what_is_taken_off_is_gone_with_its_steps(charity: World) -> None:
    number = enter_authority(charity.desk("dsl"), NORTH)
    changed(charity, number, replace(NORTH, lado_phone=None, steps=NORTH.steps[:1]))
    [_, event] = charity.events(action=Action.CHANGE_DIRECTORY)
    assert event.facts["changed"] == ["lado_phone", "steps"]
    assert [(one.place, one.who) for one in charity.all(AuthorityStep)] == [(1, "Team manager, MASH")]

    remove_authority(charity.desk("dsl"), number)

    assert (charity.count(LocalAuthority), charity.count(AuthorityStep)) == (0, 0)


@pytest.mark.both_databases
def test_what_somebody_else_changed_meanwhile_is_neither_overwritten_nor_checked_unseen(charity: World) -> None:
    number = enter_authority(charity.desk("dsl"), NORTH)
    seen = mark(charity, number)
    charity.later(days=1)
    check_authority(charity.desk("dsl"), number, seen=seen)  # changes nothing of what it says
    change_authority(charity.desk("dsl"), number, replace(NORTH, steps=NORTH.steps[:1]), seen=seen)

    with pytest.raises(Conflict, match="Somebody else changed Northshire Council meanwhile"):
        change_authority(charity.desk("dsl"), number, replace(NORTH, notes="Ask for option 2."), seen=seen)
    with pytest.raises(Conflict):
        check_authority(charity.desk("dsl"), number, seen=seen)

    [found] = directory_in_view(charity.desk("dsl")).authorities
    assert (found.steps, found.notes) == (NORTH.steps[:1], None)


# Whom it offers


def test_C9_the_authority_of_the_cases_area_is_offered_first_and_the_default_where_nobody_knows(charity: World) -> None:
    desk = charity.desk("dsl")
    for one in (NORTH, SOUTH):
        enter_authority(desk, one)

    def offered(ref: str, kind: str) -> list[str]:
        return [one.in_words for one in recipients_offered(desk, concern_in_view(desk, ref), kind)]  # type: ignore[arg-type]

    assert offered("K-1", "la_out_of_hours") == [
        "Southshire Council, out of hours, 020 7946 0102, evenings, nights, weekends and bank holidays",
        "Northshire Council, out of hours, 01632 960102, evenings, nights, weekends and bank holidays",
    ]
    assert offered("K-2", "lado")[0] == (
        "Morwenna Sandpiper, Northshire Council, 01632 960103, Monday to Friday, 9:00 to 17:00"
    )
    assert offered("K-2", "police_101")[0] == "Northshire Police, 101, unit for child protection: 01632 960105"
    assert offered("K-2", "gp") == []


def test_C9_the_out_of_hours_number_is_that_of_the_area_or_of_the_default_and_none_without_one(charity: World) -> None:
    desk = charity.desk("caseworker")
    assert out_of_hours_of(desk) is None
    enter_authority(charity.desk("dsl"), NORTH)
    south = enter_authority(charity.desk("dsl"), SOUTH)

    for area, phone in ((None, "01632 960102"), ("south  west", "020 7946 0102"), ("Elsewhere", "01632 960102")):
        found = out_of_hours_of(desk, area)
        assert found is not None
        assert found.phone == phone
    changed(charity, south, replace(SOUTH, out_of_hours_phone=None))
    assert out_of_hours_of(desk, "South West") is None


@pytest.mark.one_database
def test_C9_while_the_database_is_down_the_numbers_are_those_last_known(charity: World, place: Place) -> None:
    enter_authority(charity.desk("dsl"), NORTH)
    remember_directory(charity.host())
    at = charity.now
    charity.later(minutes=5)

    with gone(place):
        known = numbers(charity.desk("caseworker"))
        found = out_of_hours_of(charity.desk("caseworker"))

    assert ([one.name for one in known.authorities], known.known_at) == (["Northshire Council"], at)
    assert found is not None
    assert found.phone == "01632 960102"


# From a file

ROW = {"name": "Westshire Council", "areas": "Wales; West", "children_phone": "01632 960301", "is_default": "yes"}
STEPS = [
    {"authority": "Westshire Council", "step": 2, "who": "Director", "working_days": 5},
    {"authority": "Westshire Council", "step": 1, "who": "Team manager", "contact": "01632 960302", "working_days": 3},
]


def load(world: World, *rows: dict[str, Any], steps: list[dict[str, Any]] | None = None, **more: Any) -> ImportOutcome:
    """An import of these rows by the lead."""
    told: dict[str, Any] = {"authorities": list(rows)} | ({"escalation_steps": steps} if steps else {})
    return import_directory(more.pop("desk", None) or world.desk("dsl"), Tables.from_plain(told), **more)


def test_a_file_is_shown_before_it_is_written_and_importing_it_again_changes_nothing(charity: World) -> None:
    enter_authority(charity.desk("dsl"), NORTH)
    rows = (ROW, {"name": "northshire council", "lado_name": "Piran Curlew"})

    shown = load(charity, *rows, steps=STEPS, dry_run=True)

    assert [(one.table, one.new, one.changed) for one in shown.counts] == [
        ("authorities", 1, 1),
        ("escalation_steps", 2, 0),
    ]
    assert [one.in_words() for one in shown.changes] == [
        "authorities, row 2, column lado_name: Morwenna Sandpiper -> Piran Curlew"
    ]
    assert charity.count(LocalAuthority) == 1
    assert load(charity, *rows, steps=STEPS).in_words()[-1] == "The directory is imported."
    north, west = directory_in_view(charity.desk("dsl")).authorities
    assert (north.lado_name, north.lado_phone, north.is_default) == ("Piran Curlew", "01632 960103", False)
    assert north.steps == NORTH.steps
    assert (west.areas, west.steps) == (
        ("Wales", "West"),
        (Step("Team manager", "01632 960302", 3), Step("Director", None, 5)),
    )
    assert west.is_default
    assert load(charity, *rows, steps=STEPS).changes_nothing


@pytest.mark.parametrize(
    "row, steps, told",
    [
        ({"children_phone": "12"}, [], "column children_phone: "),
        ({"areas": "North"}, [], "North is an area of Northshire Council"),
        ({"checked_on": "2027-01-01", "checked_by": "Somebody"}, [], "this day is still to come"),
        ({"checked_by": "Somebody"}, [], "a check has both its day and who made it"),
        ({"mash": "01632 960301"}, [], "there is no column 'mash' in authorities"),
        ({}, [STEPS[0]], "the step before it is missing"),
        ({}, [STEPS[1] | {"authority": "Nowhere"}], "there is no authority of this name"),
        ({}, [STEPS[1] | {"working_days": "soon"}], "column working_days: 'soon' is not known"),
        (
            {},
            [{"authority": "Westshire Council", "step": 1, "who": "Director"}],
            "column working_days: this is missing",
        ),
    ],
)
def test_one_fault_is_said_by_its_place_and_nothing_of_the_file_is_written(
    charity: World, row: dict[str, Any], steps: list[dict[str, Any]], told: str
) -> None:
    enter_authority(charity.desk("dsl"), NORTH)

    outcome = load(charity, ROW | row, steps=steps)

    assert [told in fault.in_words() for fault in outcome.faults] == [True]
    assert not outcome.is_written
    assert charity.count(LocalAuthority) == 1


def test_two_defaults_or_one_authority_twice_are_faults(charity: World) -> None:
    twice = load(charity, ROW, {"name": "Eastshire Council", "is_default": "yes"}, {"name": "eastshire council"})

    assert [(fault.row, fault.column) for fault in twice.faults] == [(3, "name"), (2, "is_default")]


def test_the_day_of_a_check_is_the_files_and_its_name_whoever_imports(charity: World) -> None:
    load(charity, ROW | {"checked_on": "2026-10-01"})
    [one] = charity.all(LocalAuthority)
    assert (one.checked_on, one.checked_by) == (date(2026, 10, 1), "dsl")

    load(charity, ROW | {"checked_on": "CLEAR"})
    [one] = charity.all(LocalAuthority)
    assert (one.checked_on, one.checked_by) == (None, None)


def test_C9_a_file_is_taken_from_leads_and_the_host_alone(charity: World) -> None:
    for who in ("manager", "caseworker", "administrator"):
        with pytest.raises(Refused):
            load(charity, ROW, desk=charity.desk(who))
    assert load(charity, ROW, desk=charity.host()).is_written
