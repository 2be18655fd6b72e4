"""C2: what is shown of figures gives no small cell away, not even to who knows the rule and the order.

The attacker here runs the rule backwards: of all lists and tables there are,
those that would be shown exactly so. In none of them may a hidden number be
one of fewer than five.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

import numpy as np
import pytest
from hypothesis import example, given, settings, strategies as st
from scipy.optimize import linprog

from okf.policy.suppression import (
    SMALL,
    ListMerged,
    ListShown,
    TableShown,
    count_shown,
    list_merged,
    list_shown,
    may_be_shown_beside,
    median_shown,
    table_shown,
)

counts = st.integers(0, 4) | st.integers(0, 30)
lists = st.lists(counts, min_size=1, max_size=9)
tables = st.integers(1, 6).flatmap(
    lambda width: st.lists(st.lists(counts, min_size=width, max_size=width), min_size=1, max_size=6)
)
Numbers = tuple[int, ...]
Hidden = Callable[[object, Numbers], list[tuple[str, int]]]  # what is hidden, and what stands there


def wholes(groups: int, whole: int) -> Iterator[Numbers]:
    """Every way in which so many people fall into so many groups."""
    if groups == 1:
        yield (whole,)
        return
    for first in range(whole + 1):
        for rest in wholes(groups - 1, whole - first):
            yield (first, *rest)


def nothing_is_told_apart(
    groups: int, most: int, shown: Callable[[Numbers], object], hidden: Hidden, small: int
) -> None:
    """Sort all counts of up to so many people by what is shown of them: nothing hidden is one of fewer than `small`."""
    could_be: dict[object, dict[str, set[int]]] = {}
    for whole in range(most + 1):
        for true in wholes(groups, whole):
            seen = shown(true)
            places = could_be.setdefault(seen, {})
            for place, count in hidden(seen, true):
                places.setdefault(place, set()).add(count)
    assert any(could_be.values())
    assert [
        (seen, place, of) for seen, places in could_be.items() for place, of in places.items() if len(of) < small
    ] == []


def hidden_of_list(seen: object, true: Numbers) -> list[tuple[str, int]]:
    assert isinstance(seen, ListShown)
    numbers = [*true, sum(true)]
    return [(str(at), numbers[at]) for at, cell in enumerate([*seen.cells, seen.total]) if cell is None]


@pytest.mark.parametrize("small", [2, 3, SMALL])
@pytest.mark.parametrize("order", [(0,), (0, 1), (1, 0), (0, 1, 2), (2, 0, 1), (0, 1, 2, 3), (2, 0, 3, 1)])
def test_C2_whoever_knows_the_rule_finds_five_numbers_for_each_hidden_one_of_a_list(order: Numbers, small: int) -> None:
    nothing_is_told_apart(
        len(order), 3 * small + 3, lambda true: list_shown(true, order, small=small), hidden_of_list, small
    )


@pytest.mark.parametrize("small", [2, 3, SMALL])
@pytest.mark.parametrize("groups", range(1, 5))
def test_C2_nor_can_they_take_apart_groups_that_were_merged(groups: int, small: int) -> None:
    def together(seen: object, true: Numbers) -> list[tuple[str, int]]:
        assert isinstance(seen, ListMerged)
        if seen.total is None:
            return [*((str(at), count) for at, count in enumerate(true)), ("total", sum(true))]
        return [(str(at), true[at]) for places in seen.groups if len(places) > 1 for at in places]

    nothing_is_told_apart(groups, 3 * small + 3, lambda true: list_merged(true, small=small), together, small)


def numbers_of(rows: Sequence[Sequence[int]]) -> list[int]:
    """Every number of a table: its cells, the totals of its rows, of its columns, and of all."""
    return [int(n) for n in (*np.ravel(rows), *np.sum(rows, 1), *np.sum(rows, 0), np.sum(rows))]


def seen_of(shown: TableShown) -> list[int | None]:
    return [*(cell for row in shown.cells for cell in row), *shown.row_totals, *shown.column_totals, shown.total]


@pytest.mark.parametrize(
    "down, across, small, most",
    [
        ((0, 1), (1, 0), SMALL, 22),
        ((1, 0), (2, 0, 1), 2, 11),
        ((1, 0, 2), (1, 0), 2, 11),
        ((0, 1), (0, 2, 1), 3, 10),
        ((2, 0, 1), (1, 0, 2), 2, 6),
        ((0,), (1, 2, 0), SMALL, 16),
    ],
)
def test_C2_nor_of_a_table(down: Numbers, across: Numbers, small: int, most: int) -> None:
    wide = len(across)

    def rows_of(true: Numbers) -> list[Numbers]:
        return [true[at : at + wide] for at in range(0, len(true), wide)]

    def hidden(seen: object, true: Numbers) -> list[tuple[str, int]]:
        assert isinstance(seen, TableShown)
        numbers = numbers_of(rows_of(true))
        return [(str(at), numbers[at]) for at, cell in enumerate(seen_of(seen)) if cell is None]

    nothing_is_told_apart(
        len(down) * wide, most, lambda true: table_shown(rows_of(true), down, across, small=small), hidden, small
    )


def tables_like(shown: TableShown) -> Iterator[list[list[int]]]:
    """Every table with these cells, where they are shown, and with these totals, all of which are shown."""
    high, wide = len(shown.cells), len(shown.cells[0])

    def on(at: int, rows: list[int], columns: list[int]) -> Iterator[Numbers]:
        i, j = divmod(at, wide)
        if i == high:
            yield ()
            return
        most = min(rows[i], columns[j])
        cell = shown.cells[i][j]
        exact = {cell} if cell is not None else set(range(most + 1))
        exact &= {rows[i]} if j == wide - 1 else exact
        exact &= {columns[j]} if i == high - 1 else exact
        for count in sorted(one for one in exact if one <= most):
            left = [*rows[:i], rows[i] - count, *rows[i + 1 :]], [*columns[:j], columns[j] - count, *columns[j + 1 :]]
            yield from ((count, *rest) for rest in on(at + 1, *left))

    totals = [total or 0 for total in shown.row_totals], [total or 0 for total in shown.column_totals]
    for true in on(0, *totals):
        yield [list(true[at : at + wide]) for at in range(0, len(true), wide)]


SEVERAL = st.integers(2, 6)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(SEVERAL, min_size=3, max_size=3), min_size=3, max_size=3),
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 1)), min_size=1, max_size=3),
    st.permutations(range(3)),
    st.permutations(range(3)),
)
@example([[3, 3, 3], [3, 3, 3], [3, 3, 3]], [(0, 0, 1)], [1, 0, 2], [2, 1, 0])
@example([[4, 4, 4], [4, 4, 4], [4, 4, 6]], [(0, 0, 1), (1, 1, 1)], [0, 1, 2], [0, 1, 2])
def test_C2_nor_of_a_table_of_which_most_is_shown(
    rows: list[list[int]], few: list[tuple[int, int, int]], down: list[int], across: list[int]
) -> None:
    for i, j, count in few:
        rows[i][j] = count
    shown = table_shown(rows, down, across, small=2)
    hidden = {at for at, cell in enumerate(seen_of(shown)) if cell is None}

    could_be: dict[int, set[int]] = {at: set() for at in hidden}
    for other in tables_like(shown):
        if any(len(of) < 2 for of in could_be.values()) and table_shown(other, down, across, small=2) == shown:
            for at, count in enumerate(numbers_of(other)):
                if at in could_be:
                    could_be[at].add(count)

    assert all(len(of) >= 2 for of in could_be.values())


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 1, 0), (1, 2, 0)])
@pytest.mark.parametrize("groups", [(6, 6, 4), (60, 6, 4), (6, 60, 4)])
def test_C2_no_number_has_a_say_in_what_is_hidden_for_another(groups: Numbers, order: Numbers) -> None:
    """Of 6, 6, 4 hiding the smaller of the two others would tell that it is one."""
    first = min(order[:2])

    assert list_shown(groups, order).cells == tuple(
        None if at == 2 or order[at] == first else count for at, count in enumerate(groups)
    )


@given(lists)
@example([1, 1])  # the two must be one each, if a nought were shown
@example([12, 0, 0])  # the noughts say of all twelve what they are
@example([5, 0])
@example([3])
def test_C2_no_hidden_cell_of_a_list_can_be_worked_out(groups):
    shown = list_shown(groups, range(len(groups)))

    lines = [[*[1] * len(groups), -1]]
    gives_nothing_away([*groups, sum(groups)], [*shown.cells, shown.total], lines)


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(tables)
@example([[20, 3], [20, 20]])
@example([[2, 2], [2, 2]])
@example([[12, 0, 0], [0, 0, 0]])
@example([[9, 9, 9], [9, 1, 9], [9, 9, 9]])
@example([[6, 1, 6, 6], [1, 6, 6, 6], [6, 6, 1, 6]])  # every line has two hidden or none, and yet the lines tell
@example([[3, 20, 7]])
def test_C2_no_hidden_cell_of_a_table_can_be_worked_out_by_all_its_lines_together(rows):
    high, wide = len(rows), len(rows[0])
    shown = table_shown(rows, range(high), range(wide))

    gives_nothing_away(numbers_of(rows), seen_of(shown), lines_of(high, wide))


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
    for place in range(len(hidden)):
        alone = np.eye(len(hidden))[place]
        assert np.linalg.matrix_rank(np.vstack([unknown, alone])) > rank, "the lines give it exactly"
        ends = [linprog(way * alone, A_eq=unknown, b_eq=known, bounds=(0, None)) for way in (1, -1)]
        low, high = ends[0].fun, np.inf if ends[1].status == 3 else -ends[1].fun
        assert high - low >= SMALL - 1 - 1e-6, (true, seen)  # five whole numbers


def test_C2_the_cell_that_would_give_a_small_one_away_is_hidden_too():
    assert list_shown([3, 7, 40], (1, 0, 2)).cells == (None, None, 40)
    assert list_shown([3, 7, 40], (0, 1, 2)).total == 50


def test_C2_a_stand_in_that_is_too_small_itself_has_a_second():
    """Of 0 and 5 the one can't be four: the five would be one, and small."""
    assert list_shown([0, 5, 6, 40], (0, 1, 2, 3)).cells == (None, None, None, 40)


def test_C2_small_cells_that_hide_each_other_need_no_stand_in():
    assert list_shown([0, 1, 3, 40], (0, 1, 2, 3)).cells == (None, None, None, 40)
    assert list_shown([4, 4, 4, 40], (0, 1, 2, 3)).cells == (None, None, None, None)  # twelve: each must be four


def test_C2_a_table_hides_as_little_as_it_can():
    shown = table_shown([[20, 3, 30], [30, 20, 25], [18, 40, 22]], (0, 1, 2), (0, 1, 2))

    assert sum(cell is None for row in shown.cells for cell in row) == 4
    assert shown.row_totals == (53, 75, 80)
    assert shown.column_totals == (68, 63, 77)


def test_C2_a_table_without_small_cells_is_shown_whole():
    shown = table_shown([[5, 6], [7, 8]], (0, 1), (0, 1))

    assert shown.cells == ((5, 6), (7, 8))
    assert (shown.row_totals, shown.column_totals, shown.total) == ((11, 15), (12, 14), 26)


@pytest.mark.parametrize("groups", [[1, 3], [5, 3], [8, 0]])
def test_C2_a_whole_of_fewer_than_nine_is_hidden_with_all_its_parts(groups: list[int]) -> None:
    """Else of five and three, hidden with their sum, one must be five at least, and the other three at most."""
    assert list_shown(groups, (0, 1)) == ListShown((None, None), None)
    assert list_merged(groups) == ListMerged((), (), None)


def test_neighbours_are_merged_until_they_are_enough():
    assert list_merged([20, 3, 4, 6, 7, 0, 2]).groups == ((0,), (1, 2, 3), (4, 5, 6))
    assert list_merged([20, 3, 4, 6, 7, 0, 2]).cells == (20, 13, 9)
    assert list_merged([20, 7, 1]).groups == ((0, 1, 2),)  # seven and one are not enough for one of them to be four
    assert list_merged([6, 7, 8]).cells == (6, 7, 8)


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
