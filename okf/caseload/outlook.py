"""A forecast of the number of enquiries, with a range, from past weeks; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor, sqrt
from statistics import fmean
from typing import Final

AHEAD: Final = 8  # weeks
NEEDED: Final = 39  # whole weeks, before anything is expected (our default)
HELD_OUT: Final = 10  # weeks against which the range is checked
SHARE: Final = 0.8  # of weeks that the range is to hold
METHOD: Final = (
    "The expected number is the level of the recent weeks, the later ones counting more, moved towards what the same"
    " weeks of earlier years were to their year; the range is as wide as 8 of 10 such numbers were wrong before."
)
_YEAR: Final = 52  # weeks
_BESIDE: Final = 2  # weeks before and after a week of an earlier year that count with it
_DOUBT: Final = 5  # ordinary weeks that count with them: few weeks make no season
_OF_A_YEAR: Final = 39  # weeks at least that tell what is ordinary in one
_BEGIN: Final = 8  # weeks that make the first level
_WEIGHTS: Final = (0.05, 0.1, 0.2)  # how much the newest week may count in the level


@dataclass(frozen=True, slots=True)
class Range:
    """A week's expected number, and the least and most in whole enquiries."""

    expected: float
    low: int
    high: int

    def holds(self, count: int) -> bool:
        """Whether a week that came out so lies within."""
        return self.low <= count <= self.high


@dataclass(frozen=True, slots=True)
class Outlook:
    """The forecast of the next weeks, and how well such ranges held on the last ones.

    `inside` counts, of the last `HELD_OUT` weeks, those that fell into the
    range made one week before, `inside_far` into that made eight weeks before.
    """

    weeks: tuple[Range, ...]
    inside: int
    inside_far: int

    @property
    def held(self) -> bool:
        """Whether the ranges held about as often as they are to: at most one week in ten less."""
        return min(self.inside, self.inside_far) >= round(SHARE * HELD_OUT) - 1


@lru_cache(maxsize=32)
def outlook(counts: tuple[int, ...]) -> Outlook | None:
    """What the next weeks bring, from the numbers of whole weeks, the oldest first; None where these are too few.

    Each held-out week is forecast from weeks before it alone.
    """
    if len(counts) < NEEDED:
        return None
    made = _expected(counts)
    now, held_out = len(counts), range(len(counts) - HELD_OUT, len(counts))
    inside = sum(_range(counts, made, week, 1).holds(counts[week]) for week in held_out)
    far = sum(_range(counts, made, week - AHEAD + 1, AHEAD).holds(counts[week]) for week in held_out)
    return Outlook(tuple(_range(counts, made, now, ahead) for ahead in range(1, AHEAD + 1)), inside, far)


def _range(counts: Sequence[int], made: dict[int, list[float]], known: int, ahead: int) -> Range:
    """The week so far ahead, when so many were known: as wide as what was made as far ahead turned out wrong by then.

    This is split conformal prediction. Errors grow with the root of what is
    expected, as those of counts do, so that a small past tells of a large week.
    """
    expected = made[known][ahead - 1]
    off = sorted(
        abs(counts[then + ahead - 1] - made[then][ahead - 1]) / _spread(made[then][ahead - 1])
        for then in range(_BEGIN, known - ahead + 1)
    )
    wide = off[min(ceil(SHARE * (len(off) + 1)), len(off)) - 1] * _spread(expected)
    low, high = round(expected - wide), round(expected + wide)
    return Range(expected, max(0, min(low, floor(expected))), max(high, ceil(expected)))


def _expected(counts: Sequence[int]) -> dict[int, list[float]]:
    """The numbers expected of the next weeks, by how many weeks were known."""
    seasons = [_season(counts, week) for week in range(len(counts) + AHEAD)]
    levels = dict.fromkeys(_WEIGHTS, fmean(counts[week] / seasons[week] for week in range(_BEGIN)))
    off = dict.fromkeys(_WEIGHTS, 0.0)
    made = {}
    for known in range(_BEGIN, len(counts) + 1):
        level = levels[min(_WEIGHTS, key=off.__getitem__)]
        made[known] = [level * season for season in seasons[known : known + AHEAD]]
        if known < len(counts):
            for weight in _WEIGHTS:
                off[weight] += (counts[known] - levels[weight] * seasons[known]) ** 2
                levels[weight] += weight * (counts[known] / seasons[known] - levels[weight])
    return made


def _season(counts: Sequence[int], week: int) -> float:
    """What this week of the year was to an ordinary one in earlier years; 1 where none is on file.

    It looks at nothing less than half a year old, so that no forecast knows its own weeks.
    """
    seen = []
    for then in range(week - _YEAR, _BESIDE - 1, -_YEAR):
        near = counts[then - _BESIDE : then + _BESIDE + 1]
        year = counts[max(0, then - _YEAR // 2) : then + _YEAR // 2]
        if len(year) >= _OF_A_YEAR and any(year):
            usual = fmean(year)
            seen.append((sum(near) + _DOUBT * usual) / ((len(near) + _DOUBT) * usual))
    return fmean(seen) if seen else 1.0


def _spread(expected: float) -> float:
    return sqrt(max(expected, 1.0))
