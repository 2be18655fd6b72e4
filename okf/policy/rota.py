"""Whose hours of duty it is at an instant, and at which hours ahead it is nobody's; pure.

Hours are London's: a night across a change of the clocks is an hour shorter or longer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Final

from okf.clock import from_wall_clock, london_date, start_of
from okf.policy.duty import Leads
from okf.terms.rota import RotaPlace

DAYS_AHEAD: Final = 14  # our default: so far ahead the rota is to cover every hour
_DAY: Final = timedelta(days=1)
_ORDER: Final = list(RotaPlace)


@dataclass(frozen=True, slots=True)
class Shift:
    """Hours of duty: on a weekday (0 is Monday) of every week between two days, or on one day alone.

    Those that end at or before the time of their beginning end on the next
    day. One day's go before the week's of the same place; nobody's (`person`
    empty) only take those off.
    """

    id: int
    person: str | None
    place: RotaPlace
    phone: str | None
    weekday: int | None
    first_on: date
    last_on: date | None
    starts: time
    ends: time

    def begins_on(self, day: date) -> bool:
        """Whether such hours begin on a London day."""
        within = self.first_on <= day and (self.last_on is None or day <= self.last_on)
        return within and self.weekday in (None, day.weekday())

    def span(self, day: date) -> tuple[datetime, datetime]:
        """The instants between which they last, of those that begin on this day."""
        last = day + _DAY if self.ends <= self.starts else day
        return from_wall_clock(datetime.combine(day, self.starts)), from_wall_clock(datetime.combine(last, self.ends))


Span = tuple[datetime, datetime, Shift]


def on_rota(shifts: Iterable[Shift], leads: Leads, at: datetime) -> tuple[Shift, ...]:
    """Whose hours it is at an instant, the first to ring first: of those who lead still, and are not away that day."""
    today = london_date(at)
    return _there(_spans(shifts, today, today), leads, at)


def uncovered_hours(
    shifts: Iterable[Shift], leads: Leads, at: datetime, days: int = DAYS_AHEAD
) -> list[tuple[datetime, datetime]]:
    """The spans from an instant on, for so many days, in which it is nobody's hours."""
    until = at + timedelta(days=days)
    today, last = london_date(at), london_date(until)
    spans = _spans(shifts, today, last)
    edges = {edge for begins, ends, _ in spans for edge in (begins, ends)}
    edges |= {start_of(today + one * _DAY) for one in range(1, (last - today).days + 1)}  # an absence begins, or ends
    inside = sorted(edge for edge in edges if at < edge < until)
    found: list[tuple[datetime, datetime]] = []
    for begins, ends in pairwise([at, *inside, until]):
        if _there(spans, leads, begins):
            continue
        if found and found[-1][1] == begins:
            begins = found.pop()[0]
        found.append((begins, ends))
    return found


def next_on_rota(shifts: Iterable[Shift], leads: Leads, at: datetime) -> datetime | None:
    """When it is somebody's hours again, within the days ahead; None where that is not known."""
    gap = next(iter(uncovered_hours(shifts, leads, at)), None)
    return gap[1] if gap and gap[0] == at and gap[1] < at + timedelta(days=DAYS_AHEAD) else None


def _there(spans: Sequence[Span], leads: Leads, at: datetime) -> tuple[Shift, ...]:
    now = [shift for begins, ends, shift in spans if begins <= at < ends]
    for_the_day = {shift.place for shift in now if shift.weekday is None}
    meant = [shift for shift in now if shift.weekday is None or shift.place not in for_the_day]
    day = london_date(at)
    here = {username for username, lead in leads.items() if lead.away_on(day) is None}
    there = [shift for shift in meant if shift.person in here]
    return tuple(sorted(there, key=lambda shift: _ORDER.index(shift.place)))


def _spans(shifts: Iterable[Shift], first: date, last: date) -> list[Span]:
    return [(*shift.span(day), shift) for shift in shifts for day in _days(first - _DAY, last) if shift.begins_on(day)]


def _days(first: date, last: date) -> Iterator[date]:
    return (first + one * _DAY for one in range((last - first).days + 1))
