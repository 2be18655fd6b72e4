"""Who can open how much: people by the accesses they hold, those suspended, and what is open by other ways now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, Final

from sqlalchemy import bindparam, func, or_, select

from okf.asker import Asker, asking
from okf.clock import is_past
from okf.desk import Desk
from okf.paging import COUNT_MOST, FIRST, AnySelect, Count, Page, Paged, instant_of, keyset, mark, paged, values_of
from okf.store.models import AccessGrant, AgreementStanding, Case, CustodyAccess, EmergencyAccess, Person
from okf.store.rows import from_row, from_rows
from okf.store.visible import not_ended
from okf.terms import Action, Capacity

NEWEST_CLOSED: Final = 200
WIDEST: Final = 12
_INSTANT: Any = AccessGrant.from_.type
AT: Any = bindparam("at", type_=_INSTANT)
_HOLDS: Any = AgreementStanding.grants_held > 0
_HERE: Any = or_(AgreementStanding.ended_at.is_(None), AgreementStanding.ended_at > AT)


class MapOrder(StrEnum):
    """By what people stand on the map."""

    GRANTS = "grants"
    CASES = "cases"
    SUSPENDED = "suspended"


_ORDERS: Final[dict[MapOrder, tuple[Any, Any, bool]]] = {
    MapOrder.GRANTS: (AgreementStanding.grants_held, int, True),
    MapOrder.CASES: (AgreementStanding.cases_held, int, True),
    MapOrder.SUSPENDED: (AgreementStanding.overdue_at, instant_of, False),
}
_ROWS: AnySelect = (
    select(
        AgreementStanding.person,
        Person.name,
        Person.team,
        AgreementStanding.kind,
        AgreementStanding.grants_held,
        AgreementStanding.cases_held,
        AgreementStanding.held_since,
        AgreementStanding.signed_at,
        AgreementStanding.overdue_at,
        AgreementStanding.partner_stops_at,
    )
    .join(Person, Person.username == AgreementStanding.person)
    .where(_HOLDS)
)
_SUSPENDED: Any = select(func.count()).select_from(
    select(AgreementStanding.person)
    .where(_HOLDS, _HERE, AgreementStanding.overdue_at <= AT)
    .distinct()
    .limit(COUNT_MOST + 1)
    .subquery()
)
_HOLDERS: Any = select(func.count()).select_from(
    select(AgreementStanding.person).where(_HOLDS).limit(COUNT_MOST + 1).subquery()
)
_EMERGENCIES = (
    select(EmergencyAccess.person.label("username"), Person.name, EmergencyAccess.case_ref, EmergencyAccess.opened_at)
    .join(Person, Person.username == EmergencyAccess.person)
    .where(
        EmergencyAccess.opened_at > bindparam("since", type_=_INSTANT),
        or_(EmergencyAccess.ended_at.is_(None), EmergencyAccess.ended_at > AT),
    )
    .order_by(EmergencyAccess.opened_at)
    .limit(200)
)
_CUSTODIES = (
    select(
        CustodyAccess.person.label("username"),
        Person.name,
        CustodyAccess.case_ref,
        CustodyAccess.opened_at,
        CustodyAccess.until,
    )
    .join(Person, Person.username == CustodyAccess.person)
    .where(CustodyAccess.until > AT, or_(CustodyAccess.ended_at.is_(None), CustodyAccess.ended_at > AT))
    .order_by(CustodyAccess.until)
    .limit(200)
)
_LATELY_CLOSED = (
    select(Case.ref).where(Case.closed_at.is_not(None)).order_by(Case.closed_at.desc(), Case.ref.desc())
).limit(NEWEST_CLOSED)
_LEFT_OPEN = (
    select(AccessGrant.case_ref, AccessGrant.person.label("username"), AccessGrant.id.label("grant"))
    .join(Case, Case.ref == AccessGrant.case_ref)
    .where(not_ended(), Case.closed_at.is_not(None), Case.closed_at <= AT)
    .limit(200)
)
_LEFT_OPEN_LATELY = _LEFT_OPEN.where(AccessGrant.case_ref.in_(select(_LATELY_CLOSED.subquery().c.ref)))


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who holds accesses in one capacity: how many, on how many cases, since when, and whether they count."""

    username: str
    name: str
    team: str | None
    capacity: Capacity
    grants: int
    cases: int
    since: datetime | None
    signed_at: datetime | None
    suspended_at: datetime | None
    by_partner: bool


@dataclass(frozen=True, slots=True)
class OpenNow:
    """An access that rests on no grant and lasts now."""

    username: str
    name: str
    case_ref: str
    opened_at: datetime
    until: datetime
    custody: bool


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """An access that was not ended though its case is closed: the promise is broken (C6)."""

    case_ref: str
    username: str
    grant: str


@dataclass(frozen=True, slots=True)
class AccessFigures:
    """The map in figures: `widest` are those with the most accesses, `left_open` of the cases closed last."""

    holders: Count
    suspended: Count
    widest: tuple[Holder, ...]
    open_now: tuple[OpenNow, ...]
    left_open: tuple[LeftOpen, ...]


def access_figures(desk: Desk) -> AccessFigures:
    """How much is open to whom, for those who oversee access: metadata, and no service user's name.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.SEE_CASE_ACCESS) as asker:
        session, at = asker.session, {"at": asker.at}
        widest = session.execute(_statement(MapOrder.GRANTS, False, False), at | {"size": WIDEST}).all()
        return AccessFigures(
            Count.capped(session.scalar(_HOLDERS) or 0),
            Count.capped(session.scalar(_SUSPENDED, at) or 0),
            tuple(_holder(row, asker.at) for row in widest),
            _open_now(asker),
            from_rows(LeftOpen, session.execute(_LEFT_OPEN_LATELY, at)),
        )


def holders(desk: Desk, order: MapOrder, page: Page = FIRST) -> Paged[Holder]:
    """The people who hold accesses, a row a capacity, one page of them; `SUSPENDED` narrows to whom they open nothing.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.SEE_CASE_ACCESS) as asker:
        _, kind, _ = _ORDERS[order]
        backwards = page.after is None and page.before is not None
        start = values_of(page.before if backwards else page.after, kind, str, Capacity)
        bound: dict[str, Any] = {"at": asker.at, "size": page.size + 1}
        bound |= {f"key_{n}": value for n, value in enumerate(start or ())}
        rows = asker.session.execute(_statement(order, start is not None, backwards), bound).all()
        key = _ORDERS[order][0].key
        found = paged(
            rows,
            page,
            lambda row: mark((getattr(row, key), row.person, row.kind)),
            backwards=backwards,
            started=start is not None,
        )
        return Paged(tuple(_holder(row, asker.at) for row in found.rows), found.next, found.previous)


def left_open(desk: Desk) -> tuple[LeftOpen, ...]:
    """Every access that is open on a closed case, over all of them: it reads all live accesses.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.SEE_CASE_ACCESS) as asker:
        return from_rows(LeftOpen, asker.session.execute(_LEFT_OPEN, {"at": asker.at}))


def _open_now(asker: Asker) -> tuple[OpenNow, ...]:
    hours = timedelta(hours=asker.settings.break_glass_hours)
    emergencies = asker.session.execute(_EMERGENCIES, {"at": asker.at, "since": asker.at - hours})
    custodies = asker.session.execute(_CUSTODIES, {"at": asker.at})
    return (
        *(from_row(OpenNow, row, until=row.opened_at + hours, custody=False) for row in emergencies),
        *(from_row(OpenNow, row, custody=True) for row in custodies),
    )


def _holder(row: Any, at: datetime) -> Holder:
    suspended = row.overdue_at <= at
    return from_row(
        Holder,
        row,
        username=row.person,
        capacity=row.kind,
        grants=row.grants_held,
        cases=row.cases_held,
        since=row.held_since,
        suspended_at=row.overdue_at if suspended else None,
        by_partner=suspended and is_past(row.partner_stops_at, at),
    )


@cache
def _statement(order: MapOrder, started: bool, backwards: bool) -> AnySelect:
    column, _, descending = _ORDERS[order]
    statement = _ROWS
    if order is MapOrder.SUSPENDED:
        statement = statement.where(_HERE, AgreementStanding.overdue_at <= AT)
    keys = (column, AgreementStanding.person, AgreementStanding.kind)
    binds = [bindparam(f"key_{n}", type_=key.type) for n, key in enumerate(keys)] if started else None
    return keyset(statement, keys, binds, descending=descending is not backwards).limit(bindparam("size"))
