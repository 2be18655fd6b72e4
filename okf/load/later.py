"""What every import but the first load keeps to: what is on file keeps its history, and what is done is done now.

Whoever imports did it, now. What a file tells of another time is kept on the audit record, as told by the file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from okf.clock import clock_time, end_of, last_day_of, london, start_of
from okf.load.known import Known
from okf.load.rows import Complaint, Entry, Parsed

# By whom something was done: never by somebody else than whoever imports.
DONE_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "conflicts_of_interest": ("declared_by", "lifted_by"),
    "grants": ("granted_by", "revoked_by"),
    "records": ("written_by",),
    "concerns": ("raised_by", "ended_by"),
    "emergency_access": ("reviewed_by",),
    "tasks": ("done_by",),
}
# When a new row was put down, and the end of one, which comes once and never before the import.
BEGUN: Final = {
    "conflicts_of_interest": "declared_at",
    "grants": "granted_at",
    "records": "written_at",
    "concerns": "raised_at",
}
ENDED: Final[Mapping[str, tuple[str, ...]]] = {
    "people": ("left_at",),
    "conflicts_of_interest": ("lifted_at",),
    "grants": ("ended_at", "revoked_at"),
    "concerns": ("triaged_at", "ended_at"),
    "emergency_access": ("reviewed_at",),
    "express_agreements": ("withdrawn_at",),
    "tasks": ("done_at",),
}
# Of a row on file only these columns change by a file; a table that is not named here may change in all.
CHANGES: Final[Mapping[str, frozenset[str]]] = {
    "partner_organisations": frozenset(),
    "agreements": frozenset(),
    "signatures": frozenset(),
    "mediations": frozenset(),
    "conflicts_of_interest": frozenset({"lifted_at", "lifted_by"}),
    "grants": frozenset({"ended_at", "revoked_at", "revoked_by"}),
    "records": frozenset(),
    "concerns": frozenset(),
    "emergency_access": frozenset({"reviewed_at", "reviewed_by", "review_finding"}),
    "express_agreements": frozenset({"withdrawn_at"}),
    "tasks": frozenset({"assigned_to", "done_at", "done_by"}),
}
_ELSEWHERE: Final = {
    "partner_organisations": "a further agreement, on the page of partners",
    "agreements": "a new version, published by a manager",
    "mediations": "its mediator, who moves it on",
    "conflicts_of_interest": "the tie as it is on file, or the end of it",
    "grants": "the grant as it is on file, or its end; and another grant",
    "records": "the record as it is on file: it is corrected and moved on its page",
    "concerns": "the row as it is on file: it is changed by the safeguarding lead, never by a file",
}
_ONES_OWN: Final = {
    "signatures": (
        "nobody signs for somebody else",
        "they sign on their own page, or their signed paper is filed with its scan",
    ),
    "emergency_access": ("nobody opens an emergency access for somebody else", "they open it themselves"),
}
Told = dict[str, dict[str, dict[str, str]]]


def date_now(known: Known, parsed: Parsed) -> Told:
    """Date what the file has done before its import at the import, and give it to whoever imports.

    What the file told instead, by table, key and column; of concerns nothing,
    since that would tell whoever one is about: it is kept on the concern.
    """
    told: Told = defaultdict(lambda: defaultdict(dict))
    for name, entries in parsed.entries.items():
        for entry in entries:
            before = dict(entry.values)
            _date(known, entry)
            for column, given in before.items():
                now = entry.values.get(column)
                if isinstance(given, datetime) and now != given and entry.changes(column):
                    told[name]["\n".join(map(str, entry.key))][column] = given.astimezone(UTC).isoformat()
    for ref, columns in told.pop("concerns", {}).items():
        values = known.rows["concerns"][ref].values
        if "raised_at" in columns and values.get("seen_when") is None:
            given = london(datetime.fromisoformat(columns["raised_at"]))
            values["seen_when"] = f"as the file told it: {given:%d/%m/%Y} {clock_time(given)}"
    return told


def _date(known: Known, entry: Entry) -> None:
    name, values = entry.spec.name, entry.values
    if name == "cases":
        _date_closing(known, entry)
        return
    begun = BEGUN.get(name)
    if begun is not None and entry.is_new and begun not in entry.invalid:
        values[begun] = known.at
    for column in DONE_BY.get(name, ()):
        if entry.is_new and column in ("granted_by", "declared_by", "written_by") and values.get(column) is None:
            values[column] = known.actor
    if name == "people" and entry.is_new:
        return
    for column in (column.name for column in entry.spec.columns.values() if column.lasts and not entry.is_new):
        if values.get(column) is not None and (entry.stored or {}).get(column) == _began(values[column]):
            values[column] = _began(values[column])
    for column in ENDED.get(name, ()):
        stood = (entry.stored or {}).get(column)
        if values.get(column) is None:
            continue
        if stood is not None and not (name == "people" and values[column] > known.at):
            values[column] = stood
            for by in DONE_BY.get(name, ()):  # who ended it stays too
                if by in values and (entry.stored or {}).get(by) is not None:
                    values[by] = (entry.stored or {})[by]
        else:
            values[column] = max(values[column], known.at)
            if column == "revoked_at" and entry.now("revoked_by") is None:
                values["revoked_by"] = known.actor


def _began(end: date | datetime) -> date | datetime:
    """The end that was kept of the same day when a day ended as it began: a row of then stays as it is."""
    if not isinstance(end, datetime):
        return end - timedelta(days=1)
    last = last_day_of(end)
    return start_of(last) if end == end_of(last) else end


def _date_closing(known: Known, entry: Entry) -> None:
    """A case on file closes and opens again at the import; a closing that is on file stays as it is."""
    if entry.stored is None:
        return
    values, closings = entry.values, entry.stored["_closures"]
    closed_at, reopened_at = values.get("closed_at"), values.get("reopened_at")
    if closings and closed_at is not None:
        _, last_closed, last_reopened = closings[-1]
        if last_reopened is None or closed_at <= last_reopened:
            values["closed_at"] = last_closed
            if last_reopened is not None and reopened_at is not None:
                values["reopened_at"] = reopened_at = last_reopened
        else:
            values["closed_at"] = max(closed_at, known.at)
    elif closed_at is not None:
        values["closed_at"] = max(closed_at, known.at)
    if reopened_at is not None and not (closings and reopened_at == closings[-1][2]):
        values["reopened_at"] = max(reopened_at, known.at)


def complaints(known: Known, entry: Entry, what: frozenset[str]) -> Iterator[Complaint]:
    """What is wrong with a row that changes something: history that it would change, and names of others."""
    name = entry.spec.name
    if entry.is_new and name in _ONES_OWN:
        yield (None, *_ONES_OWN[name])
        return
    if not entry.is_new and name in CHANGES and (barred := what - CHANGES[name]):
        wrong = "this is on file, and a file changes nothing of its history"
        yield min(barred), wrong, _ELSEWHERE.get(name, "the row as it is on file")
        return
    for column in DONE_BY.get(name, ()):
        if column in what and entry.now(column) not in (None, known.actor):
            yield (
                column,
                "it names somebody else, and what comes by a file is done by whoever imports it",
                f"{known.actor!r}, or empty",
            )


def facts_of(told: Mapping[str, Mapping[str, Any]], size: int) -> Iterator[dict[str, dict[str, Any]]]:
    """What the file told instead, some hundreds of rows at a time."""
    for name, rows in told.items():
        listed = list(rows.items())
        for start in range(0, len(listed), size):
            yield {name: {key: dict(columns) for key, columns in listed[start : start + size]}}
