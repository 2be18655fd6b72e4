"""Small cells: which numbers about people may be shown, and which would give somebody away (C2).

A cell under 5 is hidden, and so are the cells from which it could be worked
out. Nought counts as under 5: a row of noughts beside a twelve says of all
twelve people what they are. A total is a cell too. Whoever sees what is shown
can't tell a small hidden cell from one that is hidden for its sake, and finds
for every small one a range at least 5 wide: not by subtracting along a line,
and not by solving all lines together.

What is shown is a number, what is hidden is None; nothing shown says why.

For a list (kinds of support) `list_shown`, for two ways across (kind by area)
`table_shown`. Three things hold for the caller:

- Lists of the same people (by kind, by area) share a total and nothing else.
  Of two ways across, show the table or its two lists from `table_shown`, never
  lists made apart from it, and no second table with the same rows or columns.
- Spans of time that overlap subtract: a year less three quarters is a quarter.
  `may_be_shown_beside` refuses them.
- Averages only through `median_shown`.

No library does this as it is needed here. ACRO hides small cells and leaves
those that give them away, and holds pandas below ours; the others drive or
wrap a program for statistics offices. A table whose lines add up is a network
of flows, and the range of a cell in it two searches for a way through.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Final

SMALL: Final = 5
Shown = int | None
_INNER, _MARGIN, _TOTAL = 1_000, 100_000, 10_000_000  # what hiding one costs: a cell before a line's total before all


@dataclass(frozen=True, slots=True)
class ListShown:
    """A list as it may be shown, in the order it was given in."""

    cells: tuple[Shown, ...]
    total: Shown


@dataclass(frozen=True, slots=True)
class TableShown:
    """A table as it may be shown, row by row, with the totals of its rows, of its columns and of all."""

    cells: tuple[tuple[Shown, ...], ...]
    row_totals: tuple[Shown, ...]
    column_totals: tuple[Shown, ...]
    total: Shown


def list_shown(counts: Sequence[int], *, small: int = SMALL) -> ListShown:
    """Counts of groups that make up a whole, each person in one of them, and their total."""
    cells = [_Cell("in", "out", count, _INNER) for count in counts]
    whole = _Cell("out", "in", sum(counts), _TOTAL)
    shown = _shown([*cells, whole], small)
    return ListShown(tuple(shown[:-1]), shown[-1])


def table_shown(counts: Sequence[Sequence[int]], *, small: int = SMALL) -> TableShown:
    """Counts two ways across, each person in one cell, with every total; `counts` row by row, all as long."""
    width = len(counts[0]) if counts else 0
    columns = [sum(row[at] for row in counts) for at in range(width)]
    cells = [
        _Cell(f"row {i}", f"column {j}", count, _INNER) for i, row in enumerate(counts) for j, count in enumerate(row)
    ]
    cells += [_Cell("rows", f"row {i}", sum(row), _MARGIN) for i, row in enumerate(counts)]
    cells += [_Cell(f"column {j}", "columns", count, _MARGIN) for j, count in enumerate(columns)]
    cells.append(_Cell("columns", "rows", sum(columns), _TOTAL))
    shown = iter(_shown(cells, small))
    return TableShown(
        cells=tuple(tuple(next(shown) for _ in row) for row in counts),
        row_totals=tuple(next(shown) for _ in counts),
        column_totals=tuple(next(shown) for _ in columns),
        total=next(shown),
    )


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


@dataclass(frozen=True, slots=True)
class _Cell:
    """A count as a flow from one line of the table to another: what comes into a line goes out of it."""

    tail: str
    head: str
    count: int
    price: int


def _shown(cells: Sequence[_Cell], small: int) -> list[Shown]:
    hidden = {at for at, cell in enumerate(cells) if cell.count < small}
    for at in sorted(hidden, key=lambda at: (-cells[at].count, at)):
        _Search(cells, at, hidden).widen(small)
    return [None if at in hidden else cell.count for at, cell in enumerate(cells)]


class _Search:
    """The ways in which the hidden cells could be other numbers than they are, for the sake of one of them."""

    def __init__(self, cells: Sequence[_Cell], target: int, hidden: set[int]) -> None:
        self.cells = cells
        self.target = target
        self.hidden = hidden
        self._lines: dict[str, list[int]] = {}
        for at, cell in enumerate(cells):
            if at != target:
                self._lines.setdefault(cell.tail, []).append(at)
                self._lines.setdefault(cell.head, []).append(at)

    def widen(self, small: int) -> None:
        """Hide what must be hidden so that the target's range is at least `small` wide."""
        cell = self.cells[self.target]
        lower, _ = self._free(cell.tail, cell.head, min(cell.count, small))
        higher, counts = self._free(cell.head, cell.tail, small - lower)
        missing = small - lower - higher
        if missing > 0:
            self.hidden |= set(self._way(cell.head, cell.tail, counts, missing, free=False))

    def _free(self, start: str, end: str, wanted: int) -> tuple[int, list[int]]:
        """By how much the target can move with what is hidden already, and the cells' counts when it has."""
        counts = [cell.count for cell in self.cells]
        moved = 0
        while moved < wanted and (way := self._way(start, end, counts, 1, free=True)):
            step = min([wanted - moved, *(counts[at] for at, up in way.items() if not up)])
            for at, up in way.items():
                counts[at] += step if up else -step
            moved += step
        return moved, counts

    def _way(self, start: str, end: str, counts: list[int], step: int, *, free: bool) -> dict[int, bool]:
        """The cheapest cells by which `step` can go round, each with whether it grows; none if it can't freely."""
        best: dict[str, int] = {start: 0}
        came: dict[str, tuple[str, int, bool]] = {}
        queue = [(0, start)]
        while queue:
            price, line = heapq.heappop(queue)
            if line == end:
                break
            if price > best[line]:
                continue
            for at, up, to in self._steps(line):
                if (free and at not in self.hidden) or not (up or counts[at] >= step):
                    continue
                there = price + (0 if at in self.hidden else self.cells[at].price + min(self.cells[at].count, 999))
                if there < best.get(to, there + 1):
                    best[to], came[to] = there, (line, at, up)
                    heapq.heappush(queue, (there, to))
        way: dict[int, bool] = {}
        line = end
        while line in came and line != start:
            line, at, up = came[line]
            way[at] = up
        return way

    def _steps(self, line: str) -> Iterator[tuple[int, bool, str]]:
        for at in self._lines.get(line, ()):
            cell = self.cells[at]
            yield (at, True, cell.head) if cell.tail == line else (at, False, cell.tail)
