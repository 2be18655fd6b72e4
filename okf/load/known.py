"""What a caseload's rows may refer to: other rows of the file, and what is on file already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from okf.load.cells import quoted
from okf.load.columns import TABLES
from okf.load.faults import Fault
from okf.load.rows import Entry, Parsed
from okf.load.specs import Column, Kind
from okf.load.stored import Stored, on_file
from okf.policy.facts import PolicySettings
from okf.store import facts
from okf.store.models import PolicySetting

_LAST_SETTINGS = select(PolicySetting.name, PolicySetting.value).order_by(PolicySetting.holds_from.asc().nulls_first())


@dataclass(slots=True)
class Known:
    """The rows of the file by table and key, those on file that they refer to, and the settings as they will be."""

    session: Session
    at: datetime
    actor: str
    rows: dict[str, dict[str, Entry]]
    settings: PolicySettings
    faults: list[Fault]
    is_first: bool  # the first load of an empty Casebook, which tells its whole history
    elsewhere: dict[str, dict[str, Stored]] = field(default_factory=dict)
    versions: frozenset[tuple[str, str]] = frozenset()

    def value(self, table: str, key: str, column: str) -> Any:
        """A row's value in a column after the import; None if there is no such row."""
        entry = self.rows[table].get(key)
        if entry is not None:
            return entry.now(column)
        stored = self.elsewhere.get(table, {}).get(key)
        return stored.get(column) if stored else None

    def is_known(self, table: str, key: str) -> bool:
        """Whether a row has this key, in the file or on file."""
        return key in self.rows[table] or key in self.elsewhere.get(table, {})

    def family(self, case: str | None) -> tuple[list[str], list[str]] | None:
        """A case's parties and children as they will be; None if there is no such case."""
        if case is None or not self.is_known("cases", case):
            return None
        return self.value("cases", case, "parties") or [], self.value("cases", case, "children") or []

    def stored(self, table: str, key: str) -> Stored | None:
        """What is on file under a key."""
        entry = self.rows[table].get(key)
        return entry.stored if entry is not None else self.elsewhere.get(table, {}).get(key)


def look_up(session: Session, parsed: Parsed, at: datetime, actor: str, *, is_first: bool) -> Known:
    """Find what is on file under each row's key, and all that the rows refer to."""
    stood = {name: value["is"] for name, value in session.execute(_LAST_SETTINGS)}
    for name, entries in parsed.entries.items():
        spec = TABLES[name]
        if name == "settings":
            for entry in entries:
                entry.stored = {"value": stood[entry.key[0]]} if entry.key[0] in stood else None
                entry.values["value"] = entry.extra["value"]
            continue
        found = on_file(session, spec, {entry.key[0] for entry in entries}, at)
        for entry in entries:
            entry.stored = found.get(entry.key)
    rows: dict[str, dict[str, Entry]] = defaultdict(dict)
    for name, entries in parsed.entries.items():
        rows[name] = {entry.key[0]: entry for entry in entries}
    known = Known(session, at, actor, rows, _settings(session, at, rows["settings"]), parsed.faults, is_first)
    known.versions = frozenset(
        {(kind, one.version) for kind, listed in facts.agreements(session).items() for one in listed}
        | {entry.key for entry in parsed.entries.get("agreements", ())}
    )
    _find_others(known, parsed)
    return known


def _settings(session: Session, at: datetime, given: dict[str, Entry]) -> PolicySettings:
    told: dict[str, Any] = {name: entry.extra["value"] for name, entry in given.items()}
    if "bank_holidays" in told:
        told["bank_holidays"] = tuple(date.fromisoformat(day) for day in told["bank_holidays"])
    return replace(facts.policy_settings(session, at), **told)


def _references(entry: Entry) -> Iterator[tuple[Column, str]]:
    for column in entry.spec.columns.values():
        value = entry.values.get(column.name) if column.refers else None
        if value is not None:
            yield from ((column, key) for key in (value if column.kind is Kind.KEYS else [value]))


def _find_others(known: Known, parsed: Parsed) -> None:
    wanted: dict[str, set[str]] = defaultdict(set)
    for one, other in (("people", "service_users"), ("service_users", "people")):
        wanted[other] |= {entry.key[0] for entry in parsed.entries.get(one, ()) if entry.is_new}
    for name, entries in parsed.entries.items():
        for entry in entries:
            if name == "concerns" and entry.values.get("case") is None and entry.now("case"):
                wanted["cases"].add(entry.now("case"))
            if name in ("grants", "records") and not entry.is_new:  # the parts that an update leaves unsaid
                for table, column in (("cases", "case"), ("people", "person"), ("mediations", "mediation")):
                    if entry.now(column):
                        wanted[table].add(entry.now(column))
            for reference, key in _references(entry):
                for table in reference.refers:
                    wanted[table].add(key)
    for table, keys in wanted.items():
        others = {key for key in keys if key not in known.rows[table]}
        if others:
            found = on_file(known.session, TABLES[table], others, known.at)
            known.elsewhere[table] = {key[0]: row for key, row in found.items()}


def check_references(known: Known, parsed: Parsed) -> None:
    """Every reference names something, in the file or on file."""
    missing: dict[str, set[str]] = defaultdict(set)
    for entries in parsed.entries.values():
        for entry in entries:
            for column, key in _references(entry):
                if not any(known.is_known(table, key) for table in column.refers):
                    nouns = " or ".join(column.refers)
                    wrong = f"nothing in {nouns} is called {quoted(column, key)}"
                    known.faults.append(entry.fault(column.name, wrong, _expected(column, key, entry)))
                    for table in column.refers:
                        if table not in parsed.entries:
                            missing[table].add(entry.spec.name)
    for table, users in missing.items():
        wrong = f"there is no table {table}, and {', '.join(sorted(users))} name rows of it that are not on file"
        known.faults.insert(0, Fault("The caseload", None, None, wrong, f"a sheet, file or list {table!r}"))


def _expected(column: Column, key: str, entry: Entry) -> str:
    told = f"a key of {' or '.join(column.refers)}, in this file or on file"
    if entry.table.is_sheet and key.isdigit():
        told += " (Excel turns 007 into 7: was that so here?)"
    return told
