"""What is expected of the next weeks: a range that says how often it held, and nothing where little is known."""

from __future__ import annotations

import pytest

from okf.caseload.outlook import AHEAD, HELD_OUT, NEEDED, SHARE, outlook

STEADY = (3, 2, 4, 3, 2, 3, 4, 2, 3, 3) * 6


def test_from_few_weeks_nothing_is_expected():
    assert outlook(STEADY[: NEEDED - 1]) is None
    assert outlook(()) is None
    assert outlook(STEADY[:NEEDED]) is not None


def test_a_steady_past_is_expected_to_go_on():
    found = outlook(STEADY)

    assert len(found.weeks) == AHEAD
    assert all(2.5 < week.expected < 3.5 for week in found.weeks)
    assert all(week.low in (1, 2) and week.high in (4, 5) for week in found.weeks)


@pytest.mark.parametrize("wild, inside", [(0, 10), (1, 9), (4, 6)])
def test_the_check_counts_the_held_out_weeks_that_fell_outside(wild: int, inside: int):
    """Each wild week at the end lies outside every range that was made before it."""
    counts = STEADY[: len(STEADY) - wild] + (40,) * wild

    found = outlook(counts)

    assert (found.inside, found.inside_far) == (inside, inside)
    assert found.held is (inside >= round(SHARE * HELD_OUT) - 1)


def test_a_held_out_week_is_not_known_to_the_range_that_it_is_checked_against():
    """A last week as wild as this would widen a range that had seen it, until it held."""
    assert outlook((*STEADY[:-1], 400)).inside == 9
    assert outlook((*STEADY[:-1], 400)).weeks[0].high > outlook(STEADY).weeks[0].high


def test_a_range_is_of_whole_enquiries_and_never_below_none():
    found = outlook((0, 1, 0, 0, 2, 0, 0, 1) * 6)

    assert all(0 <= week.low <= week.expected <= week.high for week in found.weeks)


@pytest.mark.parametrize("count", [0, 3])
def test_weeks_that_were_all_alike_are_no_fault(count: int):
    found = outlook((count,) * 40)

    assert {(week.low, week.high) for week in found.weeks} == {(count, count)}
    assert found.inside == HELD_OUT
