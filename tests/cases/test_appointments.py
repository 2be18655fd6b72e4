"""Tasks and appointments: each for who may read its part, in London's time, and off the calendar when access ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from random import Random
from typing import Any

import pytest
from icalendar import Calendar

from okf.cases.commands.appointments import cancel_appointment, make_appointment, move_appointment
from okf.cases.commands.tasks import add_task, complete_task, move_task, reopen_task
from okf.cases.queries.appointments import appointments_between, appointments_on, overlapping
from okf.cases.queries.exports import calendar_to_export
from okf.cases.queries.tasks import own_tasks, own_tasks_between, team_tasks
from okf.errors import Conflict, Invalid, NotFound, Refused
from okf.paging import Page
from okf.shell.ics import Entry, calendar_file, whole_day
from okf.store.models import AccessGrant, Appointment
from okf.terms.records import AppointmentKind
from tests.cases.test_case_pages import open_page
from tests.fields import enter_when
from tests.safeguarding.test_concern_pages import shown
from tests.world import World

MONTH = (date(2026, 11, 1), date(2026, 12, 31))
WORDS = "the marked place by the river"


@pytest.fixture
def charity(world: World) -> World:
    """Two parents with a caseworker each, on Monday 23 November 2026 at ten."""
    world.manager()
    for side in "ab":
        world.service_user(f"party_{side}")
        world.caseworker(f"caseworker_{side}")
    world.case("OKF-1", parties=["party_a", "party_b"])
    for side in "ab":
        world.grant(f"caseworker_{side}", "OKF-1", compartments=[f"sole:party_{side}", "joint"])
    return world


def visit(world: World, by: str = "caseworker_a", part: str = "sole:party_a", **more: object) -> str:
    """An appointment on 1 December at ten, an hour long."""
    told = {"day": date(2026, 12, 1), "start": time(10), "minutes": 60, "about": "Home visit", "place": WORDS} | more
    return make_appointment(
        world.desk(by, chance=Random(world.count(Appointment))),
        "OKF-1",
        kind=AppointmentKind.VISIT,
        compartment=part,
        **told,  # type: ignore[arg-type]
    )


def test_C2_where_one_parent_is_met_is_not_for_the_others_side(charity: World):
    visit(charity)

    mine = appointments_between(charity.desk("caseworker_a"), *MONTH)
    theirs = appointments_between(charity.desk("caseworker_b"), *MONTH, others=True)
    assert [row.place for row in mine] == [WORDS]
    assert theirs == ()
    assert appointments_on(charity.desk("caseworker_b"), "OKF-1") == ()


def test_a_joint_meeting_is_on_both_calendars_when_asked_for(charity: World):
    visit(charity, part="joint")

    assert appointments_between(charity.desk("caseworker_b"), *MONTH) == ()
    assert len(appointments_between(charity.desk("caseworker_b"), *MONTH, others=True)) == 1


def test_C2_nobody_makes_an_appointment_in_a_part_that_they_may_not_read(charity: World):
    with pytest.raises(Refused):
        visit(charity, by="caseworker_b", part="sole:party_a")
    assert charity.count(Appointment) == 0


def test_whoever_goes_must_be_able_to_read_what_they_go_for(charity: World):
    with pytest.raises(Invalid, match="may not read this part"):
        visit(charity, worker="caseworker_b")
    visit(charity, part="joint", worker="caseworker_b")
    assert len(appointments_between(charity.desk("caseworker_b"), *MONTH)) == 1


def test_C6_a_closed_case_leaves_the_calendar(charity: World):
    visit(charity)
    add_task(charity.desk("caseworker_a"), "OKF-1", text="Ring the school", due_on=date(2026, 11, 30))

    charity.close("OKF-1")
    charity.later(minutes=1)

    desk = charity.desk("caseworker_a")
    assert appointments_between(desk, *MONTH) == ()
    assert own_tasks(desk).rows == ()
    assert own_tasks_between(desk, *MONTH) == ()


@pytest.mark.parametrize(
    "day, start, minutes, why",
    [
        (date(2026, 11, 22), time(10), 60, "gone by"),
        (date(2027, 3, 28), time(1, 30), 60, "did not exist in London"),
        (date(2027, 10, 31), time(1, 30), 60, "01:30 comes twice that day: say which"),
        (date(2029, 1, 1), time(10), 60, "two years"),
        (date(2026, 12, 1), time(10), 0, "from a minute"),
        (date(2026, 12, 1), time(10), 800, "from a minute"),
    ],
)
def test_an_impossible_time_is_told_plainly(charity: World, day: date, start: time, minutes: int, why: str):
    with pytest.raises(Invalid, match=why):
        visit(charity, day=day, start=start, minutes=minutes)
    assert charity.count(Appointment) == 0


@pytest.mark.parametrize("zone, hour", [("BST", 0), ("GMT", 1)])
def test_an_appointment_in_the_hour_that_comes_twice_is_in_the_one_that_was_meant(charity: World, zone: str, hour: int):
    ref = visit(charity, day=date(2027, 10, 31), start=time(1, 30), zone=zone)

    assert charity.one(Appointment, ref=ref).starts_at == datetime(2027, 10, 31, hour, 30, tzinfo=UTC)


def test_the_form_asks_which_of_two_is_meant(charity: World):
    charity.at("2026-10-23T10:00")
    page = open_page(charity, "caseworker_a", "case", case="OKF-1", part="Tasks")

    def field(kind: str, label: str) -> Any:
        return next(one for one in getattr(page, kind) if one.label.startswith(label))

    enter_when(page, "Date", date(2026, 10, 25))
    enter_when(page, "Starts at", time(1, 30)).run()
    field("text_input", "What for").set_value("Collect them from the night train")
    field("button", "Make the appointment").click().run()
    assert "Starts at: 01:30 comes twice that day: say which." in [error.value for error in page.error]

    asked = field("radio", "01:30 comes twice that day")
    assert asked.options == ["01:30 BST, the first", "01:30 GMT, the second"]
    asked.set_value("GMT")
    field("button", "Make the appointment").click().run()

    assert not page.exception
    [made] = charity.all(Appointment)
    assert made.starts_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.both_databases
def test_an_appointment_keeps_its_london_hour_over_the_change_of_clocks(charity: World):
    ref = visit(charity, day=date(2027, 3, 29))

    move_appointment(charity.desk("caseworker_a"), ref, day=date(2027, 3, 26), start=time(10), minutes=30)

    assert charity.one(Appointment, ref=ref).starts_at.isoformat() == "2027-03-26T10:00:00+00:00"


def test_a_cancelled_appointment_is_gone_and_is_not_cancelled_twice(charity: World):
    ref = visit(charity)

    cancel_appointment(charity.desk("caseworker_a"), ref)

    assert appointments_on(charity.desk("caseworker_a"), "OKF-1") == ()
    with pytest.raises(Conflict, match="was cancelled"):
        cancel_appointment(charity.desk("caseworker_a"), ref)


def test_an_unknown_appointment_and_somebody_elses_read_the_same(charity: World):
    charity.caseworker("stranger")
    ref = visit(charity)

    told = []
    for asked in (ref, "A-NOTHERE1"):
        with pytest.raises(NotFound) as refused:
            cancel_appointment(charity.desk("stranger"), asked)
        told.append(str(refused.value).replace(asked, "…").replace("OKF-1", "…").replace("case", "appointment"))
    assert told[0] == told[1]


# Tasks


def test_a_task_done_by_mistake_is_taken_back(charity: World):
    desk = charity.desk("caseworker_a")
    ref = add_task(desk, "OKF-1", text="Ring the school", due_on=date(2026, 11, 30))
    complete_task(desk, ref)
    assert own_tasks(desk).rows == ()

    reopen_task(desk, ref)

    assert [task.ref for task in own_tasks(desk).rows] == [ref]
    with pytest.raises(Conflict, match="not done"):
        reopen_task(desk, ref)


def test_C6_a_page_of_tasks_is_full_whatever_is_due_first_on_cases_that_are_closed(charity: World):
    """Those that may not be shown neither shorten a page nor take away the way on."""
    charity.case("OKF-2", parties=["party_x"], granted_to=["caseworker_a"])
    for number in range(5):
        charity.task("OKF-2", "caseworker_a", ref=f"T-CLOSED-{number}", due_on=date(2026, 11, 24))
        charity.task("OKF-1", "caseworker_a", ref=f"T-{number}", due_on=date(2026, 11, 25))
    charity.close("OKF-2")
    charity.later(minutes=1)
    desk = charity.desk("caseworker_a")

    first = own_tasks(desk, Page(size=3))
    second = own_tasks(desk, Page(after=first.next, size=3))
    back = own_tasks(desk, Page(before=second.previous, size=3))

    assert [task.ref for task in first.rows] == [task.ref for task in back.rows] == ["T-0", "T-1", "T-2"]
    assert [task.ref for task in second.rows] == ["T-3", "T-4"]
    assert (first.previous, second.next, back.previous) == (None, None, None)


def test_C6_while_a_case_winds_down_its_workers_see_who_is_to_do_what(charity: World):
    """The narrowing of the list knows of a grant that the closing ends some days ahead."""
    charity.setting("wind_down_days", 7)
    charity.task("OKF-1", "caseworker_b", ref="T-1")
    visit(charity)
    for grant in charity.all(AccessGrant):
        charity.end_grant(grant.id, "2026-11-30T10:00")

    desk = charity.desk("caseworker_a")
    assert [task.ref for task in team_tasks(desk).rows] == ["T-1"]
    assert len(appointments_between(desk, *MONTH, others=True)) == 1


def test_a_task_moves_to_a_day_to_come(charity: World):
    desk = charity.desk("caseworker_a")
    ref = add_task(desk, "OKF-1", text="Ring the school", due_on=date(2026, 11, 30))

    move_task(desk, ref, due_on=date(2026, 12, 4))

    assert own_tasks(desk).rows[0].due_on == date(2026, 12, 4)
    with pytest.raises(Invalid, match="gone by"):
        move_task(desk, ref, due_on=date(2026, 11, 1))


def test_C2_a_task_is_for_whoever_does_it_alone(charity: World):
    ref = add_task(charity.desk("caseworker_a"), "OKF-1", text="the marked words", due_on=date(2026, 11, 30))

    for nobody in ("caseworker_b", "manager"):
        with pytest.raises(NotFound):
            complete_task(charity.desk(nobody), ref)
        team = team_tasks(charity.desk(nobody)).rows
        assert [task.ref for task in team] == [ref]
        assert "marked" not in str(team)


def test_C2_a_task_of_a_part_is_listed_to_who_reads_that_part_and_who_runs_the_caseload(charity: World):
    for who, side in (("one_side", "party_a"), ("other_side", "party_b"), ("beside", "party_b")):
        charity.caseworker(who)
        charity.grant(who, "OKF-1", compartments=[f"sole:{side}", "joint"])
    ref = add_task(
        charity.desk("other_side"), "OKF-1", text="Read", due_on=date(2026, 11, 30), compartment="sole:party_b"
    )

    listed = {
        who: [task.ref for task in team_tasks(charity.desk(who)).rows] for who in ("one_side", "beside", "manager")
    }

    assert listed == {"one_side": [], "beside": [ref], "manager": [ref]}


@pytest.mark.one_database
def test_a_calendar_file_reads_and_says_nothing_of_anybody(charity: World):
    ref = visit(charity)
    row = appointments_between(charity.desk("caseworker_a"), *MONTH)[0]
    entries = [Entry(ref, "Visit, OKF-1", row.starts_at, row.ends_at), whole_day("T-1", "Task due", date(2026, 12, 2))]

    file = calendar_file(entries, made_at=charity.clock())

    read = list(Calendar.from_ical(file).walk("VEVENT"))
    assert read[0].decoded("dtstart") == row.starts_at
    assert read[1].decoded("dtstart") == date(2026, 12, 2)
    assert WORDS.encode() not in file
    assert b"Home visit" not in file


def test_a_calendar_file_carries_the_time_zone_and_of_an_hour_that_comes_twice_says_which() -> None:
    london = datetime(2027, 7, 1, 9, tzinfo=UTC), datetime(2027, 7, 1, 10, tzinfo=UTC)
    twice = datetime(2027, 10, 31, 0, 30, tzinfo=UTC), datetime(2027, 10, 31, 1, 30, tzinfo=UTC)

    file = calendar_file([Entry("A", "Visit", *london), Entry("B", "Visit", *twice)], made_at=london[0])

    lines = file.decode().splitlines()
    assert "DTSTART;TZID=Europe/London:20270701T100000" in lines
    assert [line for line in lines if "20271031T" in line] == ["DTSTART:20271031T003000Z", "DTEND:20271031T013000Z"]
    [zone] = Calendar.from_ical(file).walk("VTIMEZONE")
    assert zone["TZID"] == "Europe/London"
    assert [one.decoded("dtstart") for one in Calendar.from_ical(file).walk("VEVENT")] == [london[0], twice[0]]


@pytest.mark.one_database
def test_a_calendar_file_is_decided_when_it_is_fetched_and_is_on_record(charity: World):
    visit(charity)
    desk = charity.desk("caseworker_a")

    meetings, tasks = calendar_to_export(desk, *MONTH)

    assert ([row.case_ref for row in meetings], tasks) == (["OKF-1"], ())
    assert calendar_to_export(charity.desk("manager"), *MONTH) == ((), ())
    event = charity.events(actor="caseworker_a")[-1]
    assert (event.facts["export"], event.facts["cases"]) == ("ics", ["OKF-1"])


def test_appointments_of_ones_own_that_overlap_say_so(charity: World):
    charity.case("OKF-2", granted_to=["caseworker_a"])
    first = visit(charity)
    next_to_it = visit(charity, start=time(11))
    theirs = visit(charity, part="joint", worker="caseworker_b", start=time(10, 15))
    desk = charity.desk("caseworker_a")
    assert overlapping(desk, appointments_on(desk, "OKF-1")) == {}

    page = open_page(charity, "caseworker_a", "case", case="OKF-2", part="Tasks")
    enter_when(page, "Date", date(2026, 12, 1))
    enter_when(page, "Starts at", "half past ten")
    next(one for one in page.text_input if one.label == "What for").set_value("School")
    next(one for one in page.button if one.label == "Make the appointment").click().run()

    [made] = charity.all(Appointment, case_ref="OKF-2")
    assert not page.exception
    said = "It overlaps with another of yours: 1 Dec 2026, 10:00 to 11:00, case OKF-1; 1 Dec 2026, 11:00 to 12:00"
    assert any(said in one.value for one in page.success), "as it is entered"
    assert any(said in one.value for one in page.warning), "in the list"
    found = overlapping(desk, appointments_between(desk, *MONTH, others=True))
    assert {ref: {one.ref for one in others} for ref, others in found.items()} == {
        first: {made.ref},
        next_to_it: {made.ref},
        made.ref: {first, next_to_it},
    }
    assert theirs not in found
    month = open_page(charity, "caseworker_a", "calendar", month="2026-12")
    assert "10:30" in shown(month)
    assert "(overlaps with 10:00, 11:00)" in shown(month)


def test_one_that_goes_on_past_midnight_overlaps_the_next_day(charity: World):
    night = visit(charity, start=time(22), minutes=240)
    early = visit(charity, day=date(2026, 12, 2), start=time(1))
    desk = charity.desk("caseworker_a")

    rows = appointments_between(desk, date(2026, 12, 2), date(2026, 12, 2))

    assert {ref: [one.ref for one in others] for ref, others in overlapping(desk, rows).items()} == {early: [night]}
