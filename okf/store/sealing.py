"""Texts and files sealed on their way into the database, and opened on their way out."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, partial
from types import SimpleNamespace
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import event, inspect
from sqlalchemy.orm import Mapper, Session

from okf.store.keyring import NONCE, Keyring, decrypt, encrypt
from okf.store.models.base import Base
from okf.store.narrative import OPENER, PREFIX, Ciphertext, Sealed, Told, Unsealed, narratives

KEYRING: Final = "keyring"


@contextmanager
def in_hand(ring: Keyring, session: Session) -> Iterator[None]:
    """While it lasts, narratives read are opened by this keyring."""
    session.info[KEYRING] = ring
    token = OPENER.set(partial(_open, ring, session))
    try:
        yield
    finally:
        OPENER.reset(token)


def sealed_text(session: Session, scope: str, text: str) -> Ciphertext:
    """A text encrypted under a scope's data key, for statements in bulk. The session must be a writing one."""
    key_id, cipher = session.info[KEYRING].cipher(session, scope)
    return _sealed(key_id, cipher, text)


def keys_in_hand(session: Session, scopes: Collection[str]) -> None:
    """Fetch the data keys of many scopes at once, before their texts are read. The session must be a writing one."""
    session.info[KEYRING].ciphers(session, scopes)


def seal_bytes(session: Session, scope: str, content: bytes) -> bytes:
    """A file's content encrypted under a scope's data key. The session must be a writing one."""
    key_id, cipher = session.info[KEYRING].cipher(session, scope)
    nonce = os.urandom(NONCE)
    return f"{PREFIX}{key_id}:".encode() + nonce + cipher.encrypt(nonce, content, key_id.encode())


def open_bytes(session: Session, content: bytes) -> bytes:
    """What `seal_bytes` encrypted.

    Raises:
        Unsealed: it was changed from outside.
    """
    head, key_id, token = content.split(b":", 2)
    if head + b":" != PREFIX.encode():
        raise Unsealed("a file lies readable in the database")
    cipher = session.info[KEYRING].by_id(session, key_id.decode())
    try:
        return cipher.decrypt(token[:NONCE], token[NONCE:], key_id)
    except InvalidTag as error:
        raise Unsealed("a file was changed from outside") from error


def seal_rows(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows for a statement in bulk, their narratives encrypted."""
    names = narratives(model)
    if not names:
        return [dict(row) for row in rows]
    scopes = [_scope(model, row) if any(row.get(name) is not None for name in names) else "" for row in rows]
    session.info[KEYRING].ciphers(session, set(scopes) - {""})
    return [
        {
            name: sealed_text(session, scope, value) if name in names and value is not None else value
            for name, value in row.items()
        }
        for row, scope in zip(rows, scopes, strict=True)
    ]


def seal_row(session: Session, model: type[Base], row: Mapping[str, Any], of: Mapping[str, Any]) -> dict[str, Any]:
    """Values for an update in bulk, their narratives encrypted under the scope of the row that they are `of`."""
    names = narratives(model)
    return {
        name: sealed_text(session, _scope(model, of), value) if name in names and value is not None else value
        for name, value in row.items()
    }


def _scope(model: Any, row: Mapping[str, Any]) -> str:
    return str(model.sealed_under(SimpleNamespace(**{"case_ref": None, **row})))


@event.listens_for(Session, "before_flush")
def _seal_flush(session: Session, *_: Any) -> None:
    """Give every new or changed narrative its key, with a query for all that are new."""
    waiting: list[tuple[Sealed, str, str, str]] = []
    for row in (*session.new, *session.dirty):
        if isinstance(row, Sealed):
            for name in _narratives(inspect(row).mapper):
                value = row.__dict__.get(name)
                if value is not None and _changed(row, name):
                    waiting.append((row, name, value, row.sealed_under()))
    if waiting:
        ciphers = session.info[KEYRING].ciphers(session, {scope for *_, scope in waiting})
        for row, name, value, scope in waiting:
            told = Told(value)
            told.seal = partial(_sealed, *ciphers[scope])
            setattr(row, name, told)


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


def _sealed(key_id: str, cipher: AESGCM, text: str) -> Ciphertext:
    return Ciphertext(f"{PREFIX}{key_id}:{encrypt(cipher, text.encode(), key_id)}")


def _open(ring: Keyring, session: Session, value: str) -> str:
    if not value.startswith(PREFIX):
        raise Unsealed("a text lies readable in the database")
    key_id, _, token = value.removeprefix(PREFIX).partition(":")
    return decrypt(ring.by_id(session, key_id), token, key_id).decode()
