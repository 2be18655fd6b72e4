"""Who could lead a case: caseworkers first, by the room they have, and what speaks against each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, case, func, or_, select

from okf.asker import Asker, asking
from okf.cases.queries.loads import AWAY_TO, CAN_CARRY, EVERYTHING, SUSPENDED
from okf.clock import london_date
from okf.desk import Desk
from okf.people.queries.workers import MOST, barred_from
from okf.policy.standing import standing
from okf.store import facts
from okf.store.former import with_former_names
from okf.store.models import AccessGrant, CaseTally, Person
from okf.store.names import NAME_HAS_LETTERS, letters
from okf.store.rows import from_rows
from okf.store.suspended import NOT_ABLE_TO_OPEN
from okf.store.visible import account_on, holds_role
from okf.terms import Action, Capacity, Role
from okf.terms.caseload import Tally

_WEIGHT = func.coalesce(CaseTally.weight, 0)
_IS_CASEWORKER = case((holds_role({Role.CASEWORKER}), 1), else_=0)
_CANDIDATES = (
    select(
        Person.username,
        Person.name,
        _IS_CASEWORKER.label("caseworker"),
        func.coalesce(CaseTally.cases, 0).label("cases"),
        _WEIGHT.label("weight"),
        CAN_CARRY.label("most"),
        SUSPENDED.label("suspended"),
        AWAY_TO.label("away_to"),
    )
    .outerjoin(
        CaseTally,
        (CaseTally.detail == Person.username)
        & (CaseTally.what == Tally.LEAD)
        & (CaseTally.kind == bindparam("kind"))
        & (CaseTally.area == bindparam("area"))
        & (CaseTally.month == ""),
    )
    .where(account_on(), or_(NAME_HAS_LETTERS, Person.username == bindparam("exact")))
    .order_by(_IS_CASEWORKER.desc(), (CAN_CARRY - _WEIGHT).desc(), Person.name_folded, Person.username)
    .limit(MOST)
)
_NOT_ABLE = (
    NOT_ABLE_TO_OPEN.add_columns(Person.name, Person.name_folded)
    .join(Person, Person.username == AccessGrant.person)
    .where(AccessGrant.case_ref.in_(bindparam("refs", expanding=True)))
    .distinct()
    .order_by(AccessGrant.case_ref, Person.name_folded)
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be chosen. `weight` counts the cases they lead by complexity, `most` is what they can carry."""

    username: str
    name: str
    caseworker: bool
    cases: int
    weight: int
    most: int
    suspended: bool
    away_to: date | None

    @property
    def room(self) -> int:
        """How many ordinary cases more they can carry; below nought where they carry too many."""
        return self.most - self.weight


def candidates(
    desk: Desk, words: str = "", *, case_ref: str | None = None, lead_for: str | None = None
) -> dict[str, Candidate]:
    """People with an active account whose name has these letters, by username, at most two hundred.

    With a case, nobody is among them whom a conflict of interest bars from
    it, or from leading for one party (`lead_for`).

    Raises:
        Refused: their role does not include giving access.
    """
    with asking(desk, Action.SEE_CASE_ACCESS) as asker:
        bound = EVERYTHING | {"at": asker.at, "today": london_date(asker.at), "most": asker.settings.caseload_most}
        rows = asker.session.execute(_CANDIDATES, bound | {"exact": words.strip()} | letters(words))
        found = {one.username: one for one in with_former_names(asker.session, from_rows(Candidate, rows))}
        barred = barred_from(asker, case_ref, list(found), lead_for=lead_for) if case_ref else frozenset()
        return {username: one for username, one in found.items() if username not in barred}


def must_sign(desk: Desk, username: str, capacity: Capacity) -> bool:
    """Whether an access in this capacity opens nothing for them until they have signed.

    Raises:
        Refused: their role does not include giving access.
    """
    with asking(desk, Action.SEE_CASE_ACCESS) as asker:
        person = facts.people(asker.session, [username]).get(username)
        if person is None:
            return False
        versions = facts.agreements(asker.session).get(capacity, ())
        stands = standing(capacity, person.signatures, versions, asker.settings, asker.at, person.organisation)
        return stands.overdue_at <= asker.at


def not_signed_on(desk: Desk, case_ref: str) -> tuple[str, ...]:
    """The names of this case's lead caseworkers who can open nothing of it until they sign.

    Raises:
        Refused: their role does not include giving access.
    """
    with asking(desk, Action.SEE_CASE_ACCESS) as asker:
        return not_able_to_open(asker, [case_ref]).get(case_ref, ())


def not_able_to_open(asker: Asker, case_refs: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The names of those who lead one of these cases and can open nothing of it until they sign, by case."""
    found: dict[str, tuple[str, ...]] = {}
    for row in asker.session.execute(_NOT_ABLE, {"refs": list(case_refs), "at": asker.at}):
        found[row.case_ref] = (*found.get(row.case_ref, ()), row.name)
    return found
