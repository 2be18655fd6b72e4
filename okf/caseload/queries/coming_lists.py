"""The lists behind the figures of the coming weeks: who, which case, and when; nothing of what a case holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, literal, select, union_all

from okf.asker import Asker, asking
from okf.caseload.queries.coming import TOLD, bounds
from okf.caseload.queries.weeks import Week, coming_weeks
from okf.cases.queries.kept_cases import cases_kept_until
from okf.clock import start_of
from okf.desk import Desk
from okf.paging import FIRST, AnySelect, Page, Paged, instant_of, keyset, mark, paged, values_of
from okf.policy.gates import review_by
from okf.store.models import AccessGrant, EmergencyAccess, Person
from okf.store.rows import from_row
from okf.terms import Action
from okf.terms.caseload import Coming

_EMERGENCIES = (
    select(EmergencyAccess.opened_at, EmergencyAccess.case_ref, Person.username, Person.name)
    .join(Person, Person.username == EmergencyAccess.person)
    .where(EmergencyAccess.reviewed_at.is_(None), EmergencyAccess.person != bindparam("who"))
    .order_by(EmergencyAccess.opened_at)
    .limit(200)
)


@dataclass(frozen=True, slots=True)
class ComingOne:
    """One thing that comes: when, of whom, on which case, and what tells it from others of its kind.

    `leads` says of an access that a party has its caseworker by it, of a
    signature that access hangs on it, and of days away who stands in.
    """

    at: datetime | date
    username: str | None
    name: str | None
    case_ref: str | None = None
    what: Any = None
    leads: Any = None


LISTED = frozenset(Coming) - {Coming.CONCERN_REVIEWS}


def coming_list(desk: Desk, kind: Coming, number: int, page: Page = FIRST) -> tuple[Week, Paged[ComingOne]]:
    """What one week brings of one kind, in the order of time, for managers; 0 is what lies behind.

    Raises:
        Refused: their role does not include it.
        KeyError: a kind of which there are figures alone.
    """
    if kind not in LISTED:
        raise KeyError(kind)
    with asking(desk, Action.LIST_CASELOAD) as asker:
        week = coming_weeks(asker.at)[number]
        if kind is Coming.EMERGENCY_REVIEWS:
            return week, Paged(_reviews(asker, week))
        if kind is Coming.CASES_KEPT:
            return week, Paged(_kept(asker, week))
        return week, _listed(asker, kind, week, page)


def _listed(asker: Asker, kind: Coming, week: Week, page: Page) -> Paged[ComingOne]:
    told = TOLD[kind]
    backwards = page.after is None and page.before is not None
    at_of = date.fromisoformat if told.by_day else instant_of
    start = values_of(page.before if backwards else page.after, at_of, _key_of(told.key))
    bound = bounds(told, asker, [week]) | {"size": page.size + 1}
    bound |= {f"key_{n}": value for n, value in enumerate(start or ())}
    rows = asker.session.execute(_statement(kind, start is not None, backwards), bound).all()
    found = paged(rows, page, lambda row: mark((row.at, row.key)), backwards=backwards, started=start is not None)
    return Paged(tuple(_one(row, told, asker) for row in found.rows), found.next, found.previous)


def _key_of(key: Any) -> Any:
    return key.type.python_type


def _one(row: Any, told: Any, asker: Asker) -> ComingOne:
    return from_row(ComingOne, row, at=row.at if told.by_day else told.back(row.at, asker))


@cache
def _statement(kind: Coming, started: bool, backwards: bool) -> AnySelect:
    told = TOLD[kind]
    columns = (told.at.label("at"), told.key.label("key"), *_whose(told))
    parts: list[Any] = [some.add_columns(*columns) for some in told.parts()]
    if told.person is not None:
        parts = [some.join(Person, Person.username == told.person) for some in parts]
    rows, keys = parts[0], (told.at, told.key)
    if len(parts) > 1:
        both = union_all(*parts).subquery()
        rows, keys = select(both), (both.c.at, both.c.key)
    at_type = told.at.type if told.by_day else AccessGrant.from_.type
    binds = [bindparam("key_0", type_=at_type), bindparam("key_1", type_=told.key.type)] if started else None
    found: AnySelect = keyset(rows, keys, binds, descending=backwards).limit(bindparam("size"))
    return found


def _whose(told: Any) -> Sequence[Any]:
    if told.person is None:
        return (literal(None).label("username"), literal(None).label("name"))
    return (Person.username, Person.name)


def _reviews(asker: Asker, week: Week) -> tuple[ComingOne, ...]:
    rows = asker.session.execute(_EMERGENCIES, {"who": asker.who}).all()
    made = (from_row(ComingOne, row, at=review_by(row.opened_at, asker.base)) for row in rows)
    return tuple(one for one in made if week.begins <= _instant(one.at) < week.ends)


def _kept(asker: Asker, week: Week) -> tuple[ComingOne, ...]:
    first, end = week.days
    found = cases_kept_until(asker, end) if week.first else ()
    return tuple(ComingOne(day, None, None, ref) for day, ref in found if first <= day)


def _instant(at: datetime | date) -> datetime:
    return at if isinstance(at, datetime) else start_of(at)
