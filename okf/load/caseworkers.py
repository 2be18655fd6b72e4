"""The caseworkers named in the sheet of cases: each an ordinary grant, held to every rule that grants are held to."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import bindparam, select

from okf.load.columns import TABLES
from okf.load.known import Known
from okf.load.rows import Entry, Parsed
from okf.load.stored import batches
from okf.policy.scopes import starting_scope
from okf.store.models import AccessGrant
from okf.store.visible import goes_on, not_ended
from okf.terms import Capacity, Role

SIDES = ("caseworker_a", "caseworker_b")
_LEADS = select(AccessGrant.case_ref, AccessGrant.lead_for, AccessGrant.person).where(
    AccessGrant.case_ref.in_(bindparam("keys", expanding=True)),
    AccessGrant.lead_for.is_not(None),
    not_ended(),
    goes_on(),
)


def add_grants(known: Known, parsed: Parsed) -> None:
    """Add a grant to the caseload for each caseworker named who doesn't lead that side yet.

    Another lead of the side on file is a fault: a side is handed over on its page.
    """
    named = [entry for entry in parsed.entries.get("cases", ()) if any(entry.values.get(side) for side in SIDES)]
    if not named:
        return
    leads: dict[tuple[str, str], str] = {}
    for batch in batches([entry.key[0] for entry in named]):
        for case, party, person in known.session.execute(_LEADS, {"keys": batch, "at": known.at}):
            leads[case, str(party)] = person
    listed = parsed.entries.setdefault("grants", [])
    written: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for grant in listed:
        for part in grant.now("compartments") or ():
            written[grant.now("case")].add((grant.now("person"), part))
    for entry in named:
        for grant in _of_case(known, entry, leads, written[entry.key[0]]):
            known.rows["grants"][grant.key[0]] = grant
            listed.append(grant)


def _of_case(
    known: Known, entry: Entry, leads: dict[tuple[str, str], str], written: set[tuple[str, str]]
) -> Iterator[Entry]:
    case, parties = entry.key[0], entry.now("parties") or []
    for side, column in enumerate(SIDES):
        person = entry.values.get(column)
        if person is None:
            continue
        if side >= len(parties):
            wrong = f"the case has {len(parties)} of the adults that this is about"
            known.faults.append(entry.fault(column, wrong, "empty, or an adult more in parties"))
            continue
        party = parties[side]
        lead = leads.get((case, party))
        if lead == person or (person, f"sole:{party}") in written:
            continue
        if lead is not None:
            wrong = "this side has another lead caseworker on file"
            known.faults.append(entry.fault(column, wrong, "who is on file; a side is handed over on the case's page"))
        elif Role.CASEWORKER not in (known.value("people", person, "roles") or ()):
            known.faults.append(entry.fault(column, "they are no caseworker", "somebody with the role caseworker"))
        else:
            yield _grant(known, entry, person, party)


def _grant(known: Known, entry: Entry, person: str, party: str) -> Entry:
    """The grant that the case's page would begin with, from the import on."""
    scope = starting_scope(Role.CASEWORKER, parties=[party], own=party)
    key = f"G-{secrets.token_hex(8).upper()}"
    values = {
        "id": key,
        "person": person,
        "case": entry.key[0],
        "capacity": Capacity.STAFF,
        "compartments": list(scope.compartments),
        "record_classes": [str(one) for one in scope.record_classes],
        "from": known.at,
        "purpose": "lead caseworker",
        "lead_for": party,
    }
    return Entry(TABLES["grants"], entry.table, entry.number, values, (key,), set())
