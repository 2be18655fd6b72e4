"""A forecast of the number of enquiries, with a range, from past weeks; pure."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

AHEAD: Final = 8  # weeks
NEEDED: Final = 30  # whole weeks, before anything is expected (our default)
HELD_OUT: Final = 10  # weeks against which the range is checked
SHARE: Final = 0.8  # of weeks that the range is to hold
METHOD: Final = (
    "Simple exponential smoothing: the expected number is an average of the past weeks in which the later ones count"
    " more, and the range comes of how far single weeks lay from it. It knows no seasons and no holidays."
)


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

    Each held-out week is forecast from weeks before it alone: how much the
    later weeks count is learnt from those before all held-out ones.
    """
    if len(counts) < NEEDED:
        return None
    learnt = _weights(counts[: -HELD_OUT - AHEAD + 1])
    origins = range(len(counts) - HELD_OUT, len(counts))
    inside = sum(_ranges(counts[:week], 1, learnt)[0].holds(counts[week]) for week in origins)
    far = sum(_ranges(counts[: week - AHEAD + 1], AHEAD, learnt)[-1].holds(counts[week]) for week in origins)
    return Outlook(_ranges(counts, AHEAD, _weights(counts)), inside, far)


def _weights(counts: Sequence[int]) -> Sequence[float]:
    """The smoothing weight and the first level that fit these weeks best."""
    if len(set(counts)) == 1:  # every week alike: nothing to learn
        return (0.1, float(counts[0]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a search that stops early: the check against held-out weeks judges it
        found: Sequence[float] = _model(counts).fit(disp=0, cov_type="none").params
    return found


def _ranges(counts: Sequence[int], ahead: int, weights: Sequence[float]) -> tuple[Range, ...]:
    if len(set(counts)) == 1:
        return (Range(float(counts[0]), counts[0], counts[0]),) * ahead
    coming = _model(counts).filter(weights).get_forecast(ahead)
    return tuple(
        Range(max(0.0, float(mean)), max(0, round(float(low))), max(0, round(float(high))))
        for mean, (low, high) in zip(coming.predicted_mean, coming.conf_int(alpha=1 - SHARE), strict=True)
    )


def _model(counts: Sequence[int]) -> Any:
    # It takes two seconds to load, and most pages never ask.
    from statsmodels.tsa.statespace.exponential_smoothing import ExponentialSmoothing

    return ExponentialSmoothing([float(one) for one in counts])
