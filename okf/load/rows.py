"""Turn cells into values, row by row, without a database."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from okf.load.answers import NONE, Answers, reading_of
from okf.load.cells import Reading, is_empty, stands_for_nothing, value_of
from okf.load.columns import TABLES
from okf.load.faults import Fault, Wrong
from okf.load.settings import setting_of
from okf.load.specs import CLEAR, Column, Kind, TableSpec
from okf.load.tables import IGNORED_SHEETS, Row, Table, Tables, normal
from okf.signs import lookalike, written_out

Progress = Callable[[int, int], None]
NAME_MOST: Final = 40  # characters of a name that the file made up and that is repeated
_BARE: Final = re.compile(r"[1-9]\d{8,}", re.ASCII)
Complaint = tuple[str | None, str, str]  # the column, what is wrong with it, what is expected instead


@dataclass(slots=True)
class Entry:
    """One row to import: the values that the file gives, by column, and what is on file under its key.

    What a cell left `empty` says nothing; a value None erases.
    """

    spec: TableSpec
    table: Table
    number: int
    values: dict[str, Any]
    key: tuple[Any, ...]
    invalid: set[str]
    empty: set[str] = field(default_factory=set)
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

    def erases(self, column: str) -> bool:
        """Whether the file clears this column."""
        return column in self.values and self.values[column] is None

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
    """The rows that could be read, by table; the faults of the others; remarks; and what the file leaves open.

    `unknown` names the sheets and columns that no table has, `is_unclear`
    says that the order of day and month is asked; both stay when answered.
    """

    entries: dict[str, list[Entry]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    is_unclear: bool = False


def parse(
    tables: Tables,
    answers: Answers = NONE,
    progress: Progress | None = None,
    *,
    known: Mapping[str, TableSpec] = TABLES,
) -> Parsed:
    """Every row's values, and every fault that can be found without a database."""
    parsed = Parsed(faults=list(tables.faults))
    reading, unclear = reading_of(tables, answers, known)
    parsed.is_unclear = unclear is not None
    if unclear is not None and answers.order is None:
        parsed.faults.append(unclear)
    done, total = 0, sum(len(table.rows) for table in tables.tables.values())
    for name in [*known, *(name for name in tables.tables if name not in known)]:
        table = tables.tables.get(name)
        if table is None or (name in IGNORED_SHEETS and name not in known):
            continue
        if name not in known:
            parsed.unknown.append(f"table {_named(name)}")
            if not answers.leave_out:
                wrong = f"there is no table {name[:NAME_MOST]!r}"
                parsed.faults.append(table.fault(None, None, wrong, _did_you_mean(name, known)))
            continue
        parsed.places.append(table.where)
        table.order = reading.order
        parsed.entries[name] = _entries(known[name], table, parsed, answers, replace(reading, epoch=table.epoch))
        done += len(table.rows)
        if progress:
            progress(done, total)
    if parsed.unknown and answers.leave_out:
        parsed.remarks.append(f"Left out: {', '.join(parsed.unknown)}.")
    return parsed


def _entries(spec: TableSpec, table: Table, parsed: Parsed, answers: Answers, reading: Reading) -> list[Entry]:
    columns = _columns(spec, table, parsed, answers)
    blank = _blank_columns(table) if table.header is not None else frozenset()
    said: dict[tuple[str, str], list[int]] = defaultdict(list)
    seen: dict[tuple[Any, ...], int] = {}
    entries = []
    for row in table.rows:
        values: dict[str, Any] = {}
        invalid: set[str] = set()
        empty: set[str] = set()
        for given, raw in row.cells.items():
            column = columns.get(given)
            if column is None or given in blank:
                continue
            if is_empty(raw):
                empty.add(column.name)
                continue
            if raw == CLEAR and spec.name != "settings":
                values[column.name] = None
                continue
            if stands_for_nothing(column, raw):
                empty.add(column.name)
                said[column.name, f"this stands for nothing and is not {column.kind}: taken as empty"].append(
                    row.number
                )
                continue
            try:
                values[column.name] = value_of(column, raw, reading) if spec.name != "settings" else _plain(column, raw)
            except Wrong as wrong:
                parsed.faults.append(table.fault(row.number, column.name, wrong.wrong, wrong.expected))
                invalid.add(column.name)
                continue
            remark = _remark(column, raw, values[column.name], table)
            if remark:
                said[column.name, remark].append(row.number)
        entry = _entry(spec, table, row, values, invalid, empty, seen, parsed.faults)
        if entry is not None:
            entries.append(entry)
    for (name, remark), numbers in said.items():
        parsed.remarks.append(f"{table.where}, {table.told(numbers)}, column {name}: {remark}.")
    return entries


def _remark(column: Column, raw: Any, value: Any, table: Table) -> str | None:
    """What whoever imports should look at again in a cell that is taken."""
    if column.kind is Kind.PHONE and (_is_number(raw) or _BARE.fullmatch(str(raw).strip())):
        return "a number without its 0 in front, as Excel leaves it: the 0 was put back, so look whether it is right"
    if column.kind is Kind.NAME and (alike := lookalike(str(value))):
        return f"{alike}, which may only look like the one that is meant"
    if table.is_sheet and column.kind in (Kind.KEY, Kind.LINE, Kind.NAME, Kind.KEYS) and _is_number(raw):
        return (
            "the workbook holds a number where a text belongs, taken as it shows. Excel turns 007 into 7: if zeros"
            " were lost, format the column as text and type it anew"
        )
    return None


def _entry(
    spec: TableSpec,
    table: Table,
    row: Row,
    values: dict[str, Any],
    invalid: set[str],
    empty: set[str],
    seen: dict[tuple[Any, ...], int],
    faults: list[Fault],
) -> Entry | None:
    """The row; None if its key can't be read or an earlier row has it."""
    entry = Entry(spec, table, row.number, values, tuple(values.get(name) for name in spec.key), invalid, empty)
    if None in entry.key:
        faults.extend(
            entry.fault(name, "this is empty", spec.columns[name].expected())
            for name in spec.key
            if values.get(name) is None and name not in invalid
            if table.header is None or name in values or name in empty
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


def _columns(spec: TableSpec, table: Table, parsed: Parsed, answers: Answers) -> dict[str, Column]:
    """The columns behind the names that the file uses; doubled and missing ones are faults, and unknown ones."""
    faults, by_name = parsed.faults, spec.by_name
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
            parsed.unknown.append(f"column {_named(normal(given))} in {spec.name}")
            if not answers.leave_out:
                wrong = f"there is no column {given[:NAME_MOST]!r} in {spec.name}"
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
    filled = {name for row in table.rows for name, raw in row.cells.items() if not is_empty(raw)}
    return frozenset(name for row in table.rows[:1] for name in row.cells if name not in filled)


def _named(given: str) -> str:
    """A name that the file made up, as it is shown and kept on record."""
    return written_out(given[:NAME_MOST])


def _is_number(raw: Any) -> bool:
    return isinstance(raw, int | float) and not isinstance(raw, bool)


def _did_you_mean(given: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(given[:80], list(known), n=1, cutoff=0.6)
    listed = ", ".join(dict.fromkeys(known))
    return f"perhaps {close[0]!r} is meant; there are: {listed}" if close else f"one of: {listed}"
