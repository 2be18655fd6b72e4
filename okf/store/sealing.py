"""Texts and files sealed on their way into the database, each bound to its place there, and opened on their way out."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, partial
from types import SimpleNamespace
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from sqlalchemy import LargeBinary, Text, event, func, inspect, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Mapper, Session

from okf.errors import Unsealed, not_shown
from okf.store.keyring import NONCE, Cipher, Keyring, decrypt, encrypt
from okf.store.models.base import Base
from okf.store.narrative import APART, OPENER, PREFIX, Ciphertext, Sealed, Told, Unbound, narratives, place_of

KEYRING: Final = "keyring"


@contextmanager
def in_hand(ring: Keyring, session: Session) -> Iterator[None]:
    """While it lasts, narratives read are opened by this keyring."""
    session.info[KEYRING] = ring
    token = OPENER.set(partial(open_text, ring, session))
    try:
        yield
    finally:
        OPENER.reset(token)


@contextmanager
def astray_said(session: Session) -> Iterator[None]:
    """While it lasts, words that do not open read as a sentence that says so: for a list that is only shown.

    Never where words decide something, or go out.
    """

    def opened(value: str, place: str) -> str:
        try:
            return open_text(session.info[KEYRING], session, value, place)
        except Unsealed as error:
            return not_shown(error)

    token = OPENER.set(opened)
    try:
        yield
    finally:
        OPENER.reset(token)


def keys_in_hand(session: Session, scopes: Collection[str]) -> None:
    """Fetch the data keys of many scopes at once, before their texts are read. The session must be a writing one."""
    session.info[KEYRING].ciphers(session, scopes)


def seal_bytes(session: Session, column: InstrumentedAttribute[bytes], key: str, scope: str, content: bytes) -> bytes:
    """A file's content encrypted under a scope's data key, for the row of a key. The session must be a writing one."""
    key_id, cipher = session.info[KEYRING].cipher(session, scope)
    nonce = os.urandom(NONCE)
    sealed = cipher.encrypt(nonce, content, bound_to(key_id, _place(column, key)).encode())
    return f"{PREFIX}{key_id}:".encode() + nonce + sealed


def open_bytes(session: Session, column: InstrumentedAttribute[bytes], key: str, content: bytes) -> bytes:
    """What `seal_bytes` encrypted for the row of this key.

    Raises:
        Unsealed: it was changed from outside, or is another row's.
    """
    place = _place(column, key)
    if not content.startswith(PREFIX.encode()):
        raise Unsealed("a file lies readable in the database, or as an older Casebook kept it", place)
    key_id, _, token = content.removeprefix(PREFIX.encode()).partition(b":")
    try:
        cipher = session.info[KEYRING].by_id(session, key_id.decode())
        return bytes(cipher.decrypt(token[:NONCE], token[NONCE:], bound_to(key_id.decode(), place).encode()))
    except (InvalidTag, ValueError, Unsealed) as error:
        raise Unsealed("a file was changed from outside, or is another row's", place) from error


def seal_rows(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows for a statement in bulk, their narratives encrypted; those without a number get theirs with it."""
    names = narratives(model)
    told = [dict(row) for row in rows]
    if not names:
        return told
    counted = _counted(inspect(model))
    if counted and told and told[0].get(counted) is None:
        for row, number in zip(told, _numbers(session, model, len(told)), strict=True):
            row[counted] = number
    scopes = [_scope(model, row) if any(row.get(name) is not None for name in names) else "" for row in told]
    ciphers = session.info[KEYRING].ciphers(session, set(scopes) - {""})
    key = [column.name for column in inspect(model).primary_key]
    for row, scope in zip(told, scopes, strict=True):
        for name in names:
            if row.get(name) is not None:
                row[name] = sealed(ciphers[scope], place_of(_table(model), name, *map(row.get, key)), row[name])
    return told


def seal_row(
    session: Session, model: type[Base], row: Mapping[str, Any], of: Mapping[str, Any], key: Sequence[object]
) -> dict[str, Any]:
    """Values for an update in bulk, their narratives encrypted under the scope of the row `of`, which has this key."""
    told = dict(row)
    for name in narratives(model):
        if told.get(name) is not None:
            cipher = session.info[KEYRING].cipher(session, _scope(model, of))
            told[name] = sealed(cipher, place_of(_table(model), name, *key), told[name])
    return told


def sealed_models() -> list[type[Base]]:
    """The models that have texts or files under a key."""
    every = [mapper.class_ for mapper in Base.registry.mappers]
    return sorted((one for one in every if narratives(one) or _files(one)), key=_table)


def astray(session: Session, model: type[Base]) -> Iterator[tuple[Any, str]]:
    """The rows of a table, and of each the column, whose text or file does not open where it lies; costs by all."""
    rows, names, ring = model.__table__, narratives(model), session.info[KEYRING]
    files = _files(model)
    lying = [
        type_coerce(column, Text).label(column.name) if column.name in names else column for column in rows.columns
    ]
    for page in session.execute(select(*lying), execution_options={"yield_per": 10 if files else 1_000}).partitions():
        told = [getattr(row, name) for row in page for name in names]
        ring.fetch(session, {text.split(":", 2)[1] for text in told if text and text.count(":") > 1})
        for row in page:
            key = [getattr(row, column.name) for column in rows.primary_key]
            for name in (*names, *files):
                value = getattr(row, name)
                try:
                    if name in files:
                        open_bytes(session, getattr(model, name), key[0], value)
                    elif value is not None:
                        open_text(ring, session, value, place_of(_table(model), name, *key))
                except Unsealed:
                    yield row, name


def sealed(key: Cipher, place: str, text: str) -> Ciphertext:
    """A text encrypted by this key, for this place alone."""
    key_id, cipher = key
    return Ciphertext(f"{PREFIX}{key_id}:{encrypt(cipher, text.encode(), bound_to(key_id, place))}")


def bound_to(key_id: str, place: str) -> str:
    """What a ciphertext is authenticated with: its key, and where it lies."""
    return APART.join((key_id, place))


def _place(column: InstrumentedAttribute[bytes], key: str) -> str:
    return place_of(_table(column.class_), column.key, key)


def _files(model: type[Base]) -> list[str]:
    return [column.name for column in model.__table__.columns if isinstance(column.type, LargeBinary)]


def _table(model: Any) -> str:
    return str(model.__tablename__)


def _scope(model: Any, row: Mapping[str, Any]) -> str:
    return str(model.sealed_under(SimpleNamespace(**{"case_ref": None, **row})))


@event.listens_for(Session, "before_flush")
def _seal_flush(session: Session, *_: Any) -> None:
    """Give every new or changed narrative its key, with a query for all that are new."""
    _number(session)
    waiting: list[tuple[Sealed, str, str, str]] = []
    for row in (*session.new, *session.dirty):
        if isinstance(row, Sealed):
            state = inspect(row)
            if state.persistent and state.identity != tuple(state.mapper.primary_key_from_instance(row)):
                raise Unbound("a row with texts was given another key: they are bound to the one that it had")
            for name in _narratives(state.mapper):
                value = row.__dict__.get(name)
                if value is not None and _changed(row, name):
                    waiting.append((row, name, value, row.sealed_under()))
    if waiting:
        ciphers = session.info[KEYRING].ciphers(session, {scope for *_, scope in waiting})
        for row, name, value, scope in waiting:
            key = inspect(row).mapper.primary_key_from_instance(row)
            told = Told(value)
            told.seal = partial(sealed, ciphers[scope], place_of(_table(row), name, *key))
            setattr(row, name, told)


def _number(session: Session) -> None:
    """Give new rows their numbers before they are written: a text is bound to its row's."""
    waiting: dict[type[Any], list[Any]] = defaultdict(list)
    for row in session.new:
        counted = _counted(inspect(row).mapper) if isinstance(row, Sealed) else None
        if counted and getattr(row, counted) is None:
            waiting[type(row)].append(row)
    for model, rows in waiting.items():
        for row, number in zip(rows, _numbers(session, model, len(rows)), strict=True):
            setattr(row, str(_counted(inspect(model))), number)


def _numbers(session: Session, model: type[Base], many: int) -> Sequence[int]:
    """The next numbers of a table's rows, as the database would give them; nobody else writes meanwhile."""
    counted = model.__table__.c[str(_counted(inspect(model)))]
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        following = func.nextval(func.pg_get_serial_sequence(_table(model), counted.name))
        return connection.scalars(select(following).select_from(func.generate_series(1, many).table_valued())).all()
    last = connection.scalar(select(func.max(counted))) or 0
    return range(last + 1, last + 1 + many)


@cache
def _counted(mapper: Mapper[Any]) -> str | None:
    """The key that the database counts up by itself, if it is such a table."""
    column = getattr(mapper.local_table, "autoincrement_column", None)
    return None if column is None else str(column.name)


@cache
def _narratives(mapper: Mapper[Any]) -> tuple[str, ...]:
    return narratives(mapper.class_)


def _changed(row: Any, name: str) -> bool:
    kept = inspect(row)  # what is put in again, after it was undone, has no history
    return bool(kept.pending or kept.attrs[name].history.has_changes())


@event.listens_for(Session, "after_commit")
def _share(session: Session) -> None:
    """A data key is everybody's once it is in the database; after a savepoint it is not yet."""
    if KEYRING in session.info and not session.in_nested_transaction():
        session.info[KEYRING].share(session)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, _: Any) -> None:
    """A data key that was made in what is undone is no key any more."""
    if KEYRING in session.info:
        session.info[KEYRING].forget(session)


def open_text(ring: Keyring, session: Session, value: str, place: str) -> str:
    """What `sealed` encrypted for this place.

    Raises:
        Unsealed: it was changed from outside, or is another's.
    """
    if not place or not value.startswith(PREFIX):
        raise Unsealed("a text lies readable in the database, or as an older Casebook kept it", place)
    key_id, _, token = value.removeprefix(PREFIX).partition(":")
    try:
        return decrypt(ring.by_id(session, key_id), token, bound_to(key_id, place)).decode()
    except Unsealed as error:
        raise Unsealed("a text was changed from outside, or is another row's", place) from error
