"""Small cells: which numbers about people may be shown, and which would give somebody away (C2).

A cell under 5 is hidden, and so are others that would tell it. Nought counts
as under 5: a row of noughts beside a twelve says of all twelve people what
they are. What is shown is a number, what is hidden is None.

The guarantee, for every hidden cell and every hidden total: at least 5 numbers
can stand there, and for each there is a whole list or table that would be
shown exactly as this one is. Who knows this module, the order in which cells
are hidden, and all that is shown, learns no more. So nothing here looks at a
number to choose what is hidden for the sake of another: the order comes from
outside, and what is then compared, whoever reads the figures can compare too
(docs/decisions/0076-who-knows-the-rule.md has the argument).

For a list (kinds of support) `list_shown`, or `list_merged` where small groups
are to be counted with their neighbours; for two ways across (kind by area)
`table_shown`. Three things hold for the caller:

- Lists of the same people (by kind, by area) share a total and nothing else.
  Of two ways across, show the table or its two lists from `table_shown`, never
  lists made apart from it, and no second table with the same rows or columns.
- Spans of time that overlap subtract: a year less three quarters is a quarter.
  `may_be_shown_beside` refuses them.
- Averages only through `median_shown`. They are outside the guarantee: half of
  the values are known to lie above a median.

No library does this as it is needed here: those that hide, ACRO among them,
leave out who knows the rule, or drive a program for statistics offices.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Final

SMALL: Final = 5
Shown = int | None


@dataclass(frozen=True, slots=True)
class ListShown:
    """A list as it may be shown, in the order it was given in."""

    cells: tuple[Shown, ...]
    total: Shown


@dataclass(frozen=True, slots=True)
class ListMerged:
    """A list whose small groups are counted with their neighbours: the places that make up each cell, and the cells."""

    groups: tuple[tuple[int, ...], ...]
    cells: tuple[int, ...]
    total: Shown


@dataclass(frozen=True, slots=True)
class TableShown:
    """A table as it may be shown, row by row, with the totals of its rows, of its columns and of all."""

    cells: tuple[tuple[Shown, ...], ...]
    row_totals: tuple[Shown, ...]
    column_totals: tuple[Shown, ...]
    total: Shown


def list_shown(counts: Sequence[int], order: Sequence[int], *, small: int = SMALL) -> ListShown:
    """Counts of groups that make up a whole, each person in one of them, and their total.

    `order` has a number for each group; the lowest is hidden first for
    another's sake. No count may have a say in it.
    """
    total = sum(counts)
    if total < _enough(small):
        return ListShown((None,) * len(counts), None)
    hidden = _hidden_in(counts, order, small)
    return ListShown(tuple(None if at in hidden else count for at, count in enumerate(counts)), total)


def list_merged(counts: Sequence[int], *, small: int = SMALL) -> ListMerged:
    """The same with nothing hidden: small groups are counted with those that follow, the last with those before."""
    merged: list[list[int]] = []
    group: list[int] = []
    for at, count in enumerate(counts):
        group.append(at)
        if (group == [at] and count >= small) or _sum(counts, group) >= _enough(small):
            merged.append(group)
            group = []
    while group and merged and _sum(counts, group) < _enough(small):
        group = merged.pop() + group
    if sum(counts) < _enough(small):
        return ListMerged((), (), None)
    groups = tuple(tuple(one) for one in (*merged, group) if one)
    return ListMerged(groups, tuple(_sum(counts, one) for one in groups), sum(counts))


def table_shown(
    counts: Sequence[Sequence[int]], down: Sequence[int], across: Sequence[int], *, small: int = SMALL
) -> TableShown:
    """Counts two ways across, each person in one cell, with every total; `counts` row by row, all as long.

    `down` is the order of the rows, `across` that of the columns, as for a
    list. The totals are two lists. Of the lines whose total is hidden no cell
    is shown; together they are one more line, which is the first to stand in
    for another.
    """
    rows = list_shown([sum(row) for row in counts], down, small=small)
    columns = list_shown([sum(column) for column in zip(*counts, strict=True)], across, small=small)
    lines_down, lines_across = _lines(rows.cells, down), _lines(columns.cells, across)
    hidden = {
        (i, j)
        for line, other in _hidden_of(
            [[sum(counts[i][j] for i in line for j in other) for other in lines_across] for line in lines_down], small
        )
        for i in lines_down[line]
        for j in lines_across[other]
    }
    cells = tuple(
        tuple(
            None if (i, j) in hidden or rows.cells[i] is None or columns.cells[j] is None else count
            for j, count in enumerate(row)
        )
        for i, row in enumerate(counts)
    )
    return TableShown(cells, rows.cells, columns.cells, rows.total)


def count_shown(count: int, *, small: int = SMALL) -> Shown:
    """One number that is part of no list."""
    return None if count < small else count


def median_shown(values: Iterable[float], *, small: int = SMALL) -> Shown:
    """The median in whole units, where there are enough that it is nobody's own: twice a small cell."""
    several = list(values)
    return round(median(several)) if len(several) >= 2 * small else None


def may_be_shown_beside(first: date, until: date, others: Iterable[tuple[date, date]]) -> bool:
    """Whether figures over these days, half-open, overlap with none of the others, so that no difference tells."""
    return all(until <= other_first or other_until <= first for other_first, other_until in others)


def _enough(small: int) -> int:
    """The least sum in which one cell can be any small number and another is still none."""
    return 2 * small - 1


def _hidden_in(counts: Sequence[int], order: Sequence[int], small: int) -> list[int]:
    """The small cells of a list, and as many others as it takes; whoever knows the sum of the hidden can check it."""
    few = [at for at, count in enumerate(counts) if count < small]
    others = sorted((at for at, count in enumerate(counts) if count >= small), key=order.__getitem__)
    most = small - 1
    if not few or most <= _sum(counts, few) <= most * (len(few) - 1):
        return few  # each can be any small number while the others are small too
    one_more = few + others[:1]
    left = _sum(counts, one_more)
    if most <= left <= most * len(few) or left >= max(_enough(small), most * len(few) + 2):
        return one_more
    return few + others[:2]


def _sum(counts: Sequence[int], places: Iterable[int]) -> int:
    return sum(counts[at] for at in places)


def _lines(totals: Sequence[Shown], order: Sequence[int]) -> list[list[int]]:
    """The lines of a table whose total is shown, in their order, after all the others as one."""
    hidden = [at for at, total in enumerate(totals) if total is None]
    shown = sorted((at for at, total in enumerate(totals) if total is not None), key=order.__getitem__)
    return [*([hidden] if hidden else []), *([at] for at in shown)]


def _hidden_of(table: Sequence[Sequence[int]], small: int) -> set[tuple[int, int]]:
    """The cells of a table that are hidden while all its totals are shown: all of them where some would not be enough.

    The first row and the first column without a small cell stand in for the
    small ones, so that each of these can be any small number by itself.
    """
    everything = {(i, j) for i, row in enumerate(table) for j in range(len(row))}
    few = {(i, j) for i, j in everything if table[i][j] < small}
    rows, columns = {i for i, _ in few}, {j for _, j in few}
    row = min({i for i, _ in everything} - rows, default=None)
    column = min({j for _, j in everything} - columns, default=None)
    if not few or min(len(table), len(table[0])) == 1:
        return set()  # one line is a list, whose cells are the totals
    if row is None or column is None:
        return everything
    all_few = sum(table[i][j] for i, j in few)
    in_rows = [table[i][column] + sum(table[i][j] for at, j in few if at == i) for i in rows]
    in_columns = [table[row][j] + sum(table[i][j] for i, at in few if at == j) for j in columns]
    if table[row][column] - all_few < small or min(in_rows + in_columns) < _enough(small):
        return everything
    return few | {(i, column) for i in rows} | {(row, j) for j in columns} | {(row, column)}
