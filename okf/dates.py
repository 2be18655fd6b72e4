"""Dates and times as people write them: 31/12/1975, 3 March 1988, next Tuesday, half past two; pure."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Final

from dateutil.relativedelta import relativedelta

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
_SHORT_YEAR: Final = re.compile(r"(.*[\s/.-])['’]?(\d{2})", re.ASCII)
_NEAR: Final = {"today": 0, "tomorrow": 1, "yesterday": -1, "day after tomorrow": 2, "day before yesterday": -2}
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMED: Final = r"(mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
_WEEKDAY_MEANT: Final = re.compile(rf"(?:(this|next|last|a week on) )?{_NAMED}( week)?")
_WEEKDAY_FIRST: Final = re.compile(rf"{_NAMED},? .+")
_COUNTED: Final = (*("no", "one", "two", "three", "four", "five", "six"), *("seven", "eight", "nine", "ten"))
_APART: Final = re.compile(
    rf"(in )?(an?|\d{{1,3}}|{'|'.join(_COUNTED[1:])}) (day|week|fortnight|month)s?"
    r"( ago| from now| from today| today| from tomorrow| tomorrow)?",
    re.ASCII,
)
_FIGURES: Final = re.compile(r"(\d{1,2})(?:[:.]?(\d{2})(?::00)?)?(?: ?(am|pm))?", re.ASCII)
_SPOKEN: Final = re.compile(
    r"(?:(half|quarter|five|ten|twenty|twenty[ -]five) (past|to) )?"
    r"(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|[1-9]|1[0-2])( o'clock)?(?: ?(am|pm))?",
    re.ASCII,
)
_HOURS: Final = (*_COUNTED[1:], "eleven", "twelve")
_MINUTES: Final = {"five": 5, "ten": 10, "quarter": 15, "twenty": 20, "twenty-five": 25, "half": 30}
_HALVES: Final = {"in the morning": "am", "in the afternoon": "pm", "in the evening": "pm", "a.m.": "am", "p.m.": "pm"}
_HOURS_NAMED: Final = {"noon": time(12), "midday": time(12), "midnight": time(0)}


class Side(StrEnum):
    """On which side of today a day is looked for of which something was left out."""

    BORN = "born"  # and the last of the centuries in which it is past, not the nearest
    PAST = "past"
    COMING = "coming"


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


def day_meant(text: str, today: date, side: Side | None = None) -> date | None:
    """The day that somebody means who writes this today; None where it says none.

    A year or a week that is left out is the nearest to today on that side of it, and a century the nearest to today.

    Raises:
        ValueError: it is not in the calendar, or not the weekday that stands before it.
    """
    told = re.sub(r"^(?:the|on) ", "", " ".join(text.lower().split()))
    if told in _NEAR:
        return today + timedelta(days=_NEAR[told])
    if found := _WEEKDAY_MEANT.fullmatch(told):
        return _weekday_meant(found, today, side)
    if found := _APART.fullmatch(told):
        return _counted_from(found, today)
    found = _SHORT_YEAR.fullmatch(told)
    whole = [f"{found[1]}{century}{found[2]}" for century in (19, 20, 21)] if found else []
    days = _in_calendar([told, *(f"{told} {today.year + years}" for years in (-1, 0, 1))])
    if not days:
        days, side = _in_calendar(whole), side if side is Side.BORN else None
    if (found := _WEEKDAY_FIRST.fullmatch(told)) and days:
        days = [day for day in days if day.weekday() == _WEEKDAYS.index(found[1][:3])]
        if not days:
            raise ValueError("the weekday is that of another day")
    return _nearest(days, today, side) if days else None


def _in_calendar(ways: list[str]) -> list[date]:
    """The days that are said in one of several ways; an error where some are said and none of them is there."""
    days, fault = [], None
    for way in ways:
        try:
            days.append(written_day(way))
        except ValueError as error:
            fault = error
    found = [day for day in days if day is not None]
    if fault and not found:
        raise fault
    return found


def _nearest(days: list[date], today: date, side: Side | None) -> date:
    beside = [day for day in days if side is None or (day >= today if side is Side.COMING else day <= today)]
    return min(beside or days, key=lambda day: abs(day - today))


def _weekday_meant(found: re.Match[str], today: date, side: Side | None) -> date | None:
    """Tuesday may be today, next and last Tuesday never are; Tuesday week is a week after the first one."""
    which, named, week = found.groups()
    ahead = (_WEEKDAYS.index(named[:3]) - today.weekday()) % 7
    coming = today + timedelta(days=ahead)
    if week or which == "a week on":
        return coming + timedelta(days=7) if not (week and which) else None
    if which == "next":
        return coming if ahead else coming + timedelta(days=7)
    if which == "last" or (which is None and side in (Side.PAST, Side.BORN) and ahead):
        return coming - timedelta(days=7)
    return coming


def _counted_from(found: re.Match[str], today: date) -> date | None:
    """What is counted from today: "in 3 weeks", "a week today", "2 days ago"; None of "3 weeks" alone."""
    to_come, number, unit, end = found.groups()
    if bool(to_come) is bool(end):
        return None
    many = int(number) if number.isdigit() else 1 if number in ("a", "an") else _COUNTED.index(number)
    many *= -1 if end == " ago" else 1
    begins = today + timedelta(days=1) if end and end.endswith("tomorrow") else today
    if unit == "month":
        return begins + relativedelta(months=many)
    return begins + timedelta(days=many * {"day": 1, "week": 7, "fortnight": 14}[unit])


def time_meant(text: str) -> time | None:
    """The time of day that a text says; None where it says none.

    Figures alone are of 24 hours. Of words alone the hour is taken that lies between seven and seven.

    Raises:
        ValueError: no clock shows it.
    """
    told = re.sub(r"^at ", "", " ".join(text.lower().replace("’", "'").split()))
    for words, half in _HALVES.items():
        told = re.sub(rf"(?<=[\w ]){re.escape(words)}$", half, told)
    if told in _HOURS_NAMED:
        return _HOURS_NAMED[told]
    if (found := _FIGURES.fullmatch(told)) and (found[2] or found[3]):
        return _on_the_clock(int(found[1]), int(found[2] or 0), found[3])
    found = _SPOKEN.fullmatch(told)
    if found is None or not (found[1] or found[4] or found[5]):
        return None
    hour, half = int(found[3]) if found[3].isdigit() else _HOURS.index(found[3]) + 1, found[5]
    minutes = _MINUTES[found[1].replace(" ", "-")] if found[1] else 0
    if found[2] == "to":
        hour, minutes = (hour - 2) % 12 + 1, 60 - minutes
    return _on_the_clock(hour, minutes, half or ("am" if 7 <= hour < 12 else "pm"))


def _on_the_clock(hour: int, minutes: int, half: str | None) -> time:
    if half is None:
        return time(hour, minutes)
    if not 1 <= hour <= 12:
        raise ValueError("a half of the day has twelve hours")
    return time(hour % 12 + (12 if half == "pm" else 0), minutes)
