"""Conflicts of interest: one's own as one declared them, and everybody's for those who may lift them (C5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, select

from okf.asker import asking
from okf.desk import Desk
from okf.intake.queries.alike import cases_of
from okf.paging import FIRST, Page, Paged, keyset, mark, paged, values_of
from okf.store.models import ConflictOfInterest, DeclaredTie, Person
from okf.store.rows import from_row, from_rows
from okf.terms import Action

OWN_MOST = 100

_COLUMNS = (
    ConflictOfInterest.id,
    ConflictOfInterest.person,
    Person.name,
    ConflictOfInterest.service_user,
    ConflictOfInterest.reason,
    ConflictOfInterest.declared_at,
    ConflictOfInterest.tie_id,
)
_STANDING = (
    select(*_COLUMNS)
    .join(Person, Person.username == ConflictOfInterest.person)
    .where(ConflictOfInterest.lifted_at.is_(None))
)
_TIES = (
    select(DeclaredTie.id, DeclaredTie.person, Person.name, DeclaredTie.reason, DeclaredTie.declared_at)
    .join(Person, Person.username == DeclaredTie.person)
    .where(DeclaredTie.lifted_at.is_(None))
)
_OWN = (
    select(ConflictOfInterest.service_user, ConflictOfInterest.declared_at, ConflictOfInterest.lifted_at)
    .where(ConflictOfInterest.person == bindparam("who"), ConflictOfInterest.tie_id.is_(None))
    .order_by(ConflictOfInterest.id.desc())
    .limit(OWN_MOST)
)
_OWN_TIES = (
    select(
        DeclaredTie.name.label("called"),
        DeclaredTie.born,
        DeclaredTie.reason,
        DeclaredTie.declared_at,
        DeclaredTie.lifted_at,
    )
    .where(DeclaredTie.person == bindparam("who"))
    .order_by(DeclaredTie.id.desc())
    .limit(OWN_MOST)
)

LIFTED_MOST = 20
_LIFTED = (
    select(
        ConflictOfInterest.person,
        Person.name,
        ConflictOfInterest.lifted_at,
        ConflictOfInterest.lifted_by,
        ConflictOfInterest.lifted_because,
    )
    .join(Person, Person.username == ConflictOfInterest.person)
    .where(ConflictOfInterest.lifted_at.is_not(None), ConflictOfInterest.person != bindparam("who"))
    .order_by(ConflictOfInterest.lifted_at.desc(), ConflictOfInterest.id.desc())
    .limit(LIFTED_MOST)
)


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """A conflict that stands: whose it is, and the cases from which it bars them, without any service user's name."""

    id: int
    person: str
    name: str
    cases: tuple[str, ...]
    reason: str
    declared_at: datetime | None
    own: bool
    tie: int | None


@dataclass(frozen=True, slots=True)
class TieRow:
    """A tie declared by somebody's name, which only the worker who declared it is shown."""

    id: int
    person: str
    name: str
    reason: str
    declared_at: datetime
    own: bool


@dataclass(frozen=True, slots=True)
class LiftedRow:
    """A conflict of somebody else's that was lifted: by whom, and why."""

    person: str
    name: str
    lifted_at: datetime
    lifted_by: str
    lifted_because: str | None


@dataclass(frozen=True, slots=True)
class OwnTie:
    """What one declared oneself. `called` is the name that one wrote down, or the case in which they were named."""

    called: str
    born: date | None
    reason: str | None
    declared_at: datetime | None
    lifted_at: datetime | None


def conflicts_standing(desk: Desk, page: Page = FIRST) -> Paged[ConflictRow]:
    """Every declared conflict that stands, the newest first, one page of them.

    Cases that the reader may not know of are left out of it.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.LIST_CONFLICTS) as asker:
        start = values_of(page.before or page.after, int)
        backwards = page.before is not None and start is not None
        binds = [bindparam("key_0", type_=ConflictOfInterest.id.type)] if start else None
        statement = keyset(_STANDING, (ConflictOfInterest.id,), binds, descending=not backwards)
        bound = {"key_0": start[0]} if start else {}
        found = asker.session.execute(statement.limit(page.size + 1), bound).all()
        cut = paged(found, page, lambda row: mark([row.id]), backwards=backwards, started=start is not None)
        cases = cases_of(asker.session, [row.service_user for row in cut.rows])
        every_case = {ref for refs in cases.values() for ref in refs}
        known = every_case if asker.may(Action.LIST_CASELOAD) else set(asker.listed(sorted(every_case)))
        return Paged(
            tuple(
                from_row(
                    ConflictRow,
                    row,
                    cases=tuple(ref for ref in cases[row.service_user] if ref in known),
                    own=row.person == asker.who,
                    tie=row.tie_id,
                )
                for row in cut.rows
            ),
            cut.next,
            cut.previous,
        )


def ties_standing(desk: Desk) -> tuple[TieRow, ...]:
    """Every tie declared by a name that stands, the newest first, at most a hundred.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.LIST_CONFLICTS) as asker:
        rows = asker.session.execute(_TIES.order_by(DeclaredTie.id.desc()).limit(OWN_MOST)).all()
        return tuple(from_row(TieRow, row, own=row.person == asker.who) for row in rows)


def conflicts_lifted(desk: Desk) -> tuple[LiftedRow, ...]:
    """The conflicts of others that were lifted last, at most twenty, for those who may lift them.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.LIST_CONFLICTS) as asker:
        return from_rows(LiftedRow, asker.session.execute(_LIFTED, {"who": asker.who}))


def own_ties(desk: Desk) -> Sequence[OwnTie]:
    """What one declared oneself, in one's own words; nothing of whether anybody fits a name.

    Raises:
        Refused: the account is not active.
    """
    with asking(desk, Action.DECLARE_CONFLICT) as asker:
        found = [
            from_row(OwnTie, row, born=date.fromisoformat(row.born) if row.born else None)
            for row in asker.session.execute(_OWN_TIES, {"who": asker.who})
        ]
        own = asker.session.execute(_OWN, {"who": asker.who}).all()
        cases = cases_of(asker.session, [row.service_user for row in own])
        found += [
            from_row(
                OwnTie,
                row,
                called=f"Somebody in {', '.join(cases[row.service_user]) or 'a case'}",
                born=None,
                reason=None,
            )
            for row in own
        ]
        return found
