"""Dates as people write them: what they say, and what leaves it open."""

from __future__ import annotations

from datetime import date, time

import pytest

from okf.dates import Order, Side, day_meant, days_in_figures, time_meant, written_day


@pytest.mark.parametrize(
    "text, order, day",
    [
        ("31/12/1975", Order.DAY_FIRST, date(1975, 12, 31)),
        ("12/31/1975", Order.MONTH_FIRST, date(1975, 12, 31)),
        ("3 April 1988", Order.MONTH_FIRST, date(1988, 4, 3)),
        ("1988-04-03", Order.MONTH_FIRST, date(1988, 4, 3)),
        ("3/4/88", Order.DAY_FIRST, None),
        ("3 Ma 1988", Order.DAY_FIRST, None),
        ("3 Marchy 1988", Order.DAY_FIRST, None),
        ("yesterday", Order.DAY_FIRST, None),
        ("٣/٤/١٩٨٨", Order.DAY_FIRST, None),
    ],
)
def test_a_day_is_what_the_text_says(text: str, order: Order, day: date | None) -> None:
    assert written_day(text, order) == day


@pytest.mark.parametrize("text", ["31/02/1988", "12/31/1975", "31 April 1988", "1988-13-01"])
def test_what_no_calendar_has_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"day|month"):
        written_day(text)


def test_figures_say_a_day_in_each_order_in_which_they_can_be_read() -> None:
    assert days_in_figures("3/4/1988") == {Order.DAY_FIRST: date(1988, 4, 3), Order.MONTH_FIRST: date(1988, 3, 4)}
    assert days_in_figures("12/31/1975") == {Order.MONTH_FIRST: date(1975, 12, 31)}
    assert days_in_figures("3 April 1988") == {}


TUESDAY = date(2026, 12, 1)


@pytest.mark.parametrize(
    "text, day",
    [
        ("3/3/26", date(2026, 3, 3)),
        (" 3 / 3 / 2026 ", date(2026, 3, 3)),
        ("3.3.26", date(2026, 3, 3)),
        ("2026-03-03", date(2026, 3, 3)),
        ("Tuesday, 3rd March 2026", date(2026, 3, 3)),
        ("3 March '26", date(2026, 3, 3)),
        ("Today", TUESDAY),
        ("tomorrow", date(2026, 12, 2)),
        ("the day after tomorrow", date(2026, 12, 3)),
        ("Tuesday", TUESDAY),
        ("this Friday", date(2026, 12, 4)),
        ("next Tuesday", date(2026, 12, 8)),
        ("next\u00a0Fri", date(2026, 12, 4)),
        ("last Tuesday", date(2026, 11, 24)),
        ("Friday week", date(2026, 12, 11)),
        ("a week today", date(2026, 12, 8)),
        ("in a fortnight", date(2026, 12, 15)),
        ("in three months", date(2027, 3, 1)),
        ("2 days ago", date(2026, 11, 29)),
    ],
)
def test_a_day_is_meant_as_people_here_write_it(text: str, day: date) -> None:
    assert [day_meant(text, TUESDAY, side) for side in (None, Side.PAST, Side.COMING)] == [day] * 3


@pytest.mark.parametrize(
    "text, side, day",
    [
        ("3/4", Side.COMING, date(2027, 4, 3)),
        ("3/4", Side.PAST, date(2026, 4, 3)),
        ("1/12", Side.COMING, TUESDAY),
        ("10 Nov", None, date(2026, 11, 10)),
        ("10 Nov", Side.COMING, date(2027, 11, 10)),
        ("Friday", Side.PAST, date(2026, 11, 27)),
        ("Friday", Side.COMING, date(2026, 12, 4)),
        ("Sat 28 Nov", None, date(2026, 11, 28)),
        ("5/6/49", Side.BORN, date(1949, 6, 5)),
        ("5/6/49", Side.COMING, date(2049, 6, 5)),
        ("3/3/26", Side.COMING, date(2026, 3, 3)),
        ("2/12/26", Side.BORN, date(1926, 12, 2)),
        ("2/12/26", Side.PAST, date(2026, 12, 2)),
    ],
)
def test_what_is_left_out_of_a_day_is_what_its_field_asks_for(text: str, side: Side | None, day: date) -> None:
    assert day_meant(text, TUESDAY, side) == day


@pytest.mark.parametrize("text", ["31/2", "31/2/26", "29/2/27", "12/31/2026", "Wednesday 3 March 2026", "0/1/26"])
def test_a_day_that_is_not_there_is_an_error_and_not_the_next_best(text: str) -> None:
    with pytest.raises(ValueError, match=r"day|month"):
        day_meant(text, TUESDAY)


@pytest.mark.parametrize(
    "text", ["", "3", "2026", "March 2026", "14:30", "1430", "3 days", "3/3/26 14:30", "٣/٣/٢٦", "soon"]
)
def test_what_says_no_day_is_not_guessed(text: str) -> None:
    assert day_meant(text, TUESDAY) is None


@pytest.mark.parametrize(
    "text, at",
    [
        ("14:30", time(14, 30)),
        ("1430", time(14, 30)),
        ("2.30pm", time(14, 30)),
        ("2:30 p.m.", time(14, 30)),
        ("02:30", time(2, 30)),
        ("at 9am", time(9)),
        ("half past two", time(14, 30)),
        ("half past two in the morning", time(2, 30)),
        ("half past nine", time(9, 30)),
        ("quarter to one", time(12, 45)),
        ("twenty-five past 6", time(18, 25)),
        ("two o’clock", time(14)),
        ("noon", time(12)),
        ("12am", time(0)),
        ("midnight", time(0)),
    ],
)
def test_a_time_is_meant_as_people_here_say_it(text: str, at: time) -> None:
    assert time_meant(text) == at


@pytest.mark.parametrize("text", ["", "9", "two", "soon", "14:30:10", "3/3/26"])
def test_what_says_no_time_is_not_guessed(text: str) -> None:
    assert time_meant(text) is None


@pytest.mark.parametrize("text", ["25:00", "24:00", "10:60", "13pm"])
def test_a_time_that_no_clock_shows_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"hour|minute|half"):
        time_meant(text)
