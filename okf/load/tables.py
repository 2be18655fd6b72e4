"""Tables, rows and cells as they were read from a file of any kind, with their places in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from okf.dates import Order
from okf.load.faults import Fault

EXAMPLE = "EXAMPLE-"
IGNORED_SHEETS = frozenset({"instructions", "lists"})
KEY_COLUMNS = frozenset({"id", "ref", "username", "name", "version", "person", "submission_id", "authority"})


@dataclass(frozen=True, slots=True)
class Unusable:
    """A cell that its reader can't take: a formula, an error value, a list in a list."""

    wrong: str
    expected: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row: where it stands, and its cells as they were read, by the column's name in the file."""

    number: int
    cells: Mapping[str, Any]


@dataclass(slots=True)
class Table:
    """One table as it was read.

    A sheet of Excel holds what Excel made of the cells: numbers that were
    meant as text, and dates as days since its `epoch`.
    """

    name: str
    where: str
    rows: list[Row]
    header: int | None = None
    unit: str = "row"
    epoch: datetime | None = None
    order: Order = Order.DAY_FIRST  # of its dates in figures

    @property
    def is_sheet(self) -> bool:
        """Whether it is a sheet of an Excel workbook."""
        return self.epoch is not None

    def told(self, numbers: Sequence[int]) -> str:
        """These rows in words, the first twenty by number."""
        more = f" and {len(numbers) - 20} more" if len(numbers) > 20 else ""
        return f"{self.unit}{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers[:20]))}{more}"

    def fault(self, row: int | None, column: str | None, wrong: str, expected: str) -> Fault:
        """A fault of one of its rows."""
        return Fault(self.where, row, column, wrong, expected, self.unit)


@dataclass(slots=True)
class Tables:
    """Everything that one file or folder holds, and what its reader could not make sense of."""

    tables: dict[str, Table] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Tables:
        """The tables of a plain mapping, as `yaml.safe_load` gives it; rows count from 1."""
        made = cls()
        for name, listed in plain.items():
            made.add_listed(str(name), str(name), listed)
        return made

    def fault(
        self, where: str, row: int | None, column: str | None, wrong: str, expected: str, unit: str = "row"
    ) -> None:
        """Note what could not be made sense of."""
        self.faults.append(Fault(where, row, column, wrong, expected, unit))

    def add_listed(self, name: str, where: str, listed: Any) -> None:
        """Add a table given as a list of mappings, or the settings as one mapping."""
        if isinstance(listed, Mapping):
            if normal(name) != "settings":
                self.fault(where, None, None, "this is a mapping", "a list of rows, each a mapping")
                return
            listed = [{"name": key, "value": value} for key, value in listed.items()]
        if listed is None:
            listed = []
        if not isinstance(listed, list):
            self.fault(where, None, None, "this is a single value", "a list of rows, each a mapping")
            return
        rows = []
        for number, row in enumerate(listed, start=1):
            if isinstance(row, Mapping):
                rows.append(Row(number, {str(key): value for key, value in row.items()}))
            else:
                self.fault(where, number, None, "this is not a row", "a mapping of columns to values")
        self.add(Table(name, where, rows))

    def add(self, table: Table) -> None:
        """Add a table; a second one of the same name is a fault."""
        table.name = normal(table.name)
        table.rows = [row for row in table.rows if not _is_example(row)]
        if table.name in self.tables:
            other = self.tables[table.name].where
            self.fault(table.where, None, None, f"{other} holds the same table", "each table once")
            return
        self.tables[table.name] = table


def normal(name: str) -> str:
    """A table's or column's name in small letters with underscores."""
    return "_".join(name.strip().lower().replace("-", " ").split())


def _is_example(row: Row) -> bool:
    """Whether it is the template's example row, left in place: one of its keys begins with EXAMPLE-."""
    return any(
        isinstance(value, str) and value.startswith(EXAMPLE) and normal(column) in KEY_COLUMNS
        for column, value in row.cells.items()
    )
