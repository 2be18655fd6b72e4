"""What a caseload would change: every fault at once, and what is new, changed and as it was; nothing is written."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from okf.load.columns import TABLES
from okf.load.faults import Fault
from okf.load.gain import check_gain
from okf.load.known import Known, check_references, recall
from okf.load.leavers import check_leavers
from okf.load.rows import Entry, Parsed, parse
from okf.load.rules import check_rows
from okf.load.tables import Tables
from okf.terms import Action


@dataclass(frozen=True, slots=True)
class Count:
    """How much of one table is new, changed, and as it was."""

    table: str
    new: int
    changed: int
    unchanged: int


@dataclass(slots=True)
class Plan:
    """A caseload against what is on file: what is wrong with it, and what it would change."""

    known: Known
    faults: list[Fault]
    remarks: list[str]
    counts: list[Count]
    new: dict[str, list[Entry]] = field(default_factory=dict)
    changed: dict[str, list[tuple[Entry, frozenset[str]]]] = field(default_factory=dict)

    @property
    def changes_nothing(self) -> bool:
        """Whether everything is on file as the caseload has it."""
        return not any(self.new.values()) and not any(self.changed.values())


def plan(
    session: Session,
    tables: Tables | Parsed,
    *,
    at: datetime,
    actor: str,
    by_host: bool = True,
    may: Collection[Action] = (),
) -> Plan:
    """What these tables would change at an instant, and all that is wrong with them.

    On a page, where `by_host` is False, nobody gains by their own file, and
    `may` lists what else they may do. Tables parsed before, outside any
    transaction, are planned once.
    """
    parsed = tables if isinstance(tables, Parsed) else parse(tables)
    known = recall(session, parsed, at, actor)
    check_references(known, parsed)
    _fill_in(parsed)
    check_rows(known, parsed)
    parsed.faults.extend(check_leavers(known, parsed))
    made = Plan(known, parsed.faults, parsed.remarks, [])
    for name, entries in parsed.entries.items():
        new = [entry for entry in entries if entry.is_new]
        changed = [(entry, what) for entry in entries if not entry.is_new and (what := changes_of(entry))]
        made.new[name], made.changed[name] = new, changed
        if entries:
            made.counts.append(Count(name, len(new), len(changed), len(entries) - len(new) - len(changed)))
        if not TABLES[name].in_bulk:
            made.remarks.extend(_skipped(entries))
    if not by_host:
        made.faults.extend(check_gain(known, made.new, made.changed, may))
    order = {where: number for number, where in enumerate(parsed.places)}
    made.faults.sort(key=lambda fault: (order.get(fault.where, -1), fault.row or 0))
    return made


def _skipped(entries: Sequence[Entry]) -> Iterator[str]:
    """What a file brings once more, told by its rows."""
    rows = [str(entry.number) for entry in entries if not entry.is_new]
    if rows:
        more = f" and {len(rows) - 20} more" if len(rows) > 20 else ""
        which = f"{entries[0].table.unit} {', '.join(rows[:20])}{more}"
        yield f"{entries[0].table.where}, {which}: on file already, and skipped."


def _fill_in(parsed: Parsed) -> None:
    """Required values are there, and what is left unsaid gets its default."""
    for name, entries in parsed.entries.items():
        required = [column for column in TABLES[name].columns.values() if column.required and name != "settings"]
        defaults = [column for column in TABLES[name].columns.values() if column.default is not None]
        staying = [column.name for column in TABLES[name].columns.values() if column.stays]
        missing: set[str] = set()
        for entry in entries:
            for stays in staying:
                if stays in entry.values and entry.values[stays] is None:
                    del entry.values[stays]
            for column in required:
                if column.name in entry.invalid or entry.values.get(column.name) is not None:
                    continue
                if column.name in entry.values:
                    wrong = "this is empty"
                elif entry.is_new:
                    wrong = "this is missing, and a new row needs it"
                else:
                    continue
                if entry.table.header is not None and column.name not in entry.values:
                    if column.name not in missing:
                        missing.add(column.name)
                        wrong = "the column is missing or empty, and new rows need it"
                        parsed.faults.append(
                            Fault(entry.table.where, entry.table.header, column.name, wrong, column.expected())
                        )
                    continue
                parsed.faults.append(entry.fault(column.name, wrong, column.expected()))
            for column in defaults:
                if entry.values.get(column.name) is None and (entry.is_new or column.name in entry.values):
                    given = column.default
                    entry.values[column.name] = list(given) if isinstance(given, tuple) else given


_AS_SETS = frozenset({"roles", "subjects", "about"})


def changes_of(entry: Entry) -> frozenset[str]:
    """The columns that would change on file."""
    stored = entry.stored or {}
    found = set()
    for name, value in entry.values.items():
        column = entry.spec.columns[name]
        if column.is_derived and entry.spec.name != "settings":
            continue
        if name in entry.spec.key:
            continue
        if name in _AS_SETS:
            if set(value or ()) != set(stored.get(name) or ()):
                found.add(name)
        elif entry.changes(name) and not (value is None and stored.get(name) is None):
            found.add(name)
    if entry.spec.name == "cases":
        if entry.extra.get("_closing") is not None:
            found.add("closed_at")
        if "closed_at" in entry.extra and entry.extra["closed_at"] != stored.get("_closed_at"):
            found.add("closed_at")
    return frozenset(found)
