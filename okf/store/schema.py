"""Bring a database to today's tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import DDL, Connection

from okf.clock import utc_now
from okf.errors import StoreUnavailable
from okf.store import guards, marks, row_marks, tallies
from okf.store.backfill import bind_what_is_there, count_accesses, seal_what_was_raised, unseal_what_was_raised
from okf.store.clocks import SINCE as CLOCKS_SINCE, fill_clocks, take_clocks_away
from okf.store.contact_backfill import give_sources, take_sources_away
from okf.store.engine import PATIENCE, WRITES, Store
from okf.store.resealing import Progress, seal_what_lies_readable
from okf.store.revision import MIGRATIONS, newest_revision, require_current, revision_of
from okf.store.sealing import in_hand


def configuration(connection: Connection | None = None, **handed: Any) -> Config:
    """Alembic's configuration, bound to one connection; what the migrations are handed beside it."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    if connection is not None:
        config.attributes["connection"] = connection
    config.attributes.update(handed)
    return config


def migrate(store: Store, revision: str = "head", progress: Progress = lambda *_: None) -> None:
    """Bring the database to a revision, today's by default, in one transaction.

    `progress` is told of the texts that are encrypted anew: how many rows are done, of how many.
    """
    with _altering(store) as connection, connection.begin(), guards.unguarded(connection):
        if store.engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7031498)")  # two starts at once
        before = revision_of(connection)
        if before == newest_revision() and revision not in ("head", before):
            take_sources_away(connection, store.keyring)
            if revision < CLOCKS_SINCE:
                take_clocks_away(connection, store.keyring)
            unseal_what_was_raised(connection, store.keyring)
        tallies.unwatch(connection)
        config = configuration(connection, keyring=store.keyring, progress=progress)
        row_marks.unwatch(connection)
        if revision != "base" and (revision == "head" or before is None or revision > before):
            if before == "0001" and revision != "0001":  # its texts were not encrypted yet
                command.upgrade(config, "0002")
                seal_what_lies_readable(connection, store.keyring)
            command.upgrade(config, revision)
            if before in ("0001", "0002") and revision in ("head", "0003"):
                count_accesses(connection)
        else:
            command.downgrade(config, revision)
        if revision == "head":  # the figures are today's Casebook's own, whatever it came from
            if revision_of(connection) != before:
                tallies.recount(connection)
            tallies.watch(connection)
            row_marks.watch(connection)
            _seal_again(connection)
            if before not in (None, revision_of(connection)):
                give_sources(connection, store.keyring)
                fill_clocks(connection, store.keyring)
                bind_what_is_there(connection, store.keyring)
                if before < "0019":
                    seal_what_was_raised(connection, store.keyring)
            if before == "0001":
                with guards.GuardedSession(connection) as session, in_hand(store.keyring, session):
                    marks.put_unmarked_agreements_on_record(session, utc_now())


def migrate_to_serve(store: Store) -> None:
    """Bring the database up to date; one that can't be written now, as on a full disk, is served if it is so already.

    Then a concern can be raised, into the inbox.

    Raises:
        StoreUnavailable: it can't be read either.
        Misconfigured: it can't be written, and is not up to date.
    """
    try:
        migrate(store)
    except StoreUnavailable:
        require_current(store)


def _seal_again(connection: Connection) -> None:
    """Put back the seals that somebody took off."""
    dialect = connection.dialect.name
    for statement in (*guards.unseals(dialect, guards.sealed_tables()), *guards.seals(dialect)):
        connection.execute(DDL(statement.replace("%", "%%")))


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
