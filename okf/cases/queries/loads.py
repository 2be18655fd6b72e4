"""Who carries how many open cases, against how many they can carry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import and_, bindparam, exists, func, literal, select

from okf.asker import Asker
from okf.clock import london_date
from okf.store import tallies
from okf.store.models import Absence, CaseTally, Person
from okf.store.rows import from_row, from_rows
from okf.store.suspended import access_suspended
from okf.store.visible import account_on, holds_role
from okf.terms import Role, SupportKind
from okf.terms.caseload import Tally

BUSIEST: Final = 25
EVERYTHING: Final = {"kind": tallies.ALL, "area": tallies.ALL}
CAN_CARRY: Final = func.coalesce(Person.caseload_most, bindparam("most"))
_ROW = (
    CaseTally.what == Tally.LEAD,
    CaseTally.kind == bindparam("kind"),
    CaseTally.area == bindparam("area"),
    CaseTally.month == "",
    CaseTally.cases > 0,
)
_OF = Person.username == CaseTally.detail
_LOADS = (
    select(Person.username, Person.name, CaseTally.cases, CaseTally.weight, CAN_CARRY.label("most"))
    .join(Person, _OF)
    .where(*_ROW)
    .order_by(CaseTally.weight.desc(), Person.name_folded, Person.username)
    .limit(BUSIEST)
)
_LEADING = (
    select(func.count(), func.count().filter(CaseTally.weight > CAN_CARRY))
    .select_from(CaseTally)
    .join(Person, _OF)
    .where(*_ROW)
)
# Caseworkers who are here and lead nothing: who has room is as good to know.
_FREE = (
    select(Person.username, Person.name, literal(0).label("cases"), literal(0).label("weight"), CAN_CARRY.label("most"))
    .where(account_on(), holds_role({Role.CASEWORKER}), ~exists().where(_OF, *_ROW))
    .order_by(Person.name_folded, Person.username)
    .limit(BUSIEST)
)
SUSPENDED: Final = access_suspended(Person.username, Person.capacity)
_TODAY = bindparam("today", type_=Absence.ends_on.type)
# The last day of the leave that they are on.
AWAY_TO: Final = (
    select(func.max(Absence.ends_on))
    .where(
        Absence.person == Person.username,
        Absence.cancelled_at.is_(None),
        Absence.starts_on <= _TODAY,
        Absence.ends_on >= _TODAY,
    )
    .scalar_subquery()
)
_IS_AWAY = AWAY_TO.is_not(None)
# Whoever has most room first, those who lead nothing too; who can take nothing on today stands behind.
_ROOM = (
    select(
        Person.username,
        Person.name,
        func.coalesce(CaseTally.cases, 0).label("cases"),
        func.coalesce(CaseTally.weight, 0).label("weight"),
        CAN_CARRY.label("most"),
        SUSPENDED.label("suspended"),
        _IS_AWAY.label("away"),
    )
    .outerjoin(CaseTally, and_(_OF, *_ROW))
    .where(account_on(), holds_role({Role.CASEWORKER}))
    .order_by(
        SUSPENDED,
        _IS_AWAY,
        (CAN_CARRY - func.coalesce(CaseTally.weight, 0)).desc(),
        Person.name_folded,
        Person.username,
    )
    .limit(bindparam("size"))
)
_ONE = select(Person.username, Person.name, CAN_CARRY.label("most")).where(Person.username == bindparam("who"))


@dataclass(frozen=True, slots=True)
class CaseloadFilter:
    """Which months, both included and by their first days, and of which cases."""

    first: date
    last: date
    kind_of_support: SupportKind | None = None
    area: str | None = None
    caseworker: str | None = None

    @property
    def keys(self) -> dict[str, str]:
        """Which rows of the summary table are meant, by kind and area."""
        return {
            "kind": self.kind_of_support.value if self.kind_of_support else tallies.ALL,
            "area": f"={self.area}" if self.area else tallies.ALL,
        }


@dataclass(frozen=True, slots=True)
class Load:
    """One caseworker's open cases, what they weigh, and how much they can carry."""

    username: str
    name: str
    cases: int
    weight: int
    most: int

    @property
    def over(self) -> bool:
        """Whether it is more than they can carry."""
        return self.weight > self.most


@dataclass(frozen=True, slots=True)
class Room(Load):
    """The same, and whether something keeps them from taking a case on today: an agreement unsigned, or leave."""

    suspended: bool
    away: bool


def loads_of(asker: Asker, wanted: CaseloadFilter) -> tuple[tuple[Load, ...], int, int]:
    """The busiest caseworkers, then those who lead nothing; how many lead any case, and how many more than they can."""
    bound = wanted.keys | {"most": asker.settings.caseload_most, "at": asker.at}
    workers, over = asker.session.execute(_LEADING, bound).one()
    rows = asker.session.execute(_LOADS, bound).all()
    if len(rows) < BUSIEST and wanted.keys == EVERYTHING:
        rows = [*rows, *asker.session.execute(_FREE, bound)][:BUSIEST]
    return from_rows(Load, rows), workers, over


def with_most_room(asker: Asker, size: int) -> tuple[Room, ...]:
    """The caseworkers, those with most room first; for an asker who may see the caseload."""
    bound = {"most": asker.settings.caseload_most, "at": asker.at, "today": london_date(asker.at), "size": size}
    return from_rows(Room, asker.session.execute(_ROOM, EVERYTHING | bound))


def load_of_one(asker: Asker, who: str, wanted: CaseloadFilter, rows: Iterable[Any]) -> tuple[Load, ...]:
    """One caseworker's load, from the rows that their cases make."""
    person = asker.session.execute(_ONE, {"who": who, "most": asker.settings.caseload_most}).one_or_none()
    if person is None:
        return ()
    sort = (Tally.LEAD, who, wanted.keys["kind"], wanted.keys["area"])
    mine = [row for row in rows if (row.what, row.detail, row.kind, row.area) == sort]
    return (
        from_row(
            Load, person, username=who, cases=sum(row.cases for row in mine), weight=sum(row.weight for row in mine)
        ),
    )
