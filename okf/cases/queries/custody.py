"""Custody accesses: one's own that is open, and those of a case for whoever oversees access."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from okf.asker import asking
from okf.desk import Desk
from okf.errors import unknown
from okf.store.models import CaseClosure, CustodyAccess, Person
from okf.store.rows import from_row, from_rows
from okf.terms import Action

_OWN = (
    select(CustodyAccess.purpose, CustodyAccess.case_ref)
    .where(CustodyAccess.id == bindparam("id"), CustodyAccess.person == bindparam("who"))
    .where(CustodyAccess.ended_at.is_(None), CustodyAccess.until > bindparam("at", type_=CustodyAccess.until.type))
)
_CLOSURE = (
    select(CaseClosure.closed_at, Person.name.label("closed_by"), CaseClosure.reason, CaseClosure.outcome)
    .outerjoin(Person, Person.username == CaseClosure.closed_by)
    .where(CaseClosure.case_ref == bindparam("ref"), CaseClosure.reopened_at.is_(None))
    .order_by(CaseClosure.closed_at.desc())
    .limit(1)
)
_OF_CASE = (
    select(Person.name, CustodyAccess.opened_at, CustodyAccess.until, CustodyAccess.ended_at, CustodyAccess.purpose)
    .join(Person, Person.username == CustodyAccess.person)
    .where(CustodyAccess.case_ref == bindparam("ref"))
    .order_by(CustodyAccess.opened_at.desc())
    .limit(50)
)


@dataclass(frozen=True, slots=True)
class CustodyView:
    """One's own open custody access, and how the case was closed."""

    purpose: str
    closed_at: datetime | None = None
    closed_by: str | None = None
    reason: str | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class CustodyRow:
    """A custodian's access to a case, of now or before."""

    name: str
    opened_at: datetime
    until: datetime
    ended_at: datetime | None
    purpose: str


def custody_in_view(desk: Desk, custody: str) -> CustodyView:
    """One's own custody access while it lasts.

    Raises:
        NotFound: they hold none such.
    """
    with desk.reading() as session:
        own = session.execute(_OWN, {"id": custody, "who": desk.actor, "at": desk.now()}).first()
        if own is None or not desk.decide(Action.OPEN_CASE, own.case_ref).allowed:
            raise unknown("custody access", custody)
        closure = session.execute(_CLOSURE, {"ref": own.case_ref}).first()
        return from_row(CustodyView, closure, purpose=own.purpose) if closure else CustodyView(own.purpose)


def custodies_of(desk: Desk, case_ref: str) -> tuple[CustodyRow, ...]:
    """Who opened a closed case as its custodian, the newest first: for those who oversee access.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.SEE_CASE_ACCESS) as asker:
        session = asker.session
        return from_rows(CustodyRow, session.execute(_OF_CASE, {"ref": case_ref}))


def longest_custody(desk: Desk) -> int:
    """For how many days ahead a custodian may open a case.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.OPEN_CUSTODY) as asker:
        return asker.settings.custody_days
