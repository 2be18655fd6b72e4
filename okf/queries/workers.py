"""People who work here, for the lists in which somebody is chosen."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, exists, func, or_, select

from okf.desk import Desk
from okf.queries.asking import asking
from okf.store.models import Person, PersonRole
from okf.terms import Action, Capacity, Role

MOST = 200

_HERE = (
    select(Person.username, Person.name, Person.capacity)
    .where(or_(Person.left_at.is_(None), Person.left_at > bindparam("at", type_=Person.left_at.type)))
    .order_by(Person.name, Person.username)
    .limit(MOST)
)
_NAMED = _HERE.where(
    or_(func.lower(Person.name).like(bindparam("like"), escape="\\"), Person.username == bindparam("exact"))
)
_CASEWORKERS = _HERE.where(
    exists().where(PersonRole.person == Person.username, PersonRole.role == Role.CASEWORKER, PersonRole.until.is_(None))
)


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody who may be chosen."""

    username: str
    name: str
    capacity: Capacity

    def __str__(self) -> str:
        return f"{self.name} ({self.username})"


def caseworkers(desk: Desk) -> tuple[Worker, ...]:
    """Caseworkers by name, at most two hundred, for those who run the caseload.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.LIST_CASELOAD) as asker:
        return tuple(Worker(*row) for row in asker.session.execute(_CASEWORKERS, {"at": asker.at}))


def workers_named(desk: Desk, words: str = "") -> tuple[Worker, ...]:
    """People with an active account whose name has these letters, at most two hundred, for those who grant.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.SEE_CASE_ACCESS) as asker:
        if not words.strip():
            return tuple(Worker(*row) for row in asker.session.execute(_HERE, {"at": asker.at}))
        sought = words.strip().lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        bound = {"at": asker.at, "like": f"%{sought}%", "exact": words.strip()}
        return tuple(Worker(*row) for row in asker.session.execute(_NAMED, bound))
