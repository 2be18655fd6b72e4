"""Vetting and training of workers: what has run out, what soon will, and what the organisation makes of it (C5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, Final

from sqlalchemy import and_, bindparam, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from okf.asker import permitted_reader
from okf.clock import london_date
from okf.desk import Desk
from okf.paging import COUNT_MOST, FIRST, AnySelect, Order, Page, Paged, Sort, order_of
from okf.pending import PendingItem, counted
from okf.policy.access import decide
from okf.policy.facts import PersonFacts, PolicySettings
from okf.policy.table import OVERSEERS
from okf.store.former import names, with_former_names
from okf.store.models import Person, PolicySetting, WorkerCheck
from okf.store.names import NAME_HAS_LETTERS, letters
from okf.store.rows import from_row
from okf.store.visible import account_on
from okf.terms import Action, CheckKind

NAMED_MOST: Final = 50


class CheckState(StrEnum):
    """How a check stands today: none on file, run out, running out within the days of its kind, or good for longer."""

    NONE = "none"
    RUN_OUT = "run_out"
    SOON = "soon"
    HOLDS = "holds"


_AT: Any = bindparam("at", type_=Person.left_at.type)
_TODAY: Any = bindparam("today")
_LASTS: Any = func.max(WorkerCheck.expires_on)
_HERE: Any = account_on()
_NEWEST = (
    select(
        WorkerCheck.person.label("person"),
        WorkerCheck.kind.label("kind"),
        _LASTS.label("lasts"),
        func.max(WorkerCheck.starts_on).label("starts_on"),
    )
    .where(or_(WorkerCheck.starts_on.is_(None), WorkerCheck.starts_on <= _TODAY))
    .group_by(WorkerCheck.person, WorkerCheck.kind)
    .subquery()
)
# Everybody stands in the list with each kind: who has none on file, as on a day before all others.
_NEVER: Final = date.min
_KIND_TYPE: Any = WorkerCheck.kind.type
_EACH = union_all(
    *(select(Person.username.label("person"), literal(kind, _KIND_TYPE).label("kind")) for kind in CheckKind)
).subquery()
_STANDS = (
    select(
        _EACH.c.person,
        _EACH.c.kind,
        func.coalesce(_NEWEST.c.lasts, literal(_NEVER, _NEWEST.c.lasts.type)).label("lasts"),
        _NEWEST.c.starts_on,
    )
    .outerjoin(_NEWEST, and_(_NEWEST.c.person == _EACH.c.person, _NEWEST.c.kind == _EACH.c.kind))
    .subquery()
)
# By whatever it stands, it is no more than what the people have who are here.
SORTS: Final[Mapping[str, Order]] = {
    "lasts": Order((_STANDS.c.lasts, _STANDS.c.person, _STANDS.c.kind)),
    "person": Order((Person.name_folded, _STANDS.c.person, _STANDS.c.kind)),
    "team": Order((Person.team, _STANDS.c.lasts, _STANDS.c.person, _STANDS.c.kind), gaps=True),
    "kind": Order((_STANDS.c.kind, _STANDS.c.lasts, _STANDS.c.person)),
}
FIRST_OUT: Final = Sort("lasts")


# The last day of warning differs by kind.
def _soon_by_kind(checks: Any) -> Any:
    return or_(*((checks.c.kind == kind) & (checks.c.lasts <= bindparam(f"soon_{kind.value}")) for kind in CheckKind))


_STATES: Any = {
    CheckState.NONE: (_STANDS.c.lasts == _NEVER,),
    CheckState.RUN_OUT: (_STANDS.c.lasts > _NEVER, _STANDS.c.lasts <= _TODAY),
    CheckState.SOON: (_STANDS.c.lasts > _TODAY, _soon_by_kind(_STANDS)),
    CheckState.HOLDS: (_STANDS.c.lasts > _TODAY,),
    None: (),
}
_COUNT: Any = select(func.count()).select_from(
    select(_NEWEST.c.person)
    .join(Person, Person.username == _NEWEST.c.person)
    .where(_HERE, _soon_by_kind(_NEWEST))
    .limit(COUNT_MOST + 1)
    .subquery()
)
_OUT_NOW: Any = (
    select(_NEWEST.c.person)
    .join(Person, Person.username == _NEWEST.c.person)
    .where(_HERE, _NEWEST.c.lasts <= _TODAY)
    .limit(1)
)
_NAMED: Any = (
    select(Person.username, Person.name)
    .where(_HERE, NAME_HAS_LETTERS, Person.username != bindparam("me"))
    .order_by(Person.name_folded, Person.username)
    .limit(NAMED_MOST)
)
_COMING = (
    select(PolicySetting.name, PolicySetting.value, PolicySetting.holds_from)
    .where(PolicySetting.name.in_([f"{k.value}_blocks" for k in CheckKind]), PolicySetting.holds_from > _AT)
    .order_by(PolicySetting.holds_from)
)


@dataclass(frozen=True, slots=True)
class CheckRow:
    """The check of one kind that counts for one person: until when, None without one; whether access hangs on it."""

    username: str
    name: str
    team: str | None
    kind: CheckKind
    starts_on: date | None
    expires_on: date | None
    state: CheckState
    blocks: bool


@dataclass(frozen=True, slots=True)
class CheckRule:
    """What the organisation makes of one kind of check now, and what it decided for a day to come."""

    kind: CheckKind
    blocks: bool
    warning_days: int
    coming: tuple[tuple[date, bool], ...]


def checks_in_view(
    desk: Desk,
    *,
    state: CheckState | None = None,
    kind: CheckKind | None = None,
    name: str = "",
    page: Page = FIRST,
    sort: Sort = FIRST_OUT,
) -> Paged[CheckRow]:
    """Everybody here with the check of each kind that counts, one page; by itself who has none first, then what ends.

    Raises:
        Refused: their role does not include it.
    """
    question = permitted_reader(desk, Action.LIST_CHECKS)
    bounds = _bounds(question.settings, london_date(question.at)) | {"at": question.at, "kind": kind, **letters(name)}
    statement = _statement(state, kind is not None, bool(name.strip()))
    with desk.reading() as session:
        found = order_of(SORTS, sort).page(session, statement, bounds, page)
        today = london_date(question.at)
        made = [_row(row, question.settings, today) for row in found.rows]
        return Paged(with_former_names(session, made), found.next, found.previous)


def check_rules(desk: Desk) -> tuple[CheckRule, ...]:
    """What the organisation makes of each kind of check; for everyone who may see or set it."""
    with desk.reading() as session:
        question = desk.question(session, Action.CHANGE_SETTINGS)
        coming = session.execute(_COMING, {"at": question.at}).all()
    return tuple(
        CheckRule(
            kind,
            bool(getattr(question.settings, f"{kind.value}_blocks")),
            getattr(question.settings, f"{kind.value}_warning_days"),
            tuple(
                (london_date(row.holds_from), bool(row.value["is"]))
                for row in coming
                if row.name == f"{kind.value}_blocks"
            ),
        )
        for kind in CheckKind
    )


def people_to_check(desk: Desk, words: str) -> tuple[tuple[str, str], ...]:
    """Username and name of others who work here and whose name has these letters, at most fifty.

    Raises:
        Refused: their role does not include it.
    """
    question = permitted_reader(desk, Action.LIST_CHECKS)
    with desk.reading() as session:
        rows = session.execute(_NAMED, {"at": question.at, "me": desk.actor} | letters(words))
        known = names(session, usernames := [row.username for row in rows])
        return tuple((username, known[username].in_words()) for username in usernames)


def checks_lapsing(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """For whoever records them: checks that have run out, or soon will."""
    at = desk.now()
    if not person.roles(at) & OVERSEERS:
        return None
    question = desk.question(session, Action.RECORD_CHECK)
    if not decide(question).allowed:
        return None
    bounds = _bounds(question.settings, london_date(at)) | {"at": at}
    count = min(session.scalar(_COUNT, bounds) or 0, COUNT_MOST)
    if not count:
        return None
    late = session.scalars(_OUT_NOW, bounds).first() is not None
    said = counted(count, "vetting or training check has", "vetting or training checks have")
    return PendingItem(f"{said} run out or soon will", "checks", overdue=late, count=count, act="Renew")


def _bounds(settings: PolicySettings, today: date) -> dict[str, Any]:
    days = {kind: getattr(settings, f"{kind.value}_warning_days") for kind in CheckKind}
    return {"today": today} | {f"soon_{kind.value}": today + timedelta(days=days[kind]) for kind in CheckKind}


def _row(row: Any, settings: PolicySettings, today: date) -> CheckRow:
    warns = today + timedelta(days=getattr(settings, f"{row.kind.value}_warning_days"))
    state = CheckState.SOON if row.lasts <= warns else CheckState.HOLDS
    if row.lasts <= today:
        state = CheckState.RUN_OUT if row.lasts > _NEVER else CheckState.NONE
    blocks = bool(row.by_itself) or bool(getattr(settings, f"{row.kind.value}_blocks"))
    expires_on = row.lasts if row.lasts > _NEVER else None
    return from_row(CheckRow, row, username=row.person, expires_on=expires_on, state=state, blocks=blocks)


@cache
def _statement(state: CheckState | None, of_kind: bool, named: bool) -> AnySelect:
    by_itself = (
        select(func.count())
        .where(
            WorkerCheck.person == _STANDS.c.person,
            WorkerCheck.kind == _STANDS.c.kind,
            WorkerCheck.expires_on == _STANDS.c.lasts,
            WorkerCheck.blocks_access,
        )
        .correlate(_STANDS)
        .scalar_subquery()
    )
    statement: Any = (
        select(_STANDS, Person.name, Person.name_folded, Person.team, by_itself.label("by_itself"))
        .join(Person, Person.username == _STANDS.c.person)
        .where(_HERE, *_STATES[state])
    )
    if of_kind:
        statement = statement.where(_STANDS.c.kind == bindparam("kind", type_=WorkerCheck.kind.type))
    if named:
        statement = statement.where(NAME_HAS_LETTERS)
    return statement
