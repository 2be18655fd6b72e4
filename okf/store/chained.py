"""Safeguarding rows bound to the audit record: the event of a deed carries a hash of each that the deed wrote.

A row's hash is over what SQL refuses to change in it (`SEALED`), its words
as they lie encrypted: so it tells nothing, and a word changed, a row put in
or one taken out past the desk no longer fits its event. `assure` compares.
Whom a concern is about is hashed as a whole, so that its event has the same
shape whether anybody named is known here or not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Text, bindparam, event, inspect, select, tuple_, type_coerce
from sqlalchemy.orm import Session

from okf.store.guards import SEALED, GuardedSession
from okf.store.models import Base, Concern, ConcernAbout
from okf.store.narrative import Narrative

FACT: Final = "sealed"
RESEALED: Final = "resealed"  # of a migration's event: what the marks of rows were that it encrypted anew, and are
ABOUT: Final = ConcernAbout.__tablename__
_WRITTEN: Final = "written_in_this_deed"
_ABOUT: Final = (
    select(ConcernAbout.concern_ref, ConcernAbout.service_user, ConcernAbout.person)
    .where(ConcernAbout.concern_ref.in_(bindparam("keys", expanding=True)))
    .order_by(ConcernAbout.id)
)

Mark = list[str]
Marks = dict[str, list[Mark]]


@cache
def chained() -> tuple[type[Base], ...]:
    """The tables whose rows are bound to the record: concerns, and every sealed table that hangs on one."""
    return tuple(model for model in SEALED if model is Concern or "concern_ref" in model.__table__.columns)


@cache
def rows_of(model: type[Base]) -> Select[Any]:
    """What is hashed of a table's rows, their words as they lie in the database."""
    return select(*(_as_it_lies(column) for column in model.__table__.columns if column.name in _hashed(model)))


def mark_of(model: type[Base], row: Any) -> Mark:
    """A row's key as one word, and the hash of what must not change in it.

    What is empty is left out, so that a column which comes later changes no mark.
    """
    kept = {name: _plain(value) for name, value in row._mapping.items() if value is not None}
    return ["\n".join(str(one) for one in _key_of(model, row)), _hash(kept)]


def about_marks(session: Session, refs: Collection[str]) -> list[Mark]:
    """Of each concern, a hash of everybody whom it is about."""
    about: dict[str, list[Any]] = {ref: [] for ref in refs}
    for row in session.execute(_ABOUT, {"keys": list(about)}):
        about[row.concern_ref].append([row.service_user, row.person])
    return [[ref, _hash([ref, *people])] for ref, people in about.items()]


def written_marks(session: Session) -> Marks:
    """The marks of what this session has written so far."""
    told: Marks = {}
    written: dict[type[Base], set[Any]] = session.info.get(_WRITTEN, {})
    for model, keys in written.items():
        if model is ConcernAbout:
            told |= {ABOUT: about_marks(session, sorted(keys))} if keys else {}
        else:
            key = inspect(model).primary_key
            rows = session.execute(rows_of(model).where(tuple_(*key).in_(keys)).order_by(*key))
            told[model.__tablename__] = [mark_of(model, row) for row in rows]
    return told


def events(
    session: Session, subject: str | None, facts: Mapping[str, Any], per_subject: Mapping[str | None, Collection[str]]
) -> Iterator[tuple[str | None, dict[str, Any]]]:
    """The subjects of a deed, each with what its event says: one, or each of `per_subject` with the rows of these keys.

    What was done to many at once is told of each alone, so that whoever may
    not know of one of them doesn't learn of it from the others' events.
    """
    sealed, many = written_marks(session), dict[str | None, Collection[str] | None](per_subject)
    for about, keys in (many or {subject: None}).items():
        told = {table: [mark for mark in marks if keys is None or mark[0] in keys] for table, marks in sealed.items()}
        told = {table: marks for table, marks in told.items() if marks}
        yield about, {**facts, **({FACT: told} if told else {})}


def about_written(session: Session, refs: Iterable[str]) -> None:
    """Say that whom these concerns are about was written by statements in bulk, which no flush tells of."""
    session.info.setdefault(_WRITTEN, {}).setdefault(ConcernAbout, set()).update(refs)


@event.listens_for(GuardedSession, "after_flush")
def _remember(session: Session, *_: Any) -> None:
    about_written(session, (row.ref for row in session.new if isinstance(row, Concern)))
    changed = (*session.new, *session.dirty, *session.deleted)
    about_written(session, (row.concern_ref for row in changed if isinstance(row, ConcernAbout)))
    for row in session.new:
        if type(row) in chained():
            session.info[_WRITTEN].setdefault(type(row), set()).add(_key_of(type(row), row))


def _key_of(model: type[Base], row: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, column.name) for column in inspect(model).primary_key)


@cache
def _hashed(model: type[Base]) -> frozenset[str]:
    """The columns that are sealed, and the key; all of them where every UPDATE is refused."""
    for what in SEALED[model]:
        if what.startswith("UPDATE OF "):
            key = (column.name for column in inspect(model).primary_key)
            return frozenset({*key, *(name.strip() for name in what.removeprefix("UPDATE OF ").split(","))})
    return frozenset(column.name for column in model.__table__.columns)


def _as_it_lies(column: Any) -> ColumnElement[Any]:
    return type_coerce(column, Text).label(column.name) if isinstance(column.type, Narrative) else column


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _hash(values: Mapping[str, Any] | list[Any]) -> str:
    told = json.dumps(values, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()[:32]
