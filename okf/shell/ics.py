"""Calendar files (iCalendar, RFC 5545) for somebody's own telephone or computer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from dateutil.tz import datetime_ambiguous
from icalendar import Calendar, Event

from okf.clock import london


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: `starts` and `ends` are instants, or dates for a whole day."""

    ref: str
    title: str
    starts: datetime | date
    ends: datetime | date


def calendar_file(entries: Iterable[Entry], *, made_at: datetime) -> bytes:
    """The entries as one file, in London's time. It leaves Casebook: titles name nobody; no place and no text."""
    calendar = Calendar()
    calendar.add("prodid", "-//Our Kids First//Casebook//EN")
    calendar.add("version", "2.0")
    for entry in entries:
        event = Event()
        event.add("uid", f"{entry.ref}@casebook")
        event.add("dtstamp", made_at)
        event.add("summary", entry.title)
        event.add("dtstart", _in_london(entry.starts))
        event.add("dtend", _in_london(entry.ends))
        event.add("class", "CONFIDENTIAL")
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _in_london(at: datetime | date) -> datetime | date:
    """London's time, in the zone that stands in the file; of an hour that comes twice UTC, which says which."""
    if not isinstance(at, datetime):
        return at
    return at.astimezone(UTC) if datetime_ambiguous(london(at)) else london(at)


def whole_day(ref: str, title: str, day: date) -> Entry:
    """An entry for a whole date."""
    return Entry(ref, title, day, day + timedelta(days=1))
