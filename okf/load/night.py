"""When large imports are done: at night, when nobody else saves anything."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from okf.clock import LONDON, is_past, london

MANY: Final = 20_000  # rows that are written in some seconds, our default: for more nobody should be at work
FIRST_HOUR, LAST_HOUR = 7, 20  # of the day, in London, in which others save
WHEN: Final = f"between {LAST_HOUR}:00 and {FIRST_HOUR}:00"


def is_night(at: datetime) -> bool:
    """Whether it is night in London."""
    return not FIRST_HOUR <= london(at).hour < LAST_HOUR


def waits_for_the_night(at: datetime, rows: int) -> bool:
    """Whether so many rows are not to be written at this hour: nobody else can save anything meanwhile."""
    return rows > MANY and not is_night(at)


def night_of(at: datetime) -> date:
    """The night that it is, or that comes next, by the London date of its evening."""
    there = london(at)
    return there.date() - timedelta(days=there.hour < FIRST_HOUR)


def is_over(night: date, at: datetime) -> bool:
    """Whether a night has gone by."""
    return is_past(datetime.combine(night + timedelta(days=1), time(FIRST_HOUR), LONDON), at)
