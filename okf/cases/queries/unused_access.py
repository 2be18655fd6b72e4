"""Accesses whose holder has not opened the case for long, and what one person holds, access by access."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select

from okf.asker import Asker, asking
from okf.desk import Desk
from okf.errors import unknown
from okf.paging import COUNT_MOST, FIRST, AnySelect, Count, Page, Paged, instant_of, keyset, mark, paged, values_of
from okf.policy.facts import PolicySettings
from okf.policy.scopes import compartments_of
from okf.store import facts
from okf.store.models import AccessGrant, Person
from okf.store.visible import begun, goes_on, not_ended
from okf.terms import Action, Capacity

_INSTANT: Any = AccessGrant.from_.type
AT: Any = bindparam("at", type_=_INSTANT)
BEFORE: Any = bindparam("before", type_=_INSTANT)
LIVES: ColumnElement[bool] = and_(not_ended(), goes_on())
NEVER_OPENED: ColumnElement[bool] = and_(LIVES, AccessGrant.last_opened_at.is_(None), begun(BEFORE))
NOT_LATELY: ColumnElement[bool] = and_(LIVES, AccessGrant.last_opened_at <= BEFORE, begun(BEFORE))
UNUSED: ColumnElement[bool] = or_(NEVER_OPENED, NOT_LATELY)

_COLUMNS = (
    AccessGrant.id,
    AccessGrant.person,
    Person.name,
    AccessGrant.case_ref,
    AccessGrant.capacity,
    AccessGrant.from_,
    AccessGrant.last_opened_at,
    AccessGrant.until,
    AccessGrant.lead_for,
    AccessGrant.compartments,
    AccessGrant.record_classes,
    AccessGrant.case_opened_on,
    AccessGrant.confirmed_at,
)
_ROWS: AnySelect = select(*_COLUMNS).join(Person, Person.username == AccessGrant.person)
_NEVER = (_ROWS.where(NEVER_OPENED), (AccessGrant.from_, AccessGrant.id), (instant_of, str))
_LATELY = (_ROWS.where(NOT_LATELY), (AccessGrant.last_opened_at, AccessGrant.id), (instant_of, str))
_THEIRS = (
    _ROWS.where(LIVES, AccessGrant.person == bindparam("person")),
    (AccessGrant.capacity, AccessGrant.case_opened_on, AccessGrant.case_ref, AccessGrant.id),
    (Capacity, date.fromisoformat, str, str),
)
_LISTS: dict[str, tuple[Any, Any, Any]] = {"never": _NEVER, "lately": _LATELY, "theirs": _THEIRS}
_NAME = select(Person.name).where(Person.username == bindparam("person"))


def _counted(condition: ColumnElement[bool]) -> Any:
    return select(func.count()).select_from(select(AccessGrant.id).where(condition).limit(COUNT_MOST + 1).subquery())


_COUNTS = {"never": _counted(NEVER_OPENED), "lately": _counted(NOT_LATELY)}
_TO_END = _counted(and_(UNUSED, AccessGrant.person == bindparam("person"), AccessGrant.lead_for.is_(None)))


@dataclass(frozen=True, slots=True)
class HeldAccess:
    """One live access: to how much of its case, since when, and when its holder last opened it."""

    id: str
    username: str
    name: str
    case_ref: str
    capacity: Capacity
    since: datetime
    last_opened_at: datetime | None
    until: datetime | None
    leads: bool
    parts: int
    every_part: bool
    every_kind: bool
    unused: bool
    own: bool


@dataclass(frozen=True, slots=True)
class PersonsAccess:
    """What one person holds, and how many of it is unused and can be ended at once."""

    username: str
    name: str
    page: Paged[HeldAccess]
    to_end: Count


def unused_since(at: datetime, settings: PolicySettings) -> datetime:
    """The instant up to which a case must have been opened last for its access to count as unused."""
    return at - timedelta(days=settings.unused_days)


def unused_counts(desk: Desk) -> tuple[Count, Count]:
    """How many accesses were never opened though they are old enough, and how many not for long.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.SEE_CASE_ACCESS) as asker:
        bound = _bound(asker)
        never, lately = (Count.capped(asker.session.scalar(_COUNTS[one], bound) or 0) for one in ("never", "lately"))
        return never, lately


def unused_access(desk: Desk, *, never: bool, page: Page = FIRST) -> Paged[HeldAccess]:
    """The accesses never opened, or those not opened for long, the oldest first, one page of them.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.SEE_CASE_ACCESS) as asker:
        return _page(asker, "never" if never else "lately", page, {})


def access_of(desk: Desk, username: str, page: Page = FIRST) -> PersonsAccess:
    """What one person holds, one page of it.

    Raises:
        Refused: their role does not include it.
        NotFound: nobody has this username.
    """
    with asking(desk, Action.SEE_CASE_ACCESS) as asker:
        bound = {"person": username}
        name = asker.session.scalar(_NAME, bound)
        if name is None:
            raise unknown("person", username)
        to_end = 0 if username == asker.who else asker.session.scalar(_TO_END, _bound(asker) | bound) or 0
        return PersonsAccess(username, name, _page(asker, "theirs", page, bound), Count.capped(to_end))


def _bound(asker: Asker) -> dict[str, Any]:
    return {"at": asker.at, "before": unused_since(asker.at, asker.settings)}


def _page(asker: Asker, which: str, page: Page, more: dict[str, Any]) -> Paged[HeldAccess]:
    _, keys, kinds = _LISTS[which]
    backwards = page.after is None and page.before is not None
    start = values_of(page.before if backwards else page.after, *kinds)
    bound = _bound(asker) | more | {"size": page.size + 1}
    bound |= {f"key_{n}": value for n, value in enumerate(start or ())}
    rows = asker.session.execute(_statement(which, start is not None, backwards), bound).all()
    names = [key.key for key in keys]
    found = paged(
        rows,
        page,
        lambda row: mark([getattr(row, name) for name in names]),
        backwards=backwards,
        started=start is not None,
    )
    cases = facts.cases(asker.session, list(dict.fromkeys(row.case_ref for row in found.rows)))
    before = unused_since(asker.at, asker.settings)
    return Paged(tuple(_held(asker, row, cases, before) for row in found.rows), found.next, found.previous)


def _held(asker: Asker, row: Any, cases: Any, before: datetime) -> HeldAccess:
    case = cases[row.case_ref]
    # Safeguarding is the leads' own part: nobody's access to a case is made smaller by not having it.
    parts = set(compartments_of(case.parties, case.children)) - {"safeguarding"}
    return HeldAccess(
        id=row.id,
        username=row.person,
        name=row.name,
        case_ref=row.case_ref,
        capacity=row.capacity,
        since=row.from_,
        last_opened_at=row.last_opened_at,
        until=row.until,
        leads=row.lead_for is not None,
        parts=len(row.compartments),
        every_part=parts <= set(row.compartments),
        every_kind=not row.record_classes,
        unused=row.from_ <= before and (row.last_opened_at is None or row.last_opened_at <= before),
        own=row.person == asker.who,
    )


@cache
def _statement(which: str, started: bool, backwards: bool) -> AnySelect:
    rows, keys, _ = _LISTS[which]
    binds = [bindparam(f"key_{n}", type_=key.type) for n, key in enumerate(keys)] if started else None
    found: AnySelect = keyset(rows, keys, binds, descending=backwards).limit(bindparam("size"))
    return found
