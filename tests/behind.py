"""What somebody does who has the database itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from okf.store import guards, row_marks
from okf.store.engine import Store


@contextmanager
def behind_casebook(store: Store) -> Iterator[Connection]:
    """A connection past Casebook's guards; the database's own seals still hold."""
    with store.engine.begin() as connection, guards.unguarded(connection):
        yield connection


@contextmanager
def unrecorded(store: Store) -> Iterator[Session]:
    """A session for rows that no deed wrote, and that Casebook takes as its own: how a test's world comes about."""
    with store.writing() as session:
        with guards.lifted(session):
            yield session
        row_marks.bind(session, None)
