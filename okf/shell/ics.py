"""Calendar files (iCalendar, RFC 5545) for somebody's own telephone or computer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: `starts` and `ends` are instants, or dates for a whole day."""

    ref: str
    title: str
    starts: datetime | date
    ends: datetime | date


def calendar_file(entries: Iterable[Entry], *, made_at: datetime) -> bytes:
    """The entries as one file. It leaves Casebook: titles name nobody, and there is no place and no text."""
    calendar = Calendar()
    calendar.add("prodid", "-//Our Kids First//Casebook//EN")
    calendar.add("version", "2.0")
    for entry in entries:
        event = Event()
        event.add("uid", f"{entry.ref}@casebook")
        event.add("dtstamp", made_at)
        event.add("summary", entry.title)
        event.add("dtstart", entry.starts)
        event.add("dtend", entry.ends)
        event.add("class", "CONFIDENTIAL")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def whole_day(ref: str, title: str, day: date) -> Entry:
    """An entry for a whole date."""
    return Entry(ref, title, day, day + timedelta(days=1))
