"""Which backups are kept: a table of what was made and what stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from okf.policy.backups import Keep, kept

INSTANTS = st.integers(0, 90_000).map(lambda hours: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=hours))
NOW = datetime(2026, 11, 30, 20, 0, tzinfo=UTC)  # a Monday


def days_ago(*days: float) -> set[datetime]:
    """Instants before now."""
    return {NOW - timedelta(days=one) for one in days}


@pytest.mark.parametrize(
    "what, made, stay",
    [
        ("none", [], []),
        ("one, however old", [4000], [4000]),
        ("the newest of each day", [0, 0.2, 0.5, 1, 1.3], [0, 1]),
        ("seven days", range(7), range(7)),
        ("then the newest of each week: a Sunday", range(36), [*range(7), 8, 15, 22, 30]),
        ("days without one don't count", [0, 10, 20, 30, 40, 50, 60], [0, 10, 20, 30, 40, 50, 60]),
    ],
)
def test_what_stays_of_what_was_made(what, made, stay):
    assert kept(days_ago(*made), Keep()) == days_ago(*stay), what


def test_then_the_newest_of_each_month_twelve_of_them():
    made = {datetime(2024 + month // 12, month % 12 + 1, day, tzinfo=UTC) for month in range(30) for day in (3, 17)}

    assert kept(made, Keep(days=1, weeks=1)) == {
        at for at in made if at.day == 17 and at > datetime(2025, 7, 1, tzinfo=UTC)
    }


def test_another_rule():
    assert kept(days_ago(*range(20)), Keep(days=2, weeks=1, months=0)) == days_ago(0, 1)


def test_a_day_is_londons():
    """23:30 in London on 30 June, and 00:30 on 1 July: two days, though one in UTC."""
    before, after = datetime(2026, 6, 30, 22, 30, tzinfo=UTC), datetime(2026, 6, 30, 23, 30, tzinfo=UTC)

    assert kept({before, after}, Keep()) == {before, after}


@given(st.sets(INSTANTS), st.integers(1, 5))
def test_the_newest_stays_and_asking_again_drops_no_more(made, days):
    rule = Keep(days=days, weeks=2, months=2)
    stay = kept(made, rule)

    assert stay <= made
    assert {max(made)} <= stay if made else stay == frozenset()
    assert kept(stay, rule) == stay
    assert len(stay) <= days + 4
