"""What a file leaves open, and what whoever imports answers: asked once for the file, never guessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from okf.dates import Order, days_in_figures
from okf.load.cells import Reading, day_of
from okf.load.columns import TABLES
from okf.load.faults import Fault
from okf.load.specs import Kind, TableSpec
from okf.load.tables import Table, Tables, normal

_DATED = frozenset({Kind.DATE, Kind.INSTANT})


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers: in which order the file has day and month, and whether what no table has is left out."""

    order: Order | None = None
    leave_out: bool = False


NONE: Final = Answers()


def reading_of(
    tables: Tables, answers: Answers, known: Mapping[str, TableSpec] = TABLES
) -> tuple[Reading, Fault | None]:
    """How this file's dates are read, and the question where it leaves that open.

    The day comes first, as in Britain, unless a date of the file can only
    have its month first: then those that could be read either way are asked
    about, once for all of them.
    """
    month_first, either = None, False
    for table, number, column, raw in _dates(tables, known):
        days = days_in_figures(day_of(raw))
        if list(days) == [Order.MONTH_FIRST]:
            month_first = month_first or (table, number, column)
        either = either or len(set(days.values())) > 1
    order = answers.order or Order.DAY_FIRST
    if month_first is None or not either:
        return Reading(order, strict=month_first is None and answers.order is None), None
    table, number, column = month_first
    wrong = "this date has its month first, and others of this file could be read either way"
    expected = "your word for the whole file: day-first or month-first (--dates on the command line)"
    return Reading(order, strict=False), table.fault(number, column, wrong, expected)


def _dates(tables: Tables, known: Mapping[str, TableSpec]) -> Iterator[tuple[Table, int, str, str]]:
    """The cells of text in every column of dates."""
    for name, table in tables.tables.items():
        if name not in known:
            continue
        columns = known[name].by_name
        dated = {
            given: column.name
            for given in dict.fromkeys(given for row in table.rows for given in row.cells)
            if (column := columns.get(normal(given))) and column.kind in _DATED
        }
        for row in table.rows if dated else ():
            for given, column_name in dated.items():
                raw = row.cells.get(given)
                if isinstance(raw, str):
                    yield table, row.number, column_name, raw
