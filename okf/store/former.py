"""What people were before, kept in the transaction that changes it, and the names by which they were known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import bindparam, insert, literal, select
from sqlalchemy.orm import Session

from okf.store.models import FormerPerson, Person

R = TypeVar("R", bound=Any)  # a dataclass with a username and a name
KEPT: Final = frozenset({"name", "capacity", "organisation", "left_at"})
_BATCH: Final = 500
_KEYS: Any = bindparam("keys", expanding=True)
_NOW = select(Person.username, Person.name).where(Person.username.in_(_KEYS))
_BEFORE = (
    select(FormerPerson.person, FormerPerson.until, FormerPerson.name)
    .where(FormerPerson.person.in_(_KEYS))
    .order_by(FormerPerson.until, FormerPerson.id)
)


@dataclass(frozen=True, slots=True)
class Names:
    """How somebody is called, and was until which instant, oldest first."""

    now: str
    before: tuple[tuple[datetime, str], ...] = ()

    @property
    def former(self) -> tuple[str, ...]:
        """The names that they no longer have, the last one first."""
        return tuple(name for name in dict.fromkeys(name for _, name in reversed(self.before)) if name != self.now)

    def at(self, instant: datetime) -> str:
        """Their name at an instant."""
        return next((name for until, name in self.before if instant < until), self.now)

    def in_words(self, instant: datetime | None = None) -> str:
        """Their name with those that they had before; of an instant, the name of then with the one they have now."""
        if instant is None:
            return f"{self.now} (formerly {', '.join(self.former)})" if self.former else self.now
        then = self.at(instant)
        return then if then == self.now else f"{then} (now {self.now})"


def keep(session: Session, at: datetime, usernames: Collection[str]) -> None:
    """Keep these people as they are on file, before one of `KEPT` is changed at this instant.

    `left_at` needs it where it has come already: until then it tells of
    itself from when on the account is off.
    """
    session.flush()
    columns = ("person", "until", "name", "name_folded", "capacity", "organisation", "left_at")
    present = select(
        Person.username,
        literal(at, FormerPerson.until.type),
        Person.name,
        Person.name_folded,
        Person.capacity,
        Person.organisation,
        Person.left_at,
    )
    keys = sorted(usernames)
    for start in range(0, len(keys), _BATCH):
        theirs = present.where(Person.username.in_(keys[start : start + _BATCH]))
        session.execute(insert(FormerPerson).from_select(columns, theirs, include_defaults=False))


def names(session: Session, usernames: Collection[str]) -> Mapping[str, Names]:
    """The names of these people, of those on file; two queries for some hundreds."""
    keys = sorted(usernames)
    batches = [keys[start : start + _BATCH] for start in range(0, len(keys), _BATCH)]
    now = {row.username: row.name for batch in batches for row in session.execute(_NOW, {"keys": batch})}
    before: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for batch in batches:
        for person, until, name in session.execute(_BEFORE, {"keys": batch}):
            before[person].append((until, name))
    return {username: Names(name, tuple(before[username])) for username, name in now.items()}


def with_former_names(session: Session, rows: Sequence[R]) -> tuple[R, ...]:
    """These rows of people, each name with those that it was before: a search finds somebody by any of them."""
    known = names(session, {row.username for row in rows})
    return tuple(replace(row, name=known[row.username].in_words()) for row in rows)
