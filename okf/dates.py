"""Dates as people write them: 31/12/1975, 3 March 1988, 2026-11-23; pure."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from enum import StrEnum
from typing import Final

_WEEKDAY: Final = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?"
_NTH: Final = r"(\d{1,2})(?:st|nd|rd|th)?"
_YEAR_FIRST: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", re.ASCII)
_NUMBERS: Final = re.compile(r"(\d{1,2})(?:\s?[/.-]\s?|\s)(\d{1,2})(?:\s?[/.-]\s?|\s)(\d{4})", re.ASCII)
_DAY_NAMED: Final = re.compile(
    rf"{_WEEKDAY}{_NTH}(?:\s+of)?[\s/-]*([a-z]{{3,9}})\.?,?[\s/-]*(\d{{4}})", re.ASCII | re.IGNORECASE
)
_MONTH_NAMED: Final = re.compile(rf"{_WEEKDAY}([a-z]{{3,9}})\.?\s+{_NTH},?\s+(\d{{4}})", re.ASCII | re.IGNORECASE)
_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)


class Order(StrEnum):
    """Which comes first where a date is written in figures."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


def written_day(text: str, order: Order = Order.DAY_FIRST) -> date | None:
    """The day that a text says; None where it says none.

    Raises:
        ValueError: it is not in the calendar.
    """
    told = text.strip()
    if found := _YEAR_FIRST.fullmatch(told):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _NUMBERS.fullmatch(told):
        day, month = (found[1], found[2]) if order is Order.DAY_FIRST else (found[2], found[1])
        return date(int(found[3]), int(month), int(day))
    if found := _DAY_NAMED.fullmatch(told):
        day, month = found[1], found[2]
    elif found := _MONTH_NAMED.fullmatch(told):
        day, month = found[2], found[1]
    else:
        return None
    number = next((at for at, name in enumerate(_MONTHS, 1) if name.startswith(month.lower())), None)
    return None if number is None else date(int(found[3]), number, int(day))


def days_in_figures(text: str) -> dict[Order, date]:
    """The day that a date in figures says in each order in which it can be read; none for any other text."""
    found = {}
    for order in Order if _NUMBERS.fullmatch(text.strip()) else ():
        with suppress(ValueError):
            found[order] = written_day(text, order)
    return {order: day for order, day in found.items() if day is not None}
