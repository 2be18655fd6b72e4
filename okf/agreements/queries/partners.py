"""Partner organisations: their agreements, whether one is in force, how many of their people it concerns (C7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from okf.asker import permitted_reader
from okf.desk import Desk
from okf.errors import NotFound
from okf.paging import FIRST, Order, Page, Paged, Sort, order_of
from okf.pending import PendingItem, counted
from okf.policy.access import decide
from okf.policy.facts import OrganisationFacts, PersonFacts
from okf.policy.standing import partner_covers, partner_stops_at
from okf.policy.table import OVERSEERS
from okf.store import facts, partner_facts
from okf.store.models import AccessGrant, PartnerAgreement, PartnerOrganisation, Person
from okf.store.rows import from_row, from_rows
from okf.store.visible import account_on, not_ended
from okf.terms import Action

PEOPLE_MOST: Final = 200
ORGANISATIONS_MOST: Final = 500

_INSTANT: Any = Person.left_at.type
_AT: Any = bindparam("at", type_=_INSTANT)
_HERE: Any = account_on()
_PEOPLE_OF: Any = (
    select(func.count())
    .where(Person.organisation == PartnerOrganisation.name, _HERE)
    .correlate(PartnerOrganisation)
    .scalar_subquery()
)
_COLUMNS: Any = (
    PartnerOrganisation.name,
    PartnerOrganisation.agreement_from,
    PartnerOrganisation.agreement_until,
    PartnerOrganisation.agreement_ended_at,
    _PEOPLE_OF.label("people"),
)
SORTS: Final[Mapping[str, Order]] = {"name": Order((PartnerOrganisation.name_folded, PartnerOrganisation.name))}
BY_NAME: Final = Sort("name")
_ALL: Any = select(*_COLUMNS, PartnerOrganisation.name_folded)
_ONE: Any = select(*_COLUMNS).where(PartnerOrganisation.name == bindparam("name"))
_FURTHER = (
    select(
        PartnerAgreement.from_on,
        PartnerAgreement.until,
        PartnerAgreement.ended_at,
        PartnerAgreement.signed_for_them_by,
        PartnerAgreement.recorded_at,
        PartnerAgreement.recorded_by,
    )
    .where(PartnerAgreement.organisation == bindparam("name"))
    .order_by(PartnerAgreement.from_on.desc(), PartnerAgreement.id.desc())
)
_THEIRS: Any = (
    select(
        Person.username,
        Person.name,
        select(func.count())
        .where(AccessGrant.person == Person.username, not_ended())
        .correlate(Person)
        .scalar_subquery()
        .label("grants"),
    )
    .where(Person.organisation == bindparam("name"), _HERE)
    .order_by(Person.name_folded, Person.username)
    .limit(PEOPLE_MOST)
)
_STAFFED: Any = (
    select(*_COLUMNS[:4])
    .where(select(Person.username).where(Person.organisation == PartnerOrganisation.name, _HERE).exists())
    .limit(ORGANISATIONS_MOST)
)


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """One organisation now: whether an agreement is in force, until when, and how many people hang on it."""

    name: str
    in_force: bool
    stops_at: datetime | None
    soon: bool
    people: int


@dataclass(frozen=True, slots=True)
class PartnerSpan:
    """One agreement of an organisation, as it was put on record."""

    from_on: date | None
    until: date | None
    ended_at: datetime | None
    signed_for_them_by: str | None = None
    recorded_at: datetime | None = None
    recorded_by: str | None = None


@dataclass(frozen=True, slots=True)
class PartnerPerson:
    """Somebody of an organisation; `grants` is None for who may know of no case."""

    username: str
    name: str
    grants: int | None


@dataclass(frozen=True, slots=True)
class Partner:
    """One organisation with its agreements, the newest first, and its people."""

    row: PartnerRow
    agreements: tuple[PartnerSpan, ...]
    people: tuple[PartnerPerson, ...]
    may_manage: bool


def partners_in_view(desk: Desk, page: Page = FIRST, sort: Sort = BY_NAME) -> Paged[PartnerRow]:
    """The partner organisations, one page of them.

    Raises:
        Refused: the reader may not see who signed what.
    """
    question = permitted_reader(desk, Action.LIST_AGREEMENTS)
    with desk.reading() as session:
        found = order_of(SORTS, sort).page(session, _ALL, {"at": question.at}, page)
        soon = question.at + timedelta(days=question.settings.partner_warning_days)
        return Paged(_rows(session, found.rows, question.at, soon), found.next, found.previous)


def partner(desk: Desk, name: str) -> Partner:
    """One organisation, its agreements and its people.

    Raises:
        Refused: the reader may not see who signed what.
        NotFound: there is no such organisation.
    """
    question = permitted_reader(desk, Action.LIST_AGREEMENTS)
    sees_access = decide(replace(question, action=Action.SEE_CASE_ACCESS)).allowed
    soon = question.at + timedelta(days=question.settings.partner_warning_days)
    with desk.reading() as session:
        found = session.execute(_ONE, {"name": name, "at": question.at}).one_or_none()
        if found is None:
            raise NotFound(f"There is no partner organisation called {name!r}.")
        spans = from_rows(PartnerSpan, session.execute(_FURTHER, {"name": name}))
        if found.agreement_from is not None:
            spans += (PartnerSpan(found.agreement_from, found.agreement_until, found.agreement_ended_at),)
        people = tuple(
            from_row(PartnerPerson, row, grants=row.grants if sees_access else None)
            for row in session.execute(_THEIRS, {"name": name, "at": question.at})
        )
        [row] = _rows(session, (found,), question.at, soon)
    may_manage = decide(replace(question, action=Action.MANAGE_PARTNERS)).allowed
    return Partner(row, spans, people, may_manage)


def partners_lapsing(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """For whoever renews them: organisations with people here whose agreement is over, or soon will be."""
    at = desk.now()
    if not person.roles(at) & OVERSEERS:
        return None
    question = desk.question(session, Action.MANAGE_PARTNERS)
    if not decide(question).allowed:
        return None
    rows = _staffed(session, at, question.settings.partner_warning_days)
    late, count = sum(not row.in_force for row in rows), sum(row.soon or not row.in_force for row in rows)
    if not count:
        return None
    due = None if late else min(row.stops_at for row in rows if row.soon and row.stops_at)
    why = "Their people open nothing while none is in force." if late else ""
    said = counted(count, "partner organisation's agreement has", "partner organisations' agreements have")
    return PendingItem(
        f"{said} run out or soon will", "partners", overdue=bool(late), due=due, why=why, count=count, act="Renew"
    )


def in_force_until(session: Session, name: str, at: datetime) -> datetime | None:
    """When the agreements in force of an organisation end; None where none is in force, or without an end."""
    [row] = _rows(session, session.execute(_ONE, {"name": name, "at": at}).all(), at, at)
    return row.stops_at


def ending_soon(session: Session, at: datetime) -> tuple[PartnerRow, ...]:
    """The organisations with people here whose agreement ends within the days of warning."""
    days = facts.policy_settings(session, at).partner_warning_days
    return tuple(row for row in _staffed(session, at, days) if row.soon)


def _staffed(session: Session, at: datetime, warning_days: int) -> tuple[PartnerRow, ...]:
    rows = session.execute(_STAFFED, {"at": at}).all()
    return _rows(session, rows, at, at + timedelta(days=warning_days))


def _rows(session: Session, rows: Any, at: datetime, soon: datetime) -> tuple[PartnerRow, ...]:
    spans = partner_facts.spans(session, {row.name for row in rows}) if rows else {}
    made = []
    for row in rows:
        of = from_row(OrganisationFacts, row, ended_at=row.agreement_ended_at, further=spans.get(row.name, ()))
        in_force = partner_covers(of, at)
        stops_at = partner_stops_at(of, at) if in_force else None
        ends_soon = stops_at is not None and stops_at <= soon
        made.append(PartnerRow(row.name, in_force, stops_at, ends_soon, getattr(row, "people", 0)))
    return tuple(made)
