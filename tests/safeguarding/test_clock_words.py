"""The lines of a concern's clocks: only what is late is in the colour for it (C9)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from okf.safeguarding.queries.clocks import RunningClock
from okf.safeguarding.views.clocks import in_lines
from okf.shell.sheets import Cell
from okf.terms.duties import Duty

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


def test_C9_of_several_clocks_only_those_that_are_late_are_marked() -> None:
    first = in_lines(
        [RunningClock(Duty.DECIDE, NOW - timedelta(hours=1)), RunningClock(Duty.REVIEW, NOW + timedelta(hours=1))], NOW
    )

    assert isinstance(first.under, Cell)
    assert (first.late, first.under.late) == (True, False)
