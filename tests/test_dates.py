"""Dates as people write them: what they say, and what leaves it open."""

from __future__ import annotations

from datetime import date

import pytest

from okf.dates import Order, days_in_figures, written_day


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
