"""Nobody is taken out of a case while something on file is kept under their name (C2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import bindparam, select

from okf.load.faults import Fault
from okf.load.known import Known
from okf.load.rows import Entry, Parsed
from okf.load.stored import batches
from okf.store.models import AccessGrant, Record

_RECORDS = select(Record.case_ref, Record.id, Record.source, Record.compartment).where(
    Record.case_ref.in_(bindparam("keys", expanding=True))
)
_GRANTS = select(AccessGrant.case_ref, AccessGrant.id, AccessGrant.compartments, AccessGrant.lead_for).where(
    AccessGrant.case_ref.in_(bindparam("keys", expanding=True))
)


def check_leavers(known: Known, parsed: Parsed) -> Iterator[Fault]:
    """A fault for every party or child taken out whose records or grants stay behind."""
    shrunk = {entry.key[0]: entry for entry in parsed.entries.get("cases", ()) if _gone(entry)}
    kept: dict[str, set[str]] = defaultdict(set)
    for batch in batches(shrunk):
        for row in known.session.execute(_RECORDS, {"keys": batch}):
            if row.id not in known.rows["records"]:  # those in the file are checked against the case as it will be
                kept[row.case_ref] |= {row.source, row.compartment}
        for ref, key, compartments, lead_for in known.session.execute(_GRANTS, {"keys": batch}):
            if key not in known.rows["grants"]:
                kept[ref] |= {*compartments, *filter(None, (lead_for,))}
    for ref, entry in shrunk.items():
        for column, part, key in sorted(_gone(entry)):
            if part in kept[ref] or (key in kept[ref] and key not in _members(entry)):
                wrong = f"{key!r} is taken out, and something on file is kept under them"
                yield entry.fault(column, wrong, "them as well, until their records and grants are elsewhere")


def _gone(entry: Entry) -> set[tuple[str, str, str]]:
    """The parts of the case that would go: the column, the compartment, and whose it is."""
    if entry.stored is None:
        return set()
    gone = set()
    for column, kind in (("parties", "sole"), ("children", "child")):
        if column in entry.values:
            leaving = set(entry.stored[column]) - set(entry.values[column] or ())
            gone |= {(column, f"{kind}:{key}", key) for key in leaving}
    return gone


def _members(entry: Entry) -> set[str]:
    return {*(entry.now("parties") or ()), *(entry.now("children") or ())}
