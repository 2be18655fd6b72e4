"""Figures in words."""

from __future__ import annotations

import pytest

from okf.shell.words import percent


@pytest.mark.parametrize(
    "part, total, told",
    [(2, 3, "67 %"), (1, 3, "33 %"), (0, 7, "0 %"), (7, 7, "100 %"), (999, 1000, "99 %"), (1, 1000, "1 %")],
)
def test_a_share_is_rounded_and_never_to_all_or_none(part: int, total: int, told: str) -> None:
    assert percent(part, total) == told
