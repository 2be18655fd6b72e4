"""Bring a database to today's tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from okf.store import guards, tallies
from okf.store.backfill import count_accesses
from okf.store.engine import PATIENCE, WRITES, Store
from okf.store.resealing import seal_what_lies_readable
from okf.store.revision import MIGRATIONS, revision_of


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration, bound to one connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    if connection is not None:
        config.attributes["connection"] = connection
    return config


def migrate(store: Store, revision: str = "head") -> None:
    """Bring the database to a revision, today's by default, in one transaction."""
    with _altering(store) as connection, connection.begin(), guards.unguarded(connection):
        if store.engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7031498)")  # two starts at once
        before = revision_of(connection)
        tallies.unwatch(connection)
        if revision != "base" and (revision == "head" or before is None or revision > before):
            command.upgrade(configuration(connection), revision)
            if before == "0001" and revision != "0001":  # its texts were not encrypted yet
                seal_what_lies_readable(connection, store.keyring)
            if before in ("0001", "0002") and revision in ("head", "0003"):
                count_accesses(connection)
        else:
            command.downgrade(configuration(connection), revision)
        if revision == "head":  # the figures are today's Casebook's own, whatever it came from
            if revision_of(connection) != before:
                tallies.recount(connection)
            tallies.watch(connection)


@contextmanager
def _altering(store: Store) -> Iterator[Connection]:
    """A writing connection on which SQLite lets a table be made anew that others refer to; all is checked after it."""
    with store.engine.execution_options(**{WRITES: PATIENCE}).connect() as connection:
        if store.engine.dialect.name == "postgresql":
            yield connection
            return
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys = OFF")
        try:
            yield connection
            if driver.execute("PRAGMA foreign_key_check").fetchone():
                raise RuntimeError("a migration left a row that refers to nothing")
        finally:
            driver.execute("PRAGMA foreign_keys = ON")
