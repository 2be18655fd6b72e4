"""What a caseload would change: every fault at once, and what is new, changed and as it was; nothing is written.

Nobody gains access by a file of their own: who imports on the page is held to more rules than the host (C2, C5, C9).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from okf.asker import Asker
from okf.load import later
from okf.load.asks import Touched
from okf.load.caseworkers import add_grants
from okf.load.columns import TABLES
from okf.load.faults import Fault
from okf.load.known import Known, check_references, look_up
from okf.load.rights import refused_rows
from okf.load.rows import Complaint, Entry, Parsed
from okf.load.rules import check_rows
from okf.policy.facts import PersonFacts
from okf.terms import Role

HOST_ONLY = frozenset(
    {Role.MANAGER, Role.DSL, Role.DEPUTY_DSL, Role.SAFEGUARDING_TRUSTEE, Role.DATA_PROTECTION_LEAD, Role.ADMINISTRATOR}
)
# Tables whose rows open, or bar, the access of the person they name.
OWN = frozenset({"signatures", "checks", "grants", "emergency_access", "conflicts_of_interest"})
_HOST = "an import by the host (python -m okf import)"


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
    changed: dict[str, list[Touched]] = field(default_factory=dict)
    told: later.Told = field(default_factory=dict)  # instants that the file tells otherwise than they are kept

    @property
    def changes_nothing(self) -> bool:
        """Whether everything is on file as the caseload has it."""
        return not any(self.new.values()) and not any(self.changed.values())

    def touched(self, table: str) -> list[Touched]:
        """The table's new and changed rows."""
        return [(entry, frozenset(entry.values)) for entry in self.new.get(table, ())] + self.changed.get(table, [])


def plan(asker: Asker, parsed: Parsed, *, is_first: bool) -> Plan:
    """What these tables would change now, and all that is wrong with them; parsed tables are planned once.

    The first load may name everybody. What every other import brings in is done
    now, by whoever imports; on a page each row is decided for them besides,
    and nobody gains by their own file.
    """
    known = look_up(asker.session, parsed, asker.at, asker.who, is_first=is_first)
    check_references(known, parsed)
    add_grants(known, parsed)
    _fill_in(parsed)
    told: later.Told = {} if is_first else later.date_now(known, parsed)
    check_rows(known, parsed)
    made = Plan(known, parsed.faults, parsed.remarks, [], told=told)
    for name, entries in parsed.entries.items():
        new = [entry for entry in entries if entry.is_new]
        changed = [(entry, what) for entry in entries if not entry.is_new and (what := changes_of(entry))]
        made.new[name], made.changed[name] = new, changed
        if entries:
            made.counts.append(Count(name, len(new), len(changed), len(entries) - len(new) - len(changed)))
        if not TABLES[name].in_bulk:
            made.remarks.extend(_skipped(entries))
    if not is_first:
        _check_rights(asker, parsed, made)
    order = {where: number for number, where in enumerate(parsed.places)}
    made.faults.sort(key=lambda fault: (order.get(fault.where, -1), fault.row or 0))
    return made


def _check_rights(asker: Asker, parsed: Parsed, made: Plan) -> None:
    """Put in a fault for every row that is not the importer's to bring in; of a refused one nothing else is told."""
    touched = {id(entry): what for name in made.new for entry, what in made.touched(name)}
    rows = [(entry, touched.get(id(entry), frozenset())) for entries in parsed.entries.values() for entry in entries]
    is_host = asker.base.person.is_host  # whoever has the machine; held to the history, and to their own name
    refused = [] if is_host else refused_rows(asker, made.known, rows)
    if refused:
        made.counts.clear()  # they would tell what is on file
        made.remarks.clear()
        gone = {(fault.where, fault.row) for fault in refused}
        made.faults[:] = [fault for fault in made.faults if fault.row and (fault.where, fault.row) not in gone]
        made.faults.extend(refused)
    else:
        gone = set()
    for entry, what in rows:
        if not what or (entry.table.where, entry.number) in gone:
            continue
        complaints = [*later.complaints(made.known, entry, what)]
        if not is_host:
            complaints += _not_theirs(entry, what, asker.base.person)
        made.faults.extend(entry.fault(*complaint) for complaint in complaints)


def _skipped(entries: Sequence[Entry]) -> Iterator[str]:
    """Name the rows that are on file already and are not read again."""
    rows = [str(entry.number) for entry in entries if not entry.is_new]
    if rows:
        more = f" and {len(rows) - 20} more" if len(rows) > 20 else ""
        which = f"{entries[0].table.unit} {', '.join(rows[:20])}{more}"
        yield f"{entries[0].table.where}, {which}: on file already, and skipped."


def _fill_in(parsed: Parsed) -> None:
    """Find missing required values, and give defaults to those left out."""
    for name, entries in parsed.entries.items():
        required = [column for column in TABLES[name].columns.values() if column.required and name != "settings"]
        defaults = [column for column in TABLES[name].columns.values() if column.default is not None]
        staying = [column.name for column in TABLES[name].columns.values() if column.stays]
        missing: set[str] = set()
        for entry in entries:
            for stays in staying:
                if entry.erases(stays) and entry.stored is not None:
                    wrong = "this can't be cleared: what has ended, or was signed or decided, stays so"
                    parsed.faults.append(entry.fault(stays, wrong, "empty, or another value"))
            for column in required:
                if column.name in entry.invalid or entry.values.get(column.name) is not None:
                    continue
                if entry.erases(column.name):
                    wrong = "this can't be cleared: every row has one"
                elif not entry.is_new:
                    continue
                elif column.name in entry.empty:
                    wrong = "this is empty"
                else:
                    wrong = "this is missing, and a new row needs it"
                    if entry.table.header is not None:
                        if column.name not in missing:
                            missing.add(column.name)
                            wrong = "the column is missing or empty, and new rows need it"
                            parsed.faults.append(
                                entry.table.fault(entry.table.header, column.name, wrong, column.expected())
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


def _not_theirs(entry: Entry, what: frozenset[str], me: PersonFacts) -> Iterator[Complaint]:
    """What the importer would gain, or only the host brings in."""
    name = entry.spec.name
    if name in OWN and me.username in (entry.now("person"), entry.stored and entry.stored.get("person")):
        yield "person", "this row is about you, and nobody gains or loses access by a file of their own", _HOST
    elif name == "people":
        yield from _person(entry, what, me)
    elif name == "partner_organisations" and me.organisation is not None and me.organisation.name == entry.key[0]:
        yield None, "this is your own organisation", _HOST


def _person(entry: Entry, what: frozenset[str], me: PersonFacts) -> Iterator[Complaint]:
    if entry.key[0] == me.username:
        yield None, "this row would change your own account", _HOST
        return
    if "roles" in what:
        before = set((entry.stored or {}).get("roles") or ())
        restricted = (set(entry.now("roles") or ()) ^ before) & HOST_ONLY
        if restricted:
            yield "roles", f"{', '.join(sorted(restricted))} is given and taken from the host only", _HOST
