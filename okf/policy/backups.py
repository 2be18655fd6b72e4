"""Which backups are kept, when the next is due, and from when on one is overdue."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

DUE: Final = timedelta(hours=23, minutes=30)  # a day, so that an hourly look is at the same time each day
OVERDUE: Final = timedelta(hours=26)


@dataclass(frozen=True, slots=True)
class Keep:
    """Of how many days, weeks and months that have a backup the newest is kept; London's."""

    days: int = 7
    weeks: int = 5
    months: int = 12


def kept(made: Iterable[datetime], rule: Keep) -> frozenset[datetime]:
    """Those that are kept: of each of the newest days, weeks and months its newest; the newest of all always is."""
    from okf.clock import london_date  # here, since whoever reads the settings reads this, and few ask for a date

    newest_first = sorted(made, reverse=True)
    keep = set(newest_first[:1])
    periods: tuple[tuple[int, Callable[[datetime], Any]], ...] = (
        (rule.days, london_date),
        (rule.weeks, lambda at: london_date(at).isocalendar()[:2]),
        (rule.months, lambda at: (london_date(at).year, london_date(at).month)),
    )
    for most, period_of in periods:
        newest_of: dict[Any, datetime] = {}
        for at in newest_first:
            newest_of.setdefault(period_of(at), at)
        keep |= set(list(newest_of.values())[:most])
    return frozenset(keep)
