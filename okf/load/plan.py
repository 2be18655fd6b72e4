"""What a caseload would change: every fault at once, and what is new, changed and as it was; nothing is written.

Nobody gains access by a file of their own: who imports on the page is held to more rules than the host (C2, C5, C9).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from okf.load.caseworkers import add_grants
from okf.load.columns import TABLES
from okf.load.faults import Fault
from okf.load.known import Known, check_references, look_up
from okf.load.rows import Complaint, Entry, Parsed
from okf.load.rules import check_rows
from okf.policy.facts import PersonFacts
from okf.store import facts
from okf.terms import Action, Role

HOST_ONLY = frozenset(
    {Role.MANAGER, Role.DSL, Role.DEPUTY_DSL, Role.SAFEGUARDING_TRUSTEE, Role.DATA_PROTECTION_LEAD, Role.ADMINISTRATOR}
)
# Tables whose rows open, or bar, the access of the person they name.
OWN = frozenset({"signatures", "checks", "grants", "emergency_access", "conflicts_of_interest"})
PLACING = ("case", "source", "compartment", "record_class", "mediation", "status")
_HOST = "an import by the host (python -m okf import)"


Touched = tuple[Entry, frozenset[str]]  # a row, and which of its columns are written


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

    @property
    def changes_nothing(self) -> bool:
        """Whether everything is on file as the caseload has it."""
        return not any(self.new.values()) and not any(self.changed.values())

    def touched(self, table: str) -> list[Touched]:
        """The table's new and changed rows."""
        return [(entry, frozenset(entry.values)) for entry in self.new.get(table, ())] + self.changed.get(table, [])


def plan(
    session: Session, parsed: Parsed, *, at: datetime, actor: str, by_host: bool = True, may: Collection[Action] = ()
) -> Plan:
    """What these tables would change at an instant, and all that is wrong with them.

    On a page, where `by_host` is False, nobody gains by their own file, and
    `may` lists what else they may do. Parsed tables are planned once.
    """
    known = look_up(session, parsed, at, actor)
    check_references(known, parsed)
    add_grants(known, parsed)
    _fill_in(parsed)
    check_rows(known, parsed)
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
        made.faults.extend(_check_gain(made, may))
    order = {where: number for number, where in enumerate(parsed.places)}
    made.faults.sort(key=lambda fault: (order.get(fault.where, -1), fault.row or 0))
    return made


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


def _check_gain(plan: Plan, may: Collection[Action]) -> Iterator[Fault]:
    """A fault for all by which the importer would gain access, or that only the host or another role brings in."""
    me = facts.person(plan.known.session, plan.known.actor)
    for name in plan.new:
        for entry, what in plan.touched(name):
            for complaint in _not_theirs(plan.known, entry, what, me, may):
                yield entry.fault(*complaint)


def _not_theirs(
    known: Known, entry: Entry, what: frozenset[str], me: PersonFacts, may: Collection[Action]
) -> Iterator[Complaint]:
    name = entry.spec.name
    if name in OWN and me.username in (entry.now("person"), entry.stored and entry.stored.get("person")):
        yield "person", "this row is about you, and nobody gains or loses access by a file of their own", _HOST
    elif name == "people":
        yield from _person(entry, what, me)
        if _returns(known, entry) and Action.MANAGE_ACCOUNTS not in may:
            yield "active", "this account has ended", "an administrator, who switches it on again"
    elif name == "settings" and Action.CHANGE_SETTINGS not in may:
        yield None, "your role does not include changing settings", "an import by an administrator or the host"
    elif name == "agreements" and (Action.PUBLISH_AGREEMENT not in may or not entry.is_new):
        yield None, "an agreement is published by a manager, and changed by nobody", _HOST
    elif name == "partner_organisations" and me.organisation is not None and me.organisation.name == entry.key[0]:
        yield None, "this is your own organisation", _HOST
    elif name == "records" and not entry.is_new and what.intersection(PLACING):
        yield (
            min(what.intersection(PLACING)),
            "this record is on file, and moving it to another part needs a second person and a reason",
            _HOST,
        )
    elif name == "concerns" and not entry.is_new:
        yield None, "a concern on file is changed by the safeguarding lead, never by a file", "the row as it is on file"
    elif name == "cases" and not entry.is_new and _tied(known, entry, me):
        yield None, "you declared a conflict of interest with somebody in this case", "an import by somebody else"


def _person(entry: Entry, what: frozenset[str], me: PersonFacts) -> Iterator[Complaint]:
    if entry.key[0] == me.username:
        yield None, "this row would change your own account", _HOST
        return
    if "roles" in what:
        before = set((entry.stored or {}).get("roles") or ())
        restricted = (set(entry.now("roles") or ()) ^ before) & HOST_ONLY
        if restricted:
            yield "roles", f"{', '.join(sorted(restricted))} is given and taken from the host only", _HOST


def _returns(known: Known, entry: Entry) -> bool:
    """Whether an ended account would be active again."""
    before, now = (entry.stored or {}).get("left_at"), entry.now("left_at")
    return before is not None and before <= known.at and (now is None or now > known.at)


def _tied(known: Known, entry: Entry, me: PersonFacts) -> bool:
    """Whether they declared a tie to somebody of this case, as it is on file or as it will be."""
    stored = entry.stored or {}
    family = {
        who
        for name in ("parties", "children")
        for values in (entry.now(name), stored.get(name))
        for who in values or ()
    }
    return any(tie.service_user in family and tie.stands(known.at) for tie in me.conflicts)
