"""London's clock: dates, the edges of summer time, working days, deadlines, birthdays."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, strategies as st
from openpyxl import load_workbook

from okf import clock
from okf.policy import words
from okf.shell import words as screen
from okf.shell.exports import csv_of, xlsx_of

OURS = (date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 1))


def utc(text: str) -> datetime:
    """An instant written in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "instant, day",
    [
        ("2026-11-22T23:59", date(2026, 11, 22)),
        ("2026-11-23T00:00", date(2026, 11, 23)),
        ("2026-06-14T22:59", date(2026, 6, 14)),
        ("2026-06-14T23:00", date(2026, 6, 15)),
        ("2026-03-28T23:59", date(2026, 3, 28)),
        ("2026-03-29T22:59", date(2026, 3, 29)),
        ("2026-03-29T23:00", date(2026, 3, 30)),
        ("2026-10-24T22:59", date(2026, 10, 24)),
        ("2026-10-24T23:00", date(2026, 10, 25)),
        ("2026-10-25T23:59", date(2026, 10, 25)),
    ],
)
def test_an_instant_falls_on_londons_date(instant: str, day: date):
    assert clock.london_date(utc(instant)) == day


@pytest.mark.parametrize(
    "day, hours", [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 11, 23), 24), (date(2026, 6, 15), 24)]
)
def test_a_day_lasts_from_its_start_to_the_start_of_the_next(day: date, hours: int):
    assert clock.end_of(day) - clock.start_of(day) == timedelta(hours=hours)
    assert clock.end_of(day) == clock.start_of(day + timedelta(days=1))
    assert clock.start_of(day).tzinfo is UTC


@given(st.datetimes(datetime(1971, 1, 1), datetime(2037, 12, 31)))  # noqa: DTZ001 - Hypothesis takes them naive
def test_every_instant_lies_within_its_own_date(naive: datetime):
    instant = naive.replace(tzinfo=UTC)
    day = clock.london_date(instant)

    assert clock.start_of(day) <= instant < clock.end_of(day)


def test_a_wall_time_becomes_its_instant():
    assert clock.from_london(datetime(2026, 11, 23, 10, 0)) == utc("2026-11-23T10:00")  # noqa: DTZ001 - a wall time
    assert clock.from_london(datetime(2026, 6, 15, 10, 0)) == utc("2026-06-15T09:00")  # noqa: DTZ001


@pytest.mark.parametrize(
    "wall, why",
    [
        (datetime(2026, 3, 29, 1, 0), "did not exist"),  # noqa: DTZ001
        (datetime(2026, 3, 29, 1, 59), "did not exist"),  # noqa: DTZ001
        (datetime(2026, 10, 25, 1, 0), "happened twice"),  # noqa: DTZ001
        (datetime(2026, 10, 25, 1, 59), "happened twice"),  # noqa: DTZ001
    ],
)
def test_a_time_that_the_clocks_skip_or_repeat_is_not_guessed(wall: datetime, why: str):
    with pytest.raises(clock.ImpossibleTime, match=why):
        clock.from_london(wall)


def test_a_time_that_came_twice_is_the_one_that_its_zone_says():
    wall = datetime(2026, 10, 25, 1, 30)  # noqa: DTZ001

    assert clock.from_london(wall, "BST") == utc("2026-10-25T00:30")
    assert clock.from_london(wall, "GMT") == utc("2026-10-25T01:30")
    assert [clock.clock_time(clock.from_london(wall, zone)) for zone in clock.zones_of(wall)] == [
        "01:30 BST",
        "01:30 GMT",
    ]
    with pytest.raises(clock.ImpossibleTime, match="is not BST: London's clocks show GMT then"):
        clock.from_london(datetime(2026, 11, 23, 10), "BST")  # noqa: DTZ001
    with pytest.raises(clock.ImpossibleTime, match="did not exist"):
        clock.from_london(datetime(2026, 3, 29, 1, 30), "GMT")  # noqa: DTZ001


@pytest.mark.parametrize(
    "text, parts",
    [
        ("2026-10-25 01:30 BST", ("2026-10-25 01:30", "BST")),
        ("25 Oct 2026, 01:30 gmt", ("25 Oct 2026, 01:30", "GMT")),
        ("2026-10-25T01:30BST", ("2026-10-25T01:30", "BST")),
        ("2026-10-25T01:30", ("2026-10-25T01:30", None)),
        ("Smith BST", ("Smith BST", None)),
    ],
)
def test_a_zone_behind_a_written_time_is_told_apart(text: str, parts: tuple[str, str | None]):
    assert clock.without_zone(text) == parts


@pytest.mark.parametrize(
    "wall, instant",
    [
        (datetime(2026, 3, 29, 0, 59), "2026-03-29T00:59"),  # noqa: DTZ001
        (datetime(2026, 3, 29, 2, 0), "2026-03-29T01:00"),  # noqa: DTZ001
        (datetime(2026, 10, 25, 0, 59), "2026-10-24T23:59"),  # noqa: DTZ001
        (datetime(2026, 10, 25, 2, 0), "2026-10-25T02:00"),  # noqa: DTZ001
    ],
)
def test_the_minutes_beside_those_hours_are_plain(wall: datetime, instant: str):
    assert clock.from_london(wall) == utc(instant)


# Working days


@pytest.mark.parametrize(
    "day, works",
    [
        (date(2026, 11, 20), True),
        (date(2026, 11, 21), False),
        (date(2026, 11, 22), False),
        (date(2026, 11, 23), True),
        (date(2026, 12, 25), False),
        (date(2026, 12, 28), False),
        (date(2026, 12, 29), True),
        (date(2027, 1, 1), False),
        (date(2026, 5, 4), False),
        (date(2026, 8, 31), False),
        (date(2026, 8, 3), True),  # a bank holiday in Scotland
        (date(2026, 3, 17), True),  # one in Northern Ireland
    ],
)
def test_working_days_are_those_of_england_and_wales(day: date, works: bool):
    assert clock.is_working_day(day) is works


def test_okfs_own_list_decides_over_the_span_it_covers_and_the_calendar_outside_it():
    ours = (date(2026, 12, 24), date(2026, 12, 31))

    assert not clock.is_working_day(date(2026, 12, 24), ours)
    assert clock.is_working_day(date(2026, 12, 28), ours)  # within the span, and not listed
    assert not clock.is_working_day(date(2027, 1, 1), ours)  # after it
    assert not clock.is_working_day(date(2026, 8, 31), ours)  # before it
    assert not clock.is_working_day(date(2026, 12, 26), ours)  # a Saturday all the same


@pytest.mark.parametrize(
    "day, days, then",
    [
        (date(2026, 11, 20), 1, date(2026, 11, 23)),
        (date(2026, 11, 21), 1, date(2026, 11, 23)),
        (date(2026, 11, 22), 2, date(2026, 11, 24)),
        (date(2026, 12, 24), 1, date(2026, 12, 29)),
        (date(2026, 12, 24), 4, date(2027, 1, 4)),
        (date(2026, 11, 23), 0, date(2026, 11, 23)),
    ],
)
def test_the_working_day_after_a_date(day: date, days: int, then: date):
    assert clock.working_day_after(day, days, OURS) == then
    assert clock.working_day_after(day, days) == then


def test_a_working_day_is_itself_and_another_moves_on():
    assert clock.working_day_on_or_after(date(2026, 12, 24), OURS) == date(2026, 12, 24)
    assert clock.working_day_on_or_after(date(2026, 12, 25), OURS) == date(2026, 12, 29)
    assert clock.working_day_on_or_after(date(2026, 11, 22)) == date(2026, 11, 23)


@pytest.mark.parametrize(
    "instant, days, end",
    [
        ("2026-11-21T20:00", 1, "2026-11-24T00:00"),
        ("2026-11-23T10:00", 1, "2026-11-25T00:00"),
        ("2026-11-23T00:00", 1, "2026-11-25T00:00"),
        ("2026-11-22T23:59", 1, "2026-11-24T00:00"),
        ("2026-12-24T16:00", 1, "2026-12-30T00:00"),
        ("2026-06-12T22:59", 1, "2026-06-15T23:00"),  # Friday 23:59 in London
        ("2026-06-12T23:00", 1, "2026-06-15T23:00"),  # Saturday 00:00 in London
        ("2026-10-23T12:00", 1, "2026-10-27T00:00"),  # over the change of the clocks
        ("2026-03-27T12:00", 1, "2026-03-30T23:00"),
        ("2026-11-23T10:00", 2, "2026-11-26T00:00"),
    ],
)
def test_the_end_of_a_working_day_after_an_instant(instant: str, days: int, end: str):
    assert clock.end_of_working_day_after(utc(instant), days, OURS) == utc(end)


@given(st.dates(date(2024, 1, 1), date(2029, 12, 31)), st.integers(1, 15))
def test_so_many_working_days_lie_between(day: date, days: int):
    then = clock.working_day_after(day, days)
    between = [day + timedelta(days=n) for n in range(1, (then - day).days + 1)]

    assert sum(clock.is_working_day(one) for one in between) == days
    assert clock.is_working_day(then)


# Months and birthdays


@pytest.mark.parametrize(
    "day, months, then",
    [
        (date(2026, 11, 23), 1, date(2026, 12, 23)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
    ],
)
def test_the_same_date_some_months_on_or_the_last_of_that_month(day: date, months: int, then: date):
    assert clock.months_after(day, months) == then


@pytest.mark.parametrize(
    "born, age, turned",
    [
        (date(2015, 5, 20), 25, date(2040, 5, 20)),
        (date(2012, 2, 29), 18, date(2030, 3, 1)),
        (date(2012, 2, 29), 16, date(2028, 2, 29)),
        (date(2012, 2, 28), 18, date(2030, 2, 28)),
        (date(2012, 2, 29), 0, date(2012, 2, 29)),
        (date(2012, 12, 31), 18, date(2030, 12, 31)),
    ],
)
def test_a_birthday_falls_on_its_date_or_on_1_march(born: date, age: int, turned: date):
    assert clock.birthday(born, age) == turned


# What the clocks show


@pytest.mark.parametrize(
    "instant, shown",
    [
        ("2026-10-25T00:59", "01:59 BST"),
        ("2026-10-25T01:00", "01:00 GMT"),
        ("2026-10-25T01:30", "01:30 GMT"),
        ("2026-10-24T23:59", "00:59"),
        ("2026-10-25T02:00", "02:00"),
        ("2026-03-29T01:30", "02:30"),
        ("2026-11-23T14:05", "14:05"),
    ],
)
def test_a_time_says_which_it_is_where_the_clocks_show_it_twice(instant: str, shown: str):
    assert clock.clock_time(utc(instant)) == shown
    assert words.moment(utc(instant)).endswith(f" at {shown}")
    assert screen.moment(utc(instant)).endswith(f", {shown}")


def test_in_a_file_too():
    rows = [[utc("2026-10-25T00:30")], [utc("2026-10-25T01:30")], [utc("2026-11-23T10:05")]]
    cells = load_workbook(io.BytesIO(xlsx_of(["At"], rows))).active["A"][1:]

    assert csv_of(["At"], rows).decode("utf-8-sig").split("\r\n")[1:4] == [
        "2026-10-25 01:30:00 BST",
        "2026-10-25 01:30:00 GMT",
        "2026-11-23 10:05:00",
    ]
    assert [cell.value.isoformat() for cell in cells] == [
        "2026-10-25T01:30:00",
        "2026-10-25T01:30:00",
        "2026-11-23T10:05:00",
    ]
    assert [cell.number_format.partition("mm")[2].partition("mm")[2] for cell in cells] == [' "BST"', ' "GMT"', ""]


def test_a_typed_time_that_came_twice_or_not_at_all_is_said_to_be_taken_as_another():
    def said(wall: str) -> str | None:
        return clock.taken_as(datetime.fromisoformat(wall))

    assert said("2026-10-25T01:30") == (
        "01:30 came twice that day: the clocks went back. It is taken as the first, 01:30 BST."
    )
    assert said("2026-03-29T01:30") == (
        "01:30 did not exist that day: the clocks went forward over it. It is taken as 02:30."
    )
    assert said("2026-11-23T01:30") is None


# Now


def test_now_is_in_utc():
    before = datetime.now(UTC)

    assert before <= clock.utc_now() <= datetime.now(UTC)
    assert clock.utc_now().tzinfo is UTC


def test_a_trial_clock_starts_where_it_is_told_and_goes_on():
    shows = clock.ticking_from(utc("2026-11-23T09:00"))
    first = shows()
    second = shows()

    assert timedelta(0) <= first - utc("2026-11-23T09:00") < timedelta(minutes=1)
    assert first <= second


def test_a_time_seen_on_a_clock_is_never_lost_to_the_hour_in_which_the_clocks_change():
    seen = {
        wall: clock.from_wall_clock(datetime.fromisoformat(wall)) for wall in ("2026-03-29T01:30", "2026-10-25T01:30")
    }

    assert seen == {
        "2026-03-29T01:30": datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
        "2026-10-25T01:30": datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    }
