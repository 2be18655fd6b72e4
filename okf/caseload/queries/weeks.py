"""The weeks that figures are counted by: London's, from Monday; the one that runs now begins at this moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

from okf.caseload.outlook import AHEAD
from okf.clock import london_date, start_of

EVER: Final = datetime.fromisoformat("1900-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class Week:
    """A span of time, half-open, and the London date of its first day; None of all that lies behind."""

    begins: datetime
    ends: datetime
    first: date | None

    @property
    def days(self) -> tuple[date, date]:
        """Its London dates, half-open; for what lies behind, all up to today."""
        return london_date(self.begins), london_date(self.ends)


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def coming_weeks(at: datetime) -> tuple[Week, ...]:
    """What lies behind, and then this week from now and those after it, eight in all."""
    first = monday_of(london_date(at))
    starts = [first + timedelta(weeks=n) for n in range(AHEAD + 1)]
    spans = [(start_of(a), start_of(b)) for a, b in pairwise(starts)]
    spans[0] = (at, spans[0][1])
    return (Week(EVER, at, None), *(Week(*span, starts[n]) for n, span in enumerate(spans)))
