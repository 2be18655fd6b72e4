"""Out of office, who stands in, and that there always is a lead and a deputy (C9)."""

from __future__ import annotations

import threading
from datetime import date

import pytest

from okf.desk import Desk
from okf.errors import CasebookError, Conflict, Invalid, NotFound, Refused
from okf.load.importing import import_caseload
from okf.load.tables import Row, Table, Tables
from okf.people.commands.accounts import switch_off
from okf.people.commands.leaving import record_leaver
from okf.safeguarding.commands.absences import cancel_absence, enter_absence
from okf.safeguarding.queries.absences import duty_now, leads_away, own_absences
from okf.store.models import Absence, Person
from okf.terms import Action, Role
from tests.world import World

XMAS, NEW_YEAR = date(2026, 12, 24), date(2027, 1, 3)


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    world.person("admin", roles=[Role.ADMINISTRATOR])
    world.dsl(name="Dana Lead", phone="020 7946 0001")
    world.person("deputy", name="Dev Uty", roles=[Role.DEPUTY_DSL], phone="020 7946 0002")
    world.volunteer(signed=None)
    return world


def second_deputy(world: World) -> str:
    return world.person("eve", name="Eve Second", roles=[Role.DEPUTY_DSL], phone="020 7946 0003")


def ringing(world: World, by: str = "volunteer") -> list[tuple[str, list[str]]]:
    return [(one.name, [name for name, _ in one.covers]) for one in duty_now(world.desk(by)).here]


def test_whoever_asks_is_told_whom_to_ring_and_for_whom_they_stand_in(charity):
    assert ringing(charity) == [("Dana Lead", []), ("Dev Uty", [])]
    assert duty_now(charity.desk("volunteer")).here[0].phone == "020 7946 0001"

    enter_absence(charity.desk("dsl"), person="dsl", starts_on=XMAS, ends_on=NEW_YEAR, covered_by="deputy")
    charity.at("2026-12-24T00:00")

    assert ringing(charity) == [("Dev Uty", ["Dana Lead"])]
    [away] = duty_now(charity.desk("volunteer")).away
    assert (away.name, away.until, away.covered_by) == ("Dana Lead", NEW_YEAR, "Dev Uty")


@pytest.mark.parametrize(
    "when, away",
    [("2026-12-23T23:59", False), ("2026-12-24T00:00", True), ("2027-01-03T23:59", True), ("2027-01-04T00:00", False)],
)
def test_days_away_are_londons_and_both_ends_are_included(charity, when, away):
    enter_absence(charity.desk("dsl"), person="dsl", starts_on=XMAS, ends_on=NEW_YEAR)

    charity.at(when)

    assert ("Dana Lead" not in [name for name, _ in ringing(charity)]) is away


def test_the_first_and_the_last_hour_of_a_day_are_londons_in_summer_too(charity):
    enter_absence(charity.desk("dsl"), person="dsl", starts_on=date(2027, 6, 1), ends_on=date(2027, 6, 1))

    for when, away in (("2027-05-31T23:30", False), ("2027-06-01T00:30", True), ("2027-06-02T00:30", False)):
        charity.at(when)
        assert ("Dana Lead" not in [name for name, _ in ringing(charity)]) is away, when


def test_oneself_a_manager_and_a_lead_may_enter_it_and_nobody_else(charity):
    enter_absence(charity.desk("volunteer"), person="volunteer", starts_on=XMAS, ends_on=XMAS)
    enter_absence(charity.desk("manager"), person="admin", starts_on=XMAS, ends_on=XMAS)
    enter_absence(charity.desk("deputy"), person="dsl", starts_on=XMAS, ends_on=XMAS)

    for by in ("volunteer", "admin"):
        with pytest.raises(Refused):
            enter_absence(charity.desk(by), person="dsl", starts_on=NEW_YEAR, ends_on=NEW_YEAR)
        with pytest.raises(Refused):
            cancel_absence(charity.desk(by), charity.all(Absence, person="dsl")[0].id)

    assert [one.name for one in leads_away(charity.desk("volunteer"))] == ["Dana Lead"]
    assert [one.name for one in own_absences(charity.desk("volunteer"))] == ["Volunteer"]
    [event] = charity.events(actor="deputy", action=Action.ENTER_ABSENCE)
    assert event.subject == "dsl"
    assert event.facts == {"starts_on": "2026-12-24", "ends_on": "2026-12-24", "covered_by": None}


@pytest.mark.parametrize(
    "told, wrong",
    [
        ({"ends_on": date(2026, 12, 23)}, "Last day"),
        ({"starts_on": date(2026, 11, 1), "ends_on": date(2026, 11, 22)}, "Last day: these days are over"),
        ({"ends_on": date(2028, 1, 3)}, "at most a year"),
        ({"covered_by": "dsl"}, "somebody else"),
        ({"covered_by": "manager"}, "lead or deputy"),
        ({"covered_by": "gone"}, "gone"),
    ],
)
def test_days_and_covers_that_do_not_fit_are_told_plainly(charity, told, wrong):
    charity.person("gone", roles=[Role.DEPUTY_DSL], left_at="2026-11-01T09:00")
    days = {"starts_on": XMAS, "ends_on": NEW_YEAR} | told

    with pytest.raises((Invalid, NotFound), match=wrong):
        enter_absence(charity.desk("dsl"), person="dsl", **days)

    assert charity.count(Absence) == 0


def test_nobody_is_away_twice_at_once_and_cancelled_days_are_free_again(charity):
    first = enter_absence(charity.desk("dsl"), person="dsl", starts_on=XMAS, ends_on=NEW_YEAR)
    with pytest.raises(Conflict, match="24 December 2026 to 3 January 2027"):
        enter_absence(charity.desk("dsl"), person="dsl", starts_on=NEW_YEAR, ends_on=NEW_YEAR)

    cancel_absence(charity.desk("dsl"), first)
    enter_absence(charity.desk("dsl"), person="dsl", starts_on=NEW_YEAR, ends_on=NEW_YEAR)

    with pytest.raises(Conflict, match="cancelled"):
        cancel_absence(charity.desk("dsl"), first)
    charity.at("2026-12-25T10:00")
    assert ringing(charity)[0][0] == "Dana Lead"


def test_back_early_they_are_there_from_that_instant(charity):
    absence = enter_absence(charity.desk("dsl"), person="dsl", starts_on=XMAS, ends_on=NEW_YEAR, covered_by="deputy")
    charity.at("2026-12-27T15:00")

    cancel_absence(charity.desk("dsl"), absence)

    assert ringing(charity) == [("Dana Lead", []), ("Dev Uty", [])]


def test_C9_lead_and_deputy_are_never_both_away(charity):
    enter_absence(charity.desk("dsl"), person="dsl", starts_on=XMAS, ends_on=NEW_YEAR)

    with pytest.raises(Conflict, match="On 3 January 2027 neither a safeguarding lead nor a deputy would be there"):
        enter_absence(charity.desk("deputy"), person="deputy", starts_on=NEW_YEAR, ends_on=date(2027, 1, 9))
    enter_absence(charity.desk("deputy"), person="deputy", starts_on=date(2027, 1, 4), ends_on=date(2027, 1, 9))

    second_deputy(charity)
    enter_absence(charity.desk("eve"), person="eve", starts_on=date(2027, 1, 20), ends_on=date(2027, 1, 20))


def test_C9_who_covers_is_there_all_the_time(charity):
    second_deputy(charity)
    enter_absence(charity.desk("deputy"), person="deputy", starts_on=NEW_YEAR, ends_on=NEW_YEAR)

    with pytest.raises(Invalid, match="Covered by: they are away themselves on 3 January 2027"):
        enter_absence(charity.desk("dsl"), person="dsl", starts_on=XMAS, ends_on=NEW_YEAR, covered_by="deputy")
    enter_absence(charity.desk("dsl"), person="dsl", starts_on=XMAS, ends_on=NEW_YEAR, covered_by="eve")
    with pytest.raises(Conflict, match="Dana Lead is away on 24 December 2026 and counts on this person's cover"):
        enter_absence(charity.desk("eve"), person="eve", starts_on=XMAS, ends_on=XMAS)


ENDS = {
    "switched off": lambda world, who: switch_off(world.desk("admin"), who),
    "recorded as a leaver": lambda world, who: record_leaver(world.desk("manager"), who),
    "their role taken": lambda world, who: import_caseload(world.host(), without_roles(who)),
}


def without_roles(who: str) -> Tables:
    row = Row(1, {"username": who, "roles": "caseworker"})
    return Tables({"people": Table("people", "people.yaml", [row])})


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize(
    "who, name, role",
    [
        ("dsl", "Dana Lead is the only designated safeguarding lead", "dsl"),
        ("deputy", "Dev Uty is the only deputy safeguarding lead", "deputy_dsl"),
    ],
)
def test_C9_the_last_lead_and_the_last_deputy_stay(charity, how, who, name, role):
    with pytest.raises(Conflict, match=f"{name}. Name another .* first, .*--role {role}"):
        ENDS[how](charity, who)
    assert charity.one(Person, username=who).left_at is None
    assert role in charity.desk(who).person().roles(charity.now)

    charity.person("another", roles=[role])
    ENDS[how](charity, who)

    assert not charity.desk(who).person().roles(charity.now) & {role} or charity.one(Person, username=who).left_at


def test_C9_the_only_one_who_is_there_stays_too(charity):
    second_deputy(charity)
    charity.person("second_lead", roles=[Role.DSL])
    for one in ("dsl", "second_lead", "deputy"):
        enter_absence(charity.desk(one), person=one, starts_on=XMAS, ends_on=XMAS)

    with pytest.raises(Conflict, match="On 24 December 2026 neither"):
        switch_off(charity.desk("admin"), "eve")


@pytest.mark.both_databases
def test_C9_of_two_who_take_the_last_two_away_at_once_one_is_told(charity, place):
    second_deputy(charity)
    told: list[str] = []
    ready = threading.Barrier(2)

    def take(who: str) -> None:
        store = place.open()
        try:
            ready.wait()
            switch_off(Desk(store, "admin", now=charity.clock), who)
            told.append("off")
        except CasebookError as error:
            told.append(type(error).__name__)
        finally:
            store.close()

    both = [threading.Thread(target=take, args=(who,)) for who in ("deputy", "eve")]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert sorted(told) == ["Conflict", "off"]
    assert sum(1 for who in ("deputy", "eve") if charity.one(Person, username=who).left_at is None) == 1
