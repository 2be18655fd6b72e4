"""What was kept before: readable texts are sealed, sealed ones bound to their place, data keys wrapped anew."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from sqlalchemy import (
    Connection,
    Text,
    bindparam,
    column,
    delete,
    func,
    insert,
    inspect,
    literal,
    or_,
    select,
    table,
    tuple_,
    type_coerce,
    update,
)
from sqlalchemy.orm import Session

from okf.clock import utc_now
from okf.errors import Unsealed
from okf.store import audit, chained, guards
from okf.store.keyring import NONCE, Keyring, data_keys, name_of, wrapped_by
from okf.store.models import AuditEvent, AuditHead, Base, DataKey, MasterKey
from okf.store.narrative import PREFIX, narratives, place_of
from okf.store.sealing import bound_to, in_hand, open_text, seal_rows, sealed, sealed_models
from okf.terms import Action, Outcome

BATCH: Final = 1000
FILES_AT_ONCE: Final = 10  # each may have 20 MB
_REWRAP: Final = update(DataKey).where(DataKey.scope == bindparam("key")).values(wrapped=bindparam("to"))

Progress = Callable[[int, int], None]
_To = Callable[[Any, str], Any]


@dataclass(frozen=True, slots=True)
class _Form:
    """How a ciphertext begins, and what it is bound to, by its key's id and its place."""

    prefix: str
    bound_to: Callable[[str, str], str]


_TO_ITS_KEY: Final = _Form("okf1:", lambda key_id, _: key_id)
_TO_ITS_PLACE: Final = _Form(PREFIX, bound_to)


def seal_what_lies_readable(connection: Connection, ring: Keyring) -> None:
    """Encrypt the texts of a database that was made before they were (0001); costs by all of them."""
    there = inspect(connection)
    with guards.GuardedSession(connection) as session, in_hand(ring, session), guards.lifted(session):
        for model in sealed_models():
            if there.has_table(model.__tablename__):
                columns = {one["name"]: one["type"] for one in there.get_columns(model.__tablename__)}
                with _without_triggers(connection, model.__tablename__):
                    _seal(session, model, columns)


class Resealing:
    """A database whose texts, files and keys a migration brings from one form into another, in batches.

    What does not open, since it was changed from outside, is left as it lies,
    and found so.
    """

    def __init__(self, session: Session, ring: Keyring, progress: Progress) -> None:
        self._session, self._connection = session, session.connection()
        self._ring, self._progress = ring, progress

    @classmethod
    @contextmanager
    def within(cls, connection: Connection, ring: Keyring, progress: Progress) -> Iterator[Resealing]:
        """Within a migration, by the keyring that it was handed."""
        with guards.GuardedSession(connection) as session, in_hand(ring, session), guards.lifted(session):
            yield cls(session, ring, progress)

    def bind_keys(self) -> None:
        """Bind each data key to its scope too, and not to its id alone (0005)."""
        self._rewrap(lambda key_id, _: key_id, name_of)

    def unbind_keys(self) -> None:
        """Back again."""
        self._rewrap(name_of, lambda key_id, _: key_id)

    def bind(self, texts: Mapping[str, str], files: Mapping[str, str]) -> None:
        """Bind each text and file to its table, column and row (0005)."""
        self._everything(texts, files, partial(self._moved, _TO_ITS_KEY, _TO_ITS_PLACE))

    def unbind(self, texts: Mapping[str, str], files: Mapping[str, str]) -> None:
        """Back again."""
        self._everything(texts, files, partial(self._moved, _TO_ITS_PLACE, _TO_ITS_KEY))

    def seal_secrets(self, name: str, column: str, scope: str) -> None:
        """Encrypt what lay readable in a column (0005)."""
        self._each(name, {column: lambda value, place: self._sealed(scope, place, value)})

    def unseal_secrets(self, name: str, column: str) -> None:
        """Back again."""
        self._each(name, {column: partial(open_text, self._ring, self._session)})

    def _sealed(self, scope: str, place: str, value: str) -> str:
        return sealed(self._ring.cipher(self._session, scope), place, value)

    def _rewrap(self, was: Callable[[str, str], str], now: Callable[[str, str], str]) -> None:
        for rows in data_keys(self._session):
            wrapped = []
            for scope, key_id, lies in rows:
                with suppress(Unsealed):
                    key, master = self._ring.unwrap(lies, was(key_id, scope)), lies.partition(":")[0]
                    wrapped.append({"key": scope, "to": self._ring.wrap(key, now(key_id, scope), master)})
            if wrapped:
                self._connection.execute(_REWRAP, wrapped)

    def _everything(self, texts: Mapping[str, str], files: Mapping[str, str], to: _To) -> None:
        every = {name: (*texts.get(name, "").split(), *files.get(name, "").split()) for name in {*texts, *files}}
        total = sum(self._connection.scalar(select(func.count()).select_from(table(name))) or 0 for name in every)
        done = 0
        for name, columns in sorted(every.items()):

            def more(many: int) -> None:
                nonlocal done
                done += many
                self._progress(done, total)

            self._each(name, dict.fromkeys(columns, to), FILES_AT_ONCE if name in files else BATCH, more)

    def _each(
        self, name: str, columns: Mapping[str, _To], batch: int = BATCH, more: Callable[[int], None] = lambda _: None
    ) -> None:
        """Write what lies in these columns of a table anew, told where it lies; `more` hears of each batch."""
        key: list[str] = inspect(self._connection).get_pk_constraint(name)["constrained_columns"]
        rows = table(name, *map(column, (*key, *columns)))
        held = tuple_(*(rows.c[one] for one in key))
        first = following = select(rows).order_by(*(rows.c[one] for one in key)).limit(batch)
        change = update(rows).where(*(rows.c[one] == bindparam(f"key_{one}") for one in key))
        change = change.values({one: bindparam(f"to_{one}") for one in columns})
        with _without_triggers(self._connection, name):
            while found := self._connection.execute(following).all():
                self._fetch(value for row in found for value in row[len(key) :] if value)
                changed = []
                for row in found:
                    own = row[: len(key)]
                    now = {
                        one: None if value is None else to(value, place_of(name, one, *own))
                        for (one, to), value in zip(columns.items(), row[len(key) :], strict=True)
                    }
                    if (*own, *now.values()) != tuple(row):
                        told = {f"key_{one}": value for one, value in zip(key, own, strict=True)}
                        changed.append(told | {f"to_{one}": value for one, value in now.items()})
                if changed:
                    with self._on_record(name, [tuple(one[f"key_{part}"] for part in key) for one in changed]):
                        self._connection.execute(change, changed)
                more(len(found))
                following = first.where(held > tuple_(*map(literal, found[-1][: len(key)])))

    @contextmanager
    def _on_record(self, name: str, keys: Sequence[tuple[Any, ...]]) -> Iterator[None]:
        """Put on record what becomes of the marks of rows that are bound to it: a mark is over texts as they lie."""
        model = {one.__tablename__: one for one in chained.chained()}.get(name)
        if model is None:
            yield
            return
        before = self._marks(model, keys)
        yield
        moved = [[key, before[key], now] for key, now in self._marks(model, keys).items() if before[key] != now]
        facts = {"did": "texts encrypted anew by a migration", chained.RESEALED: {name: moved}}
        self._append(facts)

    def _append(self, facts: Mapping[str, Any]) -> None:
        """Add an event in the form that events have until here: later migrations add to the table, and to the chain."""
        last = audit.head(self._session)
        event: dict[str, Any] = {
            "seq": last.seq + 1,
            "at": utc_now(),
            "actor": "host",
            "action": Action.ROTATE_KEYS,
            "outcome": Outcome.ALLOW,
            "case_ref": None,
            "subject": None,
            "session_id": None,
            "clauses": [],
            "reasons": [],
            "facts": facts,
            "before": last.hash,
        }
        event["hash"] = audit.link(event)
        kept = AuditEvent.__table__.c
        events = table(AuditEvent.__tablename__, *(column(name, kept[name].type) for name in event))
        self._connection.execute(insert(events), event)
        self._connection.execute(update(AuditHead).values(seq=event["seq"], hash=event["hash"]))

    def _marks(self, model: type[Base], keys: Sequence[tuple[Any, ...]]) -> dict[str, str]:
        """The marks of these rows, by what there is of a table that later migrations add to."""
        here = {one["name"] for one in inspect(self._connection).get_columns(model.__tablename__)}
        rows = chained.rows_of(model)
        rows = rows.with_only_columns(*(one for one in rows.selected_columns if one.name in here))
        found = self._connection.execute(rows.where(tuple_(*model.__table__.primary_key).in_(keys)))
        return {mark[0]: mark[1] for mark in (chained.mark_of(model, row) for row in found)}

    def _fetch(self, values: Iterable[str | bytes]) -> None:
        heads = (value[:60] if isinstance(value, str) else value[:60].decode("latin-1") for value in values)
        self._ring.fetch(self._session, {head.split(":", 2)[1] for head in heads if head.count(":") > 1})

    def _moved(self, was: _Form, now: _Form, value: str | bytes, place: str) -> str | bytes:
        """A text or file in another form; as it lies, where it is not of this one."""
        lies = value.encode() if isinstance(value, str) else value
        if not lies.startswith(was.prefix.encode()):
            return value
        head, _, token = lies.removeprefix(was.prefix.encode()).partition(b":")
        try:
            key_id = head.decode("ascii")
            cipher = self._ring.by_id(self._session, key_id)
            token = base64.b64decode(token, validate=True) if isinstance(value, str) else token
            words = cipher.decrypt(token[:NONCE], token[NONCE:], was.bound_to(key_id, place).encode())
        except (InvalidTag, ValueError, Unsealed):
            return value
        nonce = os.urandom(NONCE)
        token = nonce + cipher.encrypt(nonce, words, now.bound_to(key_id, place).encode())
        begins = f"{now.prefix}{key_id}:"
        return begins + base64.b64encode(token).decode() if isinstance(value, str) else begins.encode() + token


def rewrap(session: Session, ring: Keyring, progress: Callable[[int, int], None]) -> int:
    """Wrap every data key by a new master key, and tell the database its name; how many keys there are.

    The key file holds the old and the new one until `settle`, so that a fault in between loses nothing. The caller
    holds it, by the keyring's `changing`, from before this until after that.
    """
    master = ring.renew(wrapped_by(session).keys())
    total = session.scalar(select(func.count()).select_from(DataKey)) or 0
    done = 0
    for rows in data_keys(session):
        wrapped = [
            {
                "key": scope,
                "to": ring.wrap(ring.unwrap(wrapped, name_of(key_id, scope)), name_of(key_id, scope), master),
            }
            for scope, key_id, wrapped in rows
        ]
        session.connection().execute(_REWRAP, wrapped)
        done += len(rows)
        progress(done, total)
    session.execute(delete(MasterKey))
    session.execute(insert(MasterKey), {"id": master})
    return total


def settle(session: Session, ring: Keyring) -> None:
    """Archive the master keys by which nothing is wrapped any more, once that is committed."""
    ring.retire(wrapped_by(session).keys())


def _seal(session: Session, model: Any, here: Mapping[str, Any]) -> None:
    """Seal a table's texts, as far as it has them yet: a narrative is kept in a column without a length."""
    rows = model.__table__
    names = [name for name in narratives(model) if isinstance(here.get(name), Text)]
    if not names:
        return
    keys = [one.name for one in rows.primary_key.columns]
    plain = [type_coerce(rows.c[name], Text) for name in names]
    readable = or_(*(one.is_not(None) & ~one.startswith(PREFIX, autoescape=True) for one in plain))
    others = [one for one in rows.columns if one.name in here and one.name not in narratives(model)]
    found = select(*others, *(one.label(name) for one, name in zip(plain, names, strict=True)))
    change = update(rows).where(*(rows.c[key] == bindparam(f"key_{key}") for key in keys))
    change = change.values({name: bindparam(f"to_{name}") for name in names})
    while lying := [dict(row._mapping) for row in session.execute(found.where(readable).limit(BATCH))]:
        session.connection().execute(
            change,
            [
                {f"key_{key}": row[key] for key in keys} | {f"to_{name}": row[name] for name in names}
                for row in seal_rows(session, model, lying)
            ],
        )


@contextmanager
def _without_triggers(connection: Connection, name: str) -> Iterator[None]:
    """While it lasts, what SQL refuses on this table, or does beside it, is not; then as it was."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f'ALTER TABLE "{name}" DISABLE TRIGGER USER')
        yield
        connection.exec_driver_sql(f'ALTER TABLE "{name}" ENABLE TRIGGER USER')
        return
    asked = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
    triggers = connection.exec_driver_sql(asked, (name,)).all()
    for trigger, _ in triggers:
        connection.exec_driver_sql(f'DROP TRIGGER "{trigger}"')
    yield
    for _, made_by in triggers:
        connection.exec_driver_sql(made_by)
