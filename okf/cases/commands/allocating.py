"""Several parties given to one caseworker at once, each asked of the policy by itself (C3, C5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from okf.cases.commands.grants import NewGrant, grant_access
from okf.desk import Desk
from okf.errors import Conflict, Invalid, NotFound, Refused
from okf.policy.scopes import starting_scope
from okf.store import facts
from okf.terms import Action, Capacity, Role

PURPOSE: Final = "Lead caseworker"


def allocate(desk: Desk, to: str, parties: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Make somebody lead caseworker of each of these parties, by case, with what a caseworker starts with.

    Each is on record by itself. What comes back says of each that was not given why not.

    Raises:
        Refused: their role does not include giving access.
    """
    desk.require(Action.GRANT)
    with desk.reading() as session:
        cases = facts.cases(session, [ref for ref, _ in parties])
    left_out = []
    for ref, party in parties:
        case = cases.get(ref)
        scope = starting_scope(Role.CASEWORKER, parties=case.parties if case else (), own=party)
        new = NewGrant(to, Capacity.STAFF, scope.compartments, PURPOSE, scope.record_classes, lead_for=party)
        try:
            grant_access(desk, ref, new)
        except (NotFound, Refused, Conflict, Invalid) as why:
            left_out.append(f"{ref}: {why}")
    return tuple(left_out)
