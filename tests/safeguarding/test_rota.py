"""The rota: whose hours it is, on which number, and whom to ring where it leaves nobody (C9)."""

from __future__ import annotations

from datetime import date, time

import pytest

from okf.errors import Conflict, Invalid, NotFound, Refused
from okf.policy.duty import Away, LeadFacts
from okf.policy.rota import Shift, next_on_rota, on_rota, uncovered_hours
from okf.safeguarding.commands.rota import Hours, copy_week, enter_file, enter_hours, remove_hours, restore_hours
from okf.safeguarding.queries.absences import duty_now
from okf.store.models import RotaShift
from okf.terms import Action, Role
from okf.terms.rota import RotaPlace
from okf.today.queries.pending import pending_items
from tests.world import World, instant

LEAD, DEPUTY, SECOND = RotaPlace
WEEKDAYS = frozenset(range(5))
MONDAY = date(2026, 11, 23)
NINE, FIVE = time(9), time(17)
PHONE = "020 7946 0001"


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    world.dsl(name="Dana Lead", phone=PHONE)
    world.person("deputy", name="Dev Uty", roles=[Role.DEPUTY_DSL])
    world.volunteer(signed=None)
    return world


def hours(who: str | None = "dsl", on: date = MONDAY, starts: time = NINE, ends: time = FIVE, **more: object) -> Hours:
    told = {"place": LEAD, "phone": "020 7946 0100" if who else None} | more
    return Hours(who, on=on, starts=starts, ends=ends, **told)  # type: ignore[arg-type]


def ringing(world: World) -> list[tuple[str, str]]:
    return [(one.name, one.phone) for one in duty_now(world.desk("volunteer")).here]


# The rule by itself.


def lead(username: str, *away: Away, role: Role = Role.DSL) -> LeadFacts:
    return LeadFacts(username, username.title(), frozenset({role}), away)


def shift(person: str | None = "dana", weekday: int | None = None, first: str = "2026-11-23", **more: object) -> Shift:
    day = date.fromisoformat(first)
    told = {"starts": NINE, "ends": FIVE, "place": LEAD, "last_on": day if weekday is None else None} | more
    return Shift(id=1, person=person, phone=PHONE, weekday=weekday, first_on=day, **told)  # type: ignore[arg-type]


LEADS = {one: lead(one) for one in ("dana", "dev")}


def whose(shifts: list[Shift], when: str, leads: dict[str, LeadFacts] = LEADS) -> list[str | None]:
    return [one.person for one in on_rota(shifts, leads, instant(when))]


@pytest.mark.parametrize(
    "when, there",
    [
        ("2026-11-23T08:59", []),
        ("2026-11-23T09:00", ["dana"]),
        ("2026-11-23T16:59", ["dana"]),
        ("2026-11-23T17:00", []),
        ("2026-11-30T12:00", ["dana"]),
        ("2026-11-24T12:00", []),
    ],
)
def test_a_weeks_hours_are_half_open_and_come_every_week(when: str, there: list[str]) -> None:
    assert whose([shift(weekday=0)], when) == there


@pytest.mark.parametrize(
    "when, there",
    [
        ("2026-03-28T22:00", ["dana"]),
        ("2026-03-29T00:59+00:00", ["dana"]),  # the last second before the clocks go on
        ("2026-03-29T07:59+00:00", ["dana"]),  # 08:59 in London
        ("2026-03-29T08:00+00:00", []),
        ("2026-10-25T08:59+00:00", ["dana"]),  # 08:59, the clocks have gone back
        ("2026-10-25T09:00+00:00", []),
    ],
)
def test_a_night_across_a_change_of_the_clocks_ends_when_londons_clocks_say_so(when: str, there: list[str]) -> None:
    nights = [shift(first=day, starts=FIVE, ends=NINE) for day in ("2026-03-28", "2026-10-24")]
    assert whose(nights, when) == there


def test_one_day_goes_before_the_weeks_hours_of_the_same_place_alone() -> None:
    rota = [
        shift("dana", 0),
        shift("dev", 0, place=DEPUTY),
        shift("dev", first="2026-12-28", starts=time(12), ends=time(14)),
        shift(None, first="2026-12-28", place=DEPUTY),
    ]
    assert whose(rota, "2026-12-28T11:00") == ["dana"]
    assert whose(rota, "2026-12-28T13:00") == ["dev"]
    assert whose(rota, "2027-01-04T13:00") == ["dana", "dev"]


def test_who_is_away_or_leads_no_longer_is_off_the_rota() -> None:
    away = {**LEADS, "dana": lead("dana", Away(date(2026, 11, 24), date(2026, 11, 24)))}
    night = [shift(starts=FIVE, ends=NINE)]

    assert whose(night, "2026-11-23T23:59", away) == ["dana"]
    assert whose(night, "2026-11-24T00:00", away) == []
    assert whose(night, "2026-11-23T18:00", {"dev": lead("dev")}) == []


def test_the_hours_ahead_that_nobody_has_are_found_with_absences_and_put_together() -> None:
    always = [shift("dana", day, starts=time(), ends=time()) for day in range(7)]
    at = instant("2026-11-23T10:00")
    away = {"dana": lead("dana", Away(date(2026, 11, 25), date(2026, 11, 26)))}

    assert uncovered_hours(always, LEADS, at) == []
    assert uncovered_hours(always, away, at) == [(instant("2026-11-25"), instant("2026-11-27"))]
    assert len(uncovered_hours([shift("dana", 0)], LEADS, at)) == 2  # from each Monday's end to the next, or the last
    assert next_on_rota([shift("dana", 0)], LEADS, instant("2026-11-28T12:00")) == instant("2026-11-30T09:00")
    assert next_on_rota([shift("dana")], LEADS, instant("2026-11-28T12:00")) is None


# As it is entered.


def test_who_is_rung_is_who_has_the_hours_on_the_number_of_these_hours(charity: World) -> None:
    assert not duty_now(charity.desk("volunteer")).is_known

    enter_hours(charity.desk("dsl"), [hours(weekdays=WEEKDAYS)])
    enter_hours(charity.desk("manager"), [hours("deputy", starts=FIVE, ends=NINE, phone="07700 900123")])

    assert ringing(charity) == [("Dana Lead", "020 7946 0100")]
    charity.at("2026-11-24T03:00")
    assert ringing(charity) == [("Dev Uty", "07700 900123")]
    charity.at("2026-11-25T03:00")
    told = duty_now(charity.desk("volunteer"))
    assert (told.is_known, told.here, told.next_at) == (True, (), instant("2026-11-25T09:00"))
    [entered, _] = charity.events(action=Action.KEEP_ROTA)
    assert entered.facts == {"did": "entered", "hours": 5, "people": ["dsl"]}


def test_nobody_is_offered_to_ring_without_a_number(charity: World) -> None:
    told = duty_now(charity.desk("volunteer"))
    assert ([one.name for one in told.here], told.no_number) == (["Dana Lead"], ("Dev Uty",))

    with pytest.raises(Invalid, match="Telephone"):
        enter_hours(charity.desk("dsl"), [hours("deputy", phone=" ")])
    with pytest.raises(Invalid, match="no telephone has this number"):
        enter_hours(charity.desk("dsl"), [hours("deputy", phone="020 7946")])
    assert charity.count(RotaShift) == 0


@pytest.mark.parametrize(
    "told, wrong",
    [
        ({"who": "volunteer"}, "a safeguarding lead or deputy"),
        ({"who": None, "weekdays": WEEKDAYS}, "single days"),
        ({"on": date(2026, 11, 21)}, "yesterday"),
        ({"on": date(2029, 11, 21)}, "two years"),
        ({"last_on": date(2026, 11, 22), "weekdays": WEEKDAYS}, "before the first day"),
    ],
)
def test_what_does_not_fit_is_told_and_nothing_is_entered(charity: World, told: dict[str, object], wrong: str) -> None:
    with pytest.raises(Invalid, match=wrong):
        enter_hours(charity.desk("dsl"), [hours(), hours(**told)])  # type: ignore[arg-type]
    assert charity.count(RotaShift) == 0


def test_leads_and_managers_keep_it_and_nobody_else(charity: World) -> None:
    for who in ("dsl", "deputy", "manager"):
        [one] = enter_hours(charity.desk(who), [hours()])
        remove_hours(charity.desk(who), [one])
    with pytest.raises(Refused):
        enter_hours(charity.desk("volunteer"), [hours()])
    with pytest.raises(Refused):
        remove_hours(charity.desk("volunteer"), [1])


@pytest.mark.both_databases
def test_what_was_removed_comes_back_as_it_was_and_nothing_stands_twice(charity: World) -> None:
    ids = enter_hours(charity.desk("dsl"), [hours(weekdays=WEEKDAYS)])
    with pytest.raises(Conflict, match="already"):
        enter_hours(charity.desk("dsl"), [hours(weekdays=frozenset({4, 5}))])
    remove_hours(charity.desk("dsl"), ids)
    with pytest.raises(NotFound):
        remove_hours(charity.desk("dsl"), ids)
    assert ringing(charity) == [("Dana Lead", PHONE)]  # as without any rota

    restore_hours(charity.desk("dsl"), ids)

    assert ringing(charity) == [("Dana Lead", "020 7946 0100")]


def test_last_week_is_copied_once_with_its_nobodies(charity: World) -> None:
    enter_hours(
        charity.desk("dsl"), [hours(), hours(None, place=DEPUTY), hours("deputy", date(2026, 11, 28), FIVE, NINE)]
    )

    copied = copy_week(charity.desk("dsl"), date(2026, 11, 30))

    assert len(copied) == 3
    assert {one.first_on for one in charity.all(RotaShift)} >= {date(2026, 11, 30), date(2026, 12, 5)}
    with pytest.raises(Conflict, match="already"):
        copy_week(charity.desk("dsl"), date(2026, 11, 30))
    with pytest.raises(NotFound, match="no single days"):
        copy_week(charity.desk("dsl"), date(2027, 3, 1))


def test_a_file_is_taken_in_whole_or_tells_its_line(charity: World) -> None:
    head = "Who,As,Telephone,Date,From,To\n"
    night = "deputy,deputy,07700 900123,2026-11-23,17:00,09:00\n"
    with pytest.raises(Invalid, match="Line 3: Telephone"):
        enter_file(charity.desk("dsl"), head + night + "dsl,lead,,2026-11-24,17:00,09:00\n")
    with pytest.raises(Invalid, match="missing: telephone"):
        enter_file(charity.desk("dsl"), "who,as,date,from,to\n")
    with pytest.raises(Invalid, match="Line 2: As, date, from, to"):
        enter_file(charity.desk("dsl"), head + night.replace("17:00", "five"))
    assert charity.count(RotaShift) == 0

    enter_file(charity.desk("dsl"), head + night + "\nnobody,second,,2026-12-25,00:00,00:00\n")

    charity.at("2026-11-23T22:00")
    assert ringing(charity) == [("Dev Uty", "07700 900123")]


def waits(world: World, who: str) -> list[str]:
    return [one.text for one in pending_items(world.desk(who)) if one.page == "on_duty"]


def test_leads_and_managers_are_told_what_is_missing_until_every_hour_has_somebody(charity: World) -> None:
    for who in ("dsl", "deputy", "manager"):
        assert waits(charity, who) == [
            "No rota of safeguarding is entered: nobody knows who is on duty at night or on a weekend"
        ]
    assert waits(charity, "volunteer") == []

    every = hours(starts=time(), ends=time(), weekdays=frozenset(range(6)))
    enter_hours(charity.desk("dsl"), [every])
    assert waits(charity, "manager") == ["48 hours of the next 14 days: nobody is on duty for safeguarding"]

    enter_hours(charity.desk("dsl"), [hours(starts=time(), ends=time(), weekdays=frozenset({6}))])
    found = [one.text for one in pending_items(charity.desk("manager")) if one.page == "directory"]
    assert found == ["The local authority's number out of hours is not in the directory"]
