"""Who carries how many open cases, against how many they can carry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import bindparam, func, select

from okf.queries.asking import Asker
from okf.store import tallies
from okf.store.models import CaseTally, Person
from okf.terms import SupportKind
from okf.terms.caseload import Tally

BUSIEST: Final = 25
_LOADS = (
    select(Person.username, Person.name, Person.caseload_most.label("most"), CaseTally.cases, CaseTally.weight)
    .join(Person, Person.username == CaseTally.detail)
    .where(
        CaseTally.what == Tally.LEAD,
        CaseTally.kind == bindparam("kind"),
        CaseTally.area == bindparam("area"),
        CaseTally.month == "",
        CaseTally.cases > 0,
    )
    .order_by(CaseTally.weight.desc(), Person.name, Person.username)
    .limit(BUSIEST)
)
_LEADING = (
    select(
        func.count(),
        func.count().filter(CaseTally.weight > func.coalesce(Person.caseload_most, bindparam("most"))),
    )
    .select_from(CaseTally)
    .join(Person, Person.username == CaseTally.detail)
    .where(
        CaseTally.what == Tally.LEAD,
        CaseTally.kind == bindparam("kind"),
        CaseTally.area == bindparam("area"),
        CaseTally.month == "",
        CaseTally.cases > 0,
    )
)
_ONE = select(Person.username, Person.name, Person.caseload_most).where(Person.username == bindparam("who"))


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


def loads_of(asker: Asker, wanted: CaseloadFilter) -> tuple[tuple[Load, ...], int, int]:
    """The busiest caseworkers, how many there are, and how many carry more than they can."""
    most = asker.settings.caseload_most
    bound = wanted.keys | {"most": most}
    workers, over = asker.session.execute(_LEADING, bound).one()
    return (
        tuple(
            Load(
                row.username, row.name, row.cases, row.weight, most if row.caseload_most is None else row.caseload_most
            )
            for row in asker.session.execute(_LOADS, bound)
        ),
        workers,
        over,
    )


def load_of_one(asker: Asker, who: str, rows: Iterable[Any]) -> tuple[Load, ...]:
    """One caseworker's load, from the rows that their cases make."""
    person = asker.session.execute(_ONE, {"who": who}).one_or_none()
    if person is None:
        return ()
    mine = [r for r in rows if r.what == Tally.LEAD and r.detail == who and (r.kind, r.area) == (tallies.ALL,) * 2]
    most = asker.settings.caseload_most if person.caseload_most is None else person.caseload_most
    return (Load(who, person.name, sum(r.cases for r in mine), sum(r.weight for r in mine), most),)
