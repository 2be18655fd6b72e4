"""What is on file and what a caseload would put in its place, cell by cell, as far as whoever imports may read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from typing import Any, Final

from okf.asker import Asker, may_read_part
from okf.clock import clock_time, london
from okf.intake.queries.alike import cases_of
from okf.load.faults import Fault
from okf.load.plan import Plan
from okf.load.rows import Entry
from okf.policy.access import decide
from okf.policy.least import EVERYTHING
from okf.policy.words import until_told
from okf.signs import written_out
from okf.store.least import leasts
from okf.terms import Action

NOT_SHOWN: Final = "not shown to you"
NOTHING: Final = "nothing"
# Who may import may read these; of any other table, what the policy opens to them.
_OPEN: Final = frozenset({"settings", "partner_organisations", "agreements", "people", "checks", "signatures"})
_OF_A_CASE: Final = frozenset({"cases", "mediations", "grants", "tasks"})


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell that would change what is on file. It may hold confidential words: it is shown, and never kept."""

    where: str
    row: str
    column: str
    old: str
    new: str

    def in_words(self) -> str:
        """The whole of it in one line."""
        return f"{self.where}, {self.row}, column {self.column}: {self.old} -> {self.new}"


def changes(plan: Plan, asker: Asker | None) -> tuple[CellChange, ...]:
    """Every cell that changes, old and new; to the host, which has no `asker`, whatever they hold."""
    touched = [(entry, what) for name in plan.changed for entry, what in plan.changed[name]]
    may = (lambda _: True) if asker is None else _may_read(asker, [entry for entry, _ in touched])
    return tuple(change for entry, what in touched for change in _of_row(entry, what, readable=may(entry)))


def stood(plan: Plan) -> frozenset[str]:
    """What is on file in each cell that changes, as hashes: told to nobody, and only to be compared later."""
    return frozenset(mark for _, _, mark in _marked(plan))


def not_seen(plan: Plan, stood: frozenset[str]) -> list[Fault]:
    """A fault for each cell that changes of which a preview saw something else on file, or no change."""
    wrong = "this was changed on file after the file was handed in, and the import would undo it unseen"
    expected = "a look at what would change now: hand the file in again"
    return [entry.fault(column, wrong, expected) for entry, column, mark in _marked(plan) if mark not in stood]


def _marked(plan: Plan) -> Iterator[tuple[Entry, str, str]]:
    for name, touched in plan.changed.items():
        for entry, what in touched:
            for column, old, _ in _cells(entry, what):
                values = sorted(map(in_one_line, old)) if isinstance(old, list) else in_one_line(old)
                told = repr((name, list(map(str, entry.key)), column, values))
                yield entry, column, blake2b(told.encode(), digest_size=16).hexdigest()


def _of_row(entry: Entry, what: Iterable[str], *, readable: bool) -> Iterator[CellChange]:
    for column, old, new in _cells(entry, what):
        in_words = _until if entry.spec.columns[column].lasts else in_one_line
        shown = in_words(old) if readable else NOT_SHOWN
        yield CellChange(entry.table.where, entry.table.told([entry.number]), column, shown, in_words(new))


def _cells(entry: Entry, what: Iterable[str]) -> Iterator[tuple[str, Any, Any]]:
    """The columns of a row that change, each with what is on file and what would take its place."""
    stored = entry.stored or {}
    for column in entry.spec.columns:
        if column in what:
            derived = column == "closed_at" and entry.spec.name == "cases"
            old = stored.get("_closed_at") if derived else stored.get(column)
            new = entry.extra.get("closed_at") if derived else entry.values.get(column)
            yield column, old, new


def _may_read(asker: Asker, entries: Iterable[Entry]) -> Callable[[Entry], bool]:
    """What the policy opens of each row on file to whoever asks and sees all of its case, in a handful of queries."""
    listed = list(entries)
    people = cases_of(asker.session, {entry.key[0] for entry in listed if entry.spec.name == "service_users"})
    cases = {ref: [ref] for entry in listed if (ref := _case_of(entry))}
    refs = sorted({ref for found in (*people.values(), *cases.values()) for ref in found})
    opened = {
        ref: question for ref, question in asker.questions(refs, Action.OPEN_CASE).items() if decide(question).allowed
    }
    seen = leasts(asker.session, opened)
    opened = {ref: question for ref, question in opened.items() if seen[ref].fields >= EVERYTHING}

    def may(entry: Entry) -> bool:
        if entry.spec.name in _OPEN:
            return True
        if entry.spec.name == "service_users":
            key = entry.key[0]
            return any(
                may_read_part(opened[ref], f"{kind}:{key}")
                for ref in people[key]
                if ref in opened and (case := opened[ref].case)
                for kind in (("child",) if key in case.children else ("sole",))
            )
        return _case_of(entry) in opened

    return may


def _case_of(entry: Entry) -> str | None:
    """The case on file that a row belongs to."""
    if entry.spec.name not in _OF_A_CASE:
        return None
    return entry.key[0] if entry.spec.name == "cases" else (entry.stored or {}).get("case")


def _until(end: datetime | date | None) -> str:
    return NOTHING if end is None else until_told(end)


def in_one_line(value: Any) -> str:
    """A value in one line; a sign that steers a terminal or hides is written out."""
    if value is None or value in ("", [], ()):
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{london(value):%Y-%m-%d} {clock_time(value)}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return "; ".join(map(in_one_line, value))
    if isinstance(value, dict):
        return "; ".join(f"{in_one_line(name)}={in_one_line(one)}" for name, one in value.items())
    return written_out(str(value))
