"""Turn cells into values, row by row, without a database."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from okf.load.cells import value_of
from okf.load.columns import IGNORED_SHEETS, TABLES
from okf.load.faults import Fault, Wrong
from okf.load.settings import setting_of
from okf.load.specs import Column, Kind, TableSpec
from okf.load.tables import Row, Table, Tables, normal

Progress = Callable[[int, int], None]
Complaint = tuple[str | None, str, str]  # the column, what is wrong with it, what is expected instead


@dataclass(slots=True)
class Entry:
    """One row to import: the values that the file gives, by column, and what is on file under its key."""

    spec: TableSpec
    table: Table
    number: int
    values: dict[str, Any]
    key: tuple[Any, ...]
    invalid: set[str]
    stored: dict[str, Any] | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        """Whether nothing is on file under its key."""
        return self.stored is None

    def now(self, column: str) -> Any:
        """The value as it will be: the file's, or else the one on file."""
        if column in self.values:
            return self.values[column]
        return self.stored.get(column) if self.stored else None

    def changes(self, column: str) -> bool:
        """Whether the file gives this column another value than the one on file."""
        return column in self.values and (self.stored is None or _differ(self.stored.get(column), self.values[column]))

    def fault(self, column: str | None, wrong: str, expected: str) -> Fault:
        """A fault of this row."""
        return self.table.fault(self.number, column, wrong, expected)


def _differ(stored: Any, given: Any) -> bool:
    if isinstance(given, list) and not stored:
        return bool(given)
    return bool(stored != given)


@dataclass(slots=True)
class Parsed:
    """The rows that could be read, by table; the faults of the others; and remarks."""

    entries: dict[str, list[Entry]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)


def parse(tables: Tables, progress: Progress | None = None) -> Parsed:
    """Every row's values, and every fault that can be found without a database."""
    parsed = Parsed(faults=list(tables.faults))
    done, total = 0, sum(len(table.rows) for table in tables.tables.values())
    for name in [*TABLES, *(name for name in tables.tables if name not in TABLES)]:
        table = tables.tables.get(name)
        if table is None or (name in IGNORED_SHEETS and name not in TABLES):
            continue
        if name not in TABLES:
            parsed.faults.append(table.fault(None, None, f"there is no table {name!r}", _did_you_mean(name, TABLES)))
            continue
        parsed.places.append(table.where)
        parsed.entries[name] = _entries(TABLES[name], table, parsed)
        done += len(table.rows)
        if progress:
            progress(done, total)
    return parsed


def _entries(spec: TableSpec, table: Table, parsed: Parsed) -> list[Entry]:
    columns = _columns(spec, table, parsed.faults)
    blank = _blank_columns(table) if table.header is not None else frozenset()
    numbers: dict[str, int] = {}
    seen: dict[tuple[Any, ...], int] = {}
    entries = []
    for row in table.rows:
        values: dict[str, Any] = {}
        invalid: set[str] = set()
        for given, raw in row.cells.items():
            column = columns.get(given)
            if column is None or given in blank:
                continue
            try:
                values[column.name] = value_of(column, raw) if spec.name != "settings" else _plain(column, raw)
            except Wrong as wrong:
                parsed.faults.append(table.fault(row.number, column.name, wrong.wrong, wrong.expected))
                invalid.add(column.name)
            if table.is_sheet and column.kind in (Kind.KEY, Kind.LINE, Kind.KEYS) and _is_number(raw):
                numbers.setdefault(column.name, row.number)
        entry = _entry(spec, table, row, values, invalid, seen, parsed.faults)
        if entry is not None:
            entries.append(entry)
    for name, number in numbers.items():
        parsed.remarks.append(
            f"{table.where}, row {number}, column {name}: the workbook holds a number where a text belongs, taken"
            " as it shows. Excel turns 007 into 7: if zeros were lost, format the column as text and type it anew."
        )
    return entries


def _entry(
    spec: TableSpec,
    table: Table,
    row: Row,
    values: dict[str, Any],
    invalid: set[str],
    seen: dict[tuple[Any, ...], int],
    faults: list[Fault],
) -> Entry | None:
    """The row; None if its key can't be read or an earlier row has it."""
    entry = Entry(spec, table, row.number, values, tuple(values.get(name) for name in spec.key), invalid)
    if None in entry.key:
        empty = [name for name in spec.key if values.get(name) is None and name not in invalid]
        faults.extend(
            entry.fault(name, "this is empty", spec.columns[name].expected())
            for name in empty
            if table.header is None or name in values
        )
        return None
    if entry.key in seen:
        key = ", ".join(spec.key)
        faults.append(
            entry.fault(spec.key[-1], f"this has the same {key} as {table.unit} {seen[entry.key]}", "each once")
        )
        return None
    seen[entry.key] = row.number
    if spec.name == "settings":
        try:
            entry.extra["value"] = setting_of(entry.key[0], values.get("value"))
        except Wrong as wrong:
            column = "value" if "value" in values else "name"
            faults.append(entry.fault(column, wrong.wrong, wrong.expected))
            return None
    return entry


def _plain(column: Column, raw: Any) -> Any:
    """A setting's name; how its value is read depends on the name, so `setting_of` does it."""
    return raw if column.name == "value" else value_of(column, raw)


def _columns(spec: TableSpec, table: Table, faults: list[Fault]) -> dict[str, Column]:
    """The columns behind the names that the file uses; unknown, doubled and missing ones are faults."""
    by_name = {other: column for column in spec.columns.values() for other in (column.name, *column.also)}
    found: dict[str, Column] = {}
    used: dict[str, str] = {}
    first: dict[str, int] = {}
    for row in table.rows:
        for given in row.cells:
            first.setdefault(given, row.number)
    for given, number in first.items():
        column = by_name.get(normal(given))
        row_number = table.header if table.header is not None else number
        if column is None:
            wrong = f"there is no column {given[:40]!r} in {spec.name}"
            faults.append(table.fault(row_number, None, wrong, _did_you_mean(normal(given), by_name)))
        elif column.name in used:
            wrong = f"the columns {used[column.name]!r} and {given!r} are the same"
            faults.append(table.fault(row_number, column.name, wrong, "each column once"))
        else:
            found[given] = column
            used[column.name] = given
    if table.header is not None and table.rows:
        for name in spec.key:
            if name not in used:
                wrong = f"the column {name} is missing, and it tells the rows apart"
                faults.append(table.fault(table.header, name, wrong, spec.columns[name].expected()))
    return found


def _blank_columns(table: Table) -> frozenset[str]:
    """The columns of a sheet in which no row says anything: they count as absent."""
    filled = {name for row in table.rows for name, raw in row.cells.items() if raw is not None and raw != ""}
    return frozenset(name for row in table.rows[:1] for name in row.cells if name not in filled)


def _is_number(raw: Any) -> bool:
    return isinstance(raw, int | float) and not isinstance(raw, bool)


def _did_you_mean(given: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(given[:80], list(known), n=1, cutoff=0.6)
    listed = ", ".join(dict.fromkeys(known))
    return f"perhaps {close[0]!r} is meant; there are: {listed}" if close else f"one of: {listed}"
