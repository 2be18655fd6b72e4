"""UTC instants to London dates, working days and deadlines; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from threading import Lock
from time import monotonic
from typing import Final
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from dateutil.tz import datetime_ambiguous, datetime_exists

LONDON = ZoneInfo("Europe/London")
_FIRST: Final = datetime.min.replace(tzinfo=UTC)
_ZONED: Final = re.compile(r"(?P<wall>.*:\d{2}(?:\.\d+)?)\s*(?P<zone>BST|GMT)", re.ASCII | re.IGNORECASE)


def utc_now() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)


def ticking_from(start: datetime) -> Callable[[], datetime]:
    """A clock for trials: it shows `start` now, and goes on from there."""
    begun = monotonic()
    return lambda: start.astimezone(UTC) + timedelta(seconds=monotonic() - begun)


class Onward:
    """Time as it goes on: the machine's, but never before the newest instant that it was shown.

    While the machine says less, time goes on from there at half its pace: what
    waits or lasts comes to its end, and the machine catches up. `since` is
    when that began.
    """

    def __init__(self, count: Callable[[], float] = monotonic) -> None:
        self._count = count
        self._lock = Lock()
        self._newest = _FIRST
        self._held: tuple[datetime, float] | None = None
        self.since: datetime | None = None
        self._looked: tuple[datetime, float] | None = None

    def see(self, newest: datetime | None) -> None:
        """Let time be at this instant or later from now on."""
        with self._lock:
            self._newest = max(self._newest, newest or _FIRST)

    def at(self, machine: datetime) -> datetime:
        """The instant that it is, when the machine says this one."""
        with self._lock:
            reached = self._newest
            if self._held is not None:
                begun, count = self._held
                reached = begun + timedelta(seconds=(self._count() - count) / 2)
            if machine >= max(reached, self._newest):
                self._held = self.since = None
                return machine
            if self._held is None or reached < self._newest:
                reached = self._newest
                self._held = (reached, self._count())
                self.since = self.since or reached
            return reached

    def stepped(self, machine: datetime) -> timedelta:
        """By how much the machine's clock was set forward, or back if negative, since the last time this was asked."""
        with self._lock:
            before, self._looked = self._looked, (machine, self._count())
            return machine - before[0] - timedelta(seconds=self._looked[1] - before[1]) if before else timedelta()


def london(instant: datetime) -> datetime:
    """The same instant as London reads it."""
    return instant.astimezone(LONDON)


def london_date(instant: datetime) -> date:
    """The London date on which an instant falls."""
    return instant.astimezone(LONDON).date()


def clock_time(instant: datetime, *, seconds: bool = False) -> str:
    """The time of day that London's clocks show, `14:05`; where they show it twice, `01:30 BST` or `01:30 GMT`."""
    there = london(instant)
    said = f"{there:%H:%M:%S}" if seconds else f"{there:%H:%M}"
    return f"{said} {there:%Z}" if datetime_ambiguous(there) else said


def start_of(day: date) -> datetime:
    """The instant (UTC) at which a London date begins."""
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The instant (UTC) at which a London date is over: 24:00, which is 00:00 of the next day.

    A "by" date runs to here.
    """
    return start_of(day + timedelta(days=1))


def last_day_of(end: datetime) -> date:
    """The last London date of what runs until an instant: the one before it, where that is midnight."""
    return london_date(end - timedelta(microseconds=1))


def day_after(last: date) -> date:
    """The date that is kept of what holds to the end of a day: the first on which it no longer does."""
    return last + timedelta(days=1)


def is_past(end: datetime | None, at: datetime) -> bool:
    """Whether an end, a deadline or a switching off has come by an instant; none never comes."""
    return end is not None and end <= at


class ImpossibleTime(ValueError):
    """A London time that the clocks skipped, or one that they showed twice."""


def zones_of(wall: datetime) -> tuple[str, ...]:
    """The zones in which London's clocks show a wall time: `BST` or `GMT`, both where it comes twice, none if never."""
    ways = (wall.replace(tzinfo=LONDON, fold=fold) for fold in (0, 1))
    return tuple(dict.fromkeys(f"{way:%Z}" for way in ways if datetime_exists(way)))


def without_zone(text: str) -> tuple[str, str | None]:
    """A written time, and apart from it the zone that stands behind it, as `clock_time` says it."""
    found = _ZONED.fullmatch(text.strip())
    return (found["wall"], found["zone"].upper()) if found else (text, None)


def from_london(wall: datetime, zone: str | None = None) -> datetime:
    """The instant (UTC) of a London wall time; `zone` is `BST` or `GMT`, where somebody said it.

    Raises:
        ImpossibleTime: the clocks skip this time, show it twice, or in another zone; the message says which.
    """
    zones = zones_of(wall)
    if not zones:
        raise ImpossibleTime(f"{wall:%Y-%m-%d %H:%M} did not exist in London: the clocks went forward over it")
    if zone is None and len(zones) > 1:
        raise ImpossibleTime(
            f"{wall:%Y-%m-%d %H:%M} happened twice in London when the clocks went back:"
            f" write {wall:%Y-%m-%d %H:%M} BST for the first, or {wall:%Y-%m-%d %H:%M} GMT for the second"
        )
    if zone is not None and zone not in zones:
        raise ImpossibleTime(f"{wall:%Y-%m-%d %H:%M} is not {zone}: London's clocks show {zones[0]} then")
    return wall.replace(tzinfo=LONDON, fold=zones.index(zone) if zone else 0).astimezone(UTC)


def from_wall_clock(wall: datetime) -> datetime:
    """The instant (UTC) of a London wall time that somebody saw on a clock; of one shown twice, the first.

    A form that takes what happened must not be lost to the hour in which the
    clocks change; `taken_as` is what it says there.
    """
    return wall.replace(tzinfo=LONDON).astimezone(UTC)


def taken_as(wall: datetime) -> str | None:
    """What to say of a London wall time that `from_wall_clock` had to choose for; None of any other."""
    taken = clock_time(from_wall_clock(wall))
    local = wall.replace(tzinfo=LONDON)
    if not datetime_exists(local):
        return f"{wall:%H:%M} did not exist that day: the clocks went forward over it. It is taken as {taken}."
    if datetime_ambiguous(local):
        return f"{wall:%H:%M} came twice that day: the clocks went back. It is taken as the first, {taken}."
    return None


@cache
def _england_and_wales(year: int) -> frozenset[date]:
    import holidays  # here, since it takes as long as all else that a command needs, and few ask for a working day

    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def is_working_day(day: date, bank_holidays: Collection[date] = ()) -> bool:
    """Whether a day is Monday to Friday and not a bank holiday of England and Wales.

    `bank_holidays` is OKF's own list; it decides over the span of dates it
    covers, and the published calendar decides outside it (our default).
    """
    if day.weekday() >= 5:
        return False
    if bank_holidays and min(bank_holidays) <= day <= max(bank_holidays):
        return day not in bank_holidays
    return day not in _england_and_wales(day.year)


def working_day_after(day: date, days: int, bank_holidays: Collection[date] = ()) -> date:
    """The `days`-th working day after a date."""
    while days > 0:
        day += timedelta(days=1)
        if is_working_day(day, bank_holidays):
            days -= 1
    return day


def working_day_on_or_after(day: date, bank_holidays: Collection[date] = ()) -> date:
    """The date itself if it is a working day, or the next one that is."""
    while not is_working_day(day, bank_holidays):
        day += timedelta(days=1)
    return day


def end_of_working_day_after(instant: datetime, days: int, bank_holidays: Collection[date] = ()) -> datetime:
    """24:00 London (UTC instant) of the `days`-th working day after an instant's date."""
    return end_of(working_day_after(london_date(instant), days, bank_holidays))


def months_after(day: date, months: int) -> date:
    """The same date some months on, or the last of that month if it has no such date."""
    return day + relativedelta(months=months)


def birthday(born: date, age: int) -> date:
    """The date of a birthday; for one born on 29 February, 1 March in other years.

    English law reaches an age at the beginning of the birthday; where the
    year has no 29 February that is taken as 1 March (our default).
    """
    turned = born + relativedelta(years=age)
    return turned + timedelta(days=1) if (born.month, born.day) == (2, 29) and turned.day == 28 else turned
