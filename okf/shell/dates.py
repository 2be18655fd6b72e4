"""Days and times that a form asks for, and a month that an address names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any, Final, TypeVar

import streamlit as st

from okf.clock import clock_time, from_london, from_wall_clock, zones_of
from okf.dates import Side, day_meant, time_meant
from okf.errors import Invalid
from okf.shell import fields
from okf.shell.words import day, say_taken_as

T = TypeVar("T")
_NTH: Final = ("first", "second")
YEARS: Final = range(1900, 2200)  # beyond these nobody has an appointment

FIRST_DAY, LAST_DAY = date(YEARS[0], 1, 1), date(YEARS[-1], 12, 31)
_LONGEST: Final = 40  # signs of "twenty-five past eleven in the evening"
_A_DAY: Final = "Write it like 3/3/26, 3 March 2026, today or next Tuesday."
_A_TIME: Final = "Write it like 14:30, 2.30pm or half past two."


def day_or_none(
    label: str,
    today: date,
    value: date | None = None,
    *,
    min_value: date = FIRST_DAY,
    max_value: date = LAST_DAY,
    side: Side | None = None,
    **more: Any,
) -> date | Invalid | None:
    """A day as people write it, or none, with its weekday under the field; what is wrong with it in place of the day.

    `today` is London's. `side` says where a day lies that is written without its year, if the bounds do not. What is
    drawn with it is that of `st.text_input`, with a `width`; what was typed stands in the session under `key`.
    """
    side = side_of(today, side, min_value, max_value)

    def fits(meant: date) -> str | None:
        if meant < min_value:
            return f"this is too early: {_as_day(min_value, today)} is the first day that it can be."
        if meant > max_value:
            return f"this is too late: {_as_day(max_value, today)} is the last day that it can be."
        return None

    more.setdefault("placeholder", "Such as 3/3/26 or today")
    return _field(label, value, lambda text: day_read(text, today, side), fits, in_full, **more)


def side_of(
    today: date, side: Side | None = None, min_value: date = FIRST_DAY, max_value: date = LAST_DAY, **_: Any
) -> Side | None:
    """On which side of today a field's days lie: the one that is said, or the one that its bounds leave."""
    return side or (Side.PAST if max_value <= today else Side.COMING if min_value >= today else None)


def day_input(label: str, first: date, today: date, **more: Any) -> date | Invalid:
    """A day that a form can't do without."""
    given = day_or_none(label, today, first, needed=_A_DAY, **more)
    return Invalid(label, _A_DAY) if given is None else given


def time_or_none(label: str, value: time | None = None, **more: Any) -> time | Invalid | None:
    """A time of day as people write it, or none; what is wrong with it in place of the time."""
    more.setdefault("placeholder", "Such as 14:30")
    return _field(label, value, time_read, lambda _: None, lambda at: f"{at:%H:%M}", **more)


def time_input(label: str, first: time, **more: Any) -> time | Invalid:
    """A time of day that a form can't do without."""
    given = time_or_none(label, first, needed=_A_TIME, **more)
    return Invalid(label, _A_TIME) if given is None else given


def taken(given: T | Invalid) -> T:
    """What a field was given.

    Raises:
        Invalid: it can't be read or is out of its bounds: so nothing is sent.
    """
    if isinstance(given, Invalid):
        raise Invalid(given.field, f"{given.why} Nothing is sent yet.")
    return given


def known(given: T | Invalid) -> T | None:
    """What a field was given, where the form can go on without it."""
    return None if isinstance(given, Invalid) else given


def moment_of(on: date | Invalid, at: time | Invalid) -> datetime | Invalid:
    """The instant of a day and a time by London's clocks; says as what it is taken, where they skip or repeat it."""
    if isinstance(on, Invalid):
        return on
    if isinstance(at, Invalid):
        return at
    say_taken_as(on, at)
    return from_wall_clock(datetime.combine(on, at))


def day_read(text: str, today: date, side: Side | None) -> date:
    """The day that a field's text means.

    Raises:
        ValueError: it means none; the message says what to do.
    """
    try:
        meant = day_meant(text, today, side)
    except (ValueError, OverflowError) as error:
        raise ValueError("no calendar has this day: look at the day, the month and the weekday.") from error
    if meant is None:
        raise ValueError(f"this can't be read as a day. {_A_DAY}")
    return meant


def time_read(text: str) -> time:
    """The time that a field's text means.

    Raises:
        ValueError: it means none; the message says what to do.
    """
    try:
        meant = time_meant(text)
    except ValueError as error:
        raise ValueError(f"no clock shows this time. {_A_TIME}") from error
    if meant is None:
        raise ValueError(f"this can't be read as a time. {_A_TIME}")
    return meant


def in_full(on: date) -> str:
    """A day as `Tuesday 3 March 2026`."""
    return f"{on:%A} {on.day} {on:%B %Y}"


def as_text(value: object) -> object:
    """A day or a time as it stands in its field; anything else as it is."""
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return day(value) if isinstance(value, date) else value


def _as_day(on: date, today: date) -> str:
    return f"today, {in_full(on)}," if on == today else in_full(on)


def _field(
    label: str,
    first: T | None,
    read: Callable[[str], T],
    fits: Callable[[T], str | None],
    told: Callable[[T], str],
    *,
    key: str,
    needed: str = "",
    hint: str = "",
    width: Any = "stretch",
    **more: Any,
) -> T | Invalid | None:
    if first is not None and key not in st.session_state:
        st.session_state[key] = first
    standing = st.session_state.get(key)
    if isinstance(standing, date | time):
        st.session_state[key] = as_text(standing)
    with fields.tied(key, width):
        text = (st.text_input(label, None, max_chars=_LONGEST, key=key, **more) or "").strip()
        if hint:
            st.caption(hint)
        if not text and not needed:
            return None
        try:
            meant = _once_read(key, text, read)
            if not_fit := fits(meant):
                raise ValueError(not_fit)
        except ValueError as error:
            wrong = str(error) if text else f"this is empty. {needed}"
            fields.wrong(wrong)
            return Invalid(label, wrong)
        if told(meant) != text:
            st.caption(told(meant))
        return meant


def _once_read(key: str, text: str, read: Callable[[str], T]) -> T:
    """What a text meant when it was typed: "tomorrow" is still that day after midnight."""
    before = st.session_state.get(f"okf_read:{key}")
    if before is None or before[0] != text:
        before = st.session_state[f"okf_read:{key}"] = (text, read(text))
    meant: T = before[1]
    return meant


def zone_input(on: date | Invalid, at: time | Invalid, *, key: str) -> str | None:
    """Which is meant of a time that London's clocks show twice that day; asks nothing of any other."""
    place = st.container()  # always there, so that what stands below keeps its own
    if isinstance(on, Invalid) or isinstance(at, Invalid):
        return None
    wall = datetime.combine(on, at)
    zones = zones_of(wall)
    if len(zones) < 2:
        return None
    names = {zone: f"{clock_time(from_london(wall, zone))}, the {nth}" for zone, nth in zip(zones, _NTH, strict=True)}
    label = f"{at:%H:%M} comes twice that day, when the clocks go back. Which is meant?"
    return place.radio(label, zones, index=None, format_func=names.__getitem__, horizontal=True, key=key)


def month_asked(name: str, today: date) -> date:
    """The first day of the month that the address names; of this one where it names none."""
    try:
        first = date.fromisoformat(f"{st.query_params.get(name, '')}-01")
    except ValueError:
        return today.replace(day=1)
    return first if first.year in YEARS else today.replace(day=1)
