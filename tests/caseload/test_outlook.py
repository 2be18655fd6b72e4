"""What is expected of the next weeks: a range that says how often it held, and nothing where little is known."""

from __future__ import annotations

from time import perf_counter

import numpy as np
import pytest

from okf.caseload.outlook import AHEAD, HELD_OUT, NEEDED, SHARE, outlook

STEADY = (3, 2, 4, 3, 2, 3, 4, 2, 3, 3) * 6
YEAR = 52


def drawn(usual: object, seed: int) -> tuple[int, ...]:
    """Weeks whose numbers come by chance round what is usual in each."""
    return tuple(int(count) for count in np.random.default_rng(seed).poisson(usual))


def summer_closed(years: int, usual: float = 20.0) -> np.ndarray:
    """As usual in every week, but for six in the summer with a quarter of it."""
    weeks = np.full(years * YEAR, usual)
    weeks[np.isin(np.arange(years * YEAR) % YEAR, range(28, 34))] /= 4
    return weeks


WEEK = np.arange(3 * YEAR)
PASTS = {
    "flat": np.full(2 * YEAR, 3.0),
    "flat and busy": np.full(2 * YEAR, 20.0),
    "sparse": np.full(2 * YEAR, 1 / 3),
    "growing": np.linspace(3, 12, 2 * YEAR),
    "shrinking": np.linspace(15, 5, 2 * YEAR),
    "a season": 20 * (1 + 0.4 * np.sin(2 * np.pi * WEEK / YEAR)),
    "closed in summer": summer_closed(3),
    "doubled half a year ago": np.where(WEEK < 2 * YEAR + 26, 6.0, 12.0),
    "one year": np.full(YEAR, 8.0),
}


def test_from_few_weeks_nothing_is_expected():
    assert outlook(STEADY[: NEEDED - 1]) is None
    assert outlook(()) is None
    assert outlook(STEADY[:NEEDED]) is not None


def test_a_steady_past_is_expected_to_go_on():
    found = outlook(STEADY)

    assert len(found.weeks) == AHEAD
    assert all(2.5 < week.expected < 3.5 for week in found.weeks)
    assert all(week.low in (1, 2) and week.high in (4, 5) for week in found.weeks)


def test_a_change_that_stays_is_followed_and_chance_is_not():
    assert outlook((6,) * 40 + (20,) * 12).weeks[0].expected > 18
    assert abs(outlook((0, 6, 6, 0) * 12 + (6, 6, 6)).weeks[0].expected - 3) < 1


def test_the_same_weeks_of_earlier_years_tell_a_season():
    """At the end of June: in the first year no summer is known."""
    known = tuple(int(count) for count in summer_closed(3))

    third = [week.expected for week in outlook(known[: 2 * YEAR + 26]).weeks]
    first = [week.expected for week in outlook((20,) * 13 + known[:26]).weeks]

    assert third[0] > 17
    assert max(third[4:6]) < 13, "half of what the years before tell is believed"
    assert first == [20.0] * AHEAD


@pytest.mark.parametrize("wild, inside", [(0, 10), (1, 9), (4, 6)])
def test_the_check_counts_the_held_out_weeks_that_fell_outside(wild: int, inside: int):
    """Each wild week at the end lies outside every range that was made before it."""
    counts = STEADY[: len(STEADY) - wild] + (40,) * wild

    found = outlook(counts)

    assert (found.inside, found.inside_far) == (inside, inside)
    assert found.held is (inside >= round(SHARE * HELD_OUT) - 1)


@pytest.mark.parametrize("past", PASTS)
def test_a_held_out_week_is_forecast_as_it_would_have_been_then(past: str):
    counts = (*drawn(PASTS[past], 1), *drawn(np.full(HELD_OUT + AHEAD, 30.0), 2))
    last = range(len(counts) - HELD_OUT, len(counts))

    found = outlook(counts)

    assert found.inside == sum(outlook(counts[:week]).weeks[0].holds(counts[week]) for week in last)
    assert found.inside_far == sum(outlook(counts[: week - AHEAD + 1]).weeks[-1].holds(counts[week]) for week in last)


def test_the_ranges_hold_weeks_that_nobody_knew_and_are_no_wider_than_they_must_be():
    """Of many pasts, at the end of each month of the last year."""
    share, wide = {}, {}
    for past, usual in PASTS.items():
        held, width = [], []
        for seed in range(8):
            counts = drawn(usual, seed)
            for known in range(max(NEEDED, len(counts) - YEAR), len(counts) - AHEAD + 1, 4):
                weeks = outlook(counts[:known]).weeks
                held += [week.holds(count) for week, count in zip(weeks, counts[known : known + AHEAD], strict=True)]
                width += [week.high - week.low for week in weeks]
        share[past], wide[past] = np.mean(held), np.mean(width)

    assert min(share.values()) >= SHARE - 0.08, share
    assert np.mean(list(share.values())) >= SHARE, share
    # Chance alone makes a flat week's range so wide: 1.28 deviations to each side, and the whole numbers round them.
    for past in ("flat", "flat and busy"):
        assert wide[past] <= 1.25 * (2 * 1.28 * PASTS[past][0] ** 0.5 + 1), past


def test_it_takes_no_time():
    begun = perf_counter()
    outlook.__wrapped__(drawn(PASTS["a season"], 3))

    assert perf_counter() - begun < 0.2  # seconds; two milliseconds on a laptop


def test_a_range_is_of_whole_enquiries_and_never_below_none():
    found = outlook((0, 1, 0, 0, 2, 0, 0, 1) * 6)

    assert all(0 <= week.low <= week.expected <= week.high for week in found.weeks)


@pytest.mark.parametrize("count", [0, 3])
def test_weeks_that_were_all_alike_are_no_fault(count: int):
    found = outlook((count,) * 40)

    assert {(week.low, week.high) for week in found.weeks} == {(count, count)}
    assert found.inside == HELD_OUT
