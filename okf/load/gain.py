"""Nobody gains access by a file of their own: what a person who imports on the page may not bring in (C2, C5, C9)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from okf.load.faults import Fault
from okf.load.known import Known
from okf.load.rows import Entry
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

New = Mapping[str, list[Entry]]
Changed = Mapping[str, list[tuple[Entry, frozenset[str]]]]


def check_gain(known: Known, new: New, changed: Changed, may: Collection[Action]) -> Iterator[Fault]:
    """A fault for everything by which the importer could gain, or that only the host or another role brings in."""
    me = facts.person(known.session, known.actor)
    for name in {*new, *changed}:
        touched = [(entry, frozenset(entry.values)) for entry in new.get(name, ())] + list(changed.get(name, ()))
        for entry, what in touched:
            for column, wrong, expected in _faults(known, entry, what, me, may):
                yield entry.fault(column, wrong, expected)


def _faults(
    known: Known, entry: Entry, what: frozenset[str], me: PersonFacts, may: Collection[Action]
) -> Iterator[tuple[str | None, str, str]]:
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


def _person(entry: Entry, what: frozenset[str], me: PersonFacts) -> Iterator[tuple[str | None, str, str]]:
    if entry.key[0] == me.username:
        yield None, "this row would change your own account", _HOST
        return
    if "roles" in what:
        before = set((entry.stored or {}).get("roles") or ())
        restricted = (set(entry.now("roles") or ()) ^ before) & HOST_ONLY
        if restricted:
            yield "roles", f"{', '.join(sorted(restricted))} is given and taken from the host only", _HOST


def _returns(known: Known, entry: Entry) -> bool:
    """Whether an account that has ended would be on again."""
    before, now = (entry.stored or {}).get("left_at"), entry.now("left_at")
    return before is not None and before <= known.at and (now is None or now > known.at)


def _tied(known: Known, entry: Entry, me: PersonFacts) -> bool:
    stored = entry.stored or {}
    family = {*(entry.now("parties") or ()), *(entry.now("children") or ())}
    family |= {*(stored.get("parties") or ()), *(stored.get("children") or ())}
    return any(tie.service_user in family and tie.stands(known.at) for tie in me.conflicts)
