"""C2: what is shown of figures gives no small cell away, not by subtraction and not by solving all lines together."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import example, given, settings, strategies as st
from scipy.optimize import linprog

from okf.policy.suppression import SMALL, count_shown, list_shown, may_be_shown_beside, median_shown, table_shown

counts = st.integers(0, 4) | st.integers(0, 30)
lists = st.lists(counts, min_size=1, max_size=9)
tables = st.integers(1, 6).flatmap(
    lambda width: st.lists(st.lists(counts, min_size=width, max_size=width), min_size=1, max_size=6)
)


@given(lists)
@example([1, 1])  # the two must be one each, if a nought were shown
@example([12, 0, 0])  # the noughts say of all twelve what they are
@example([5, 0])
@example([3])
def test_C2_no_small_cell_of_a_list_can_be_worked_out(groups):
    shown = list_shown(groups)

    lines = [[*[1] * len(groups), -1]]
    gives_nothing_away([*groups, sum(groups)], [*shown.cells, shown.total], lines)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(tables)
@example([[20, 3], [20, 20]])
@example([[2, 2], [2, 2]])
@example([[12, 0, 0], [0, 0, 0]])
@example([[9, 9, 9], [9, 1, 9], [9, 9, 9]])
@example([[6, 1, 6, 6], [1, 6, 6, 6], [6, 6, 1, 6]])  # every line has two hidden or none, and yet the lines tell
@example([[3, 20, 7]])
def test_C2_no_small_cell_of_a_table_can_be_worked_out_by_all_its_lines_together(rows):
    shown = table_shown(rows)

    high, wide = len(rows), len(rows[0])
    true = [*np.ravel(rows), *np.sum(rows, 1), *np.sum(rows, 0), np.sum(rows)]
    seen = [*(cell for row in shown.cells for cell in row), *shown.row_totals, *shown.column_totals, shown.total]
    gives_nothing_away([int(count) for count in true], seen, lines_of(high, wide))


def lines_of(high: int, wide: int) -> list[list[int]]:
    """Every row and column of a table with its totals, as sums that come to nought."""
    square = np.zeros((high + 1, wide + 1), int)
    lines = []
    for line in [np.s_[i, :] for i in range(high + 1)] + [np.s_[:, j] for j in range(wide + 1)]:
        one = square.copy()
        one[line] = 1
        total = (line[0], wide) if isinstance(line[0], int) else (high, line[1])
        one[total] = -1
        lines.append([*one[:high, :wide].ravel(), *one[:high, wide], *one[high, :wide], one[high, wide]])
    return lines


def gives_nothing_away(true: list[int], seen: list[int | None], lines: list[list[int]]) -> None:
    """Solve for what is hidden, knowing what is shown, that lines add up and that nobody counts less than nought."""
    assert all(cell is None or cell == count >= SMALL for count, cell in zip(true, seen, strict=True))
    hidden = [at for at, cell in enumerate(seen) if cell is None]
    if not hidden:
        return
    system = np.array(lines)
    unknown = system[:, hidden]
    known = -system @ np.array([cell or 0 for cell in seen])
    rank = np.linalg.matrix_rank(unknown)
    for place, at in enumerate(hidden):
        alone = np.eye(len(hidden))[place]
        assert np.linalg.matrix_rank(np.vstack([unknown, alone])) > rank, "the lines give it exactly"
        ends = [linprog(way * alone, A_eq=unknown, b_eq=known, bounds=(0, None)) for way in (1, -1)]
        low, high = ends[0].fun, np.inf if ends[1].status == 3 else -ends[1].fun
        assert high - low >= (SMALL if true[at] < SMALL else 1) - 1e-6, (true, seen)


def test_C2_the_cell_that_would_give_a_small_one_away_is_hidden_too():
    assert list_shown([3, 7, 40]).cells == (None, None, 40)
    assert list_shown([3, 7, 40]).total == 50


def test_C2_a_table_hides_as_little_as_it_can():
    shown = table_shown([[20, 3, 30], [30, 20, 25], [18, 40, 22]])

    assert sum(cell is None for row in shown.cells for cell in row) == 4
    assert shown.row_totals == (53, 75, 80)
    assert shown.column_totals == (68, 63, 77)


def test_C2_a_table_without_small_cells_is_shown_whole():
    shown = table_shown([[5, 6], [7, 8]])

    assert shown.cells == ((5, 6), (7, 8))
    assert (shown.row_totals, shown.column_totals, shown.total) == ((11, 15), (12, 14), 26)


def test_C2_a_whole_of_fewer_than_five_is_hidden_with_all_its_parts():
    assert list_shown([1, 3]).cells == (None, None)
    assert list_shown([1, 3]).total is None


@pytest.mark.parametrize("count", range(5))
def test_C2_nought_is_hidden_like_any_number_under_five(count):
    assert count_shown(count) is None
    assert count_shown(5) == 5


def test_C2_a_median_is_shown_where_it_is_nobodys_own():
    assert median_shown([3.0] * 9) is None
    assert median_shown([1.0, 2.0, 3.0, 4.0, 5.4, 5.4, 7.0, 8.0, 9.0, 10.0]) == 5


def test_C2_spans_of_time_that_overlap_are_not_shown_beside_each_other():
    quarter = (date(2026, 7, 1), date(2026, 10, 1))

    assert may_be_shown_beside(date(2026, 10, 1), date(2027, 1, 1), [quarter])
    assert not may_be_shown_beside(date(2026, 1, 1), date(2027, 1, 1), [quarter])
    assert not may_be_shown_beside(*quarter, [quarter])
