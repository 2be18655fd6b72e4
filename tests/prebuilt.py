"""Charities that many tests begin with, built once: each test gets a copy of the database and its keys.

It goes for every fixture that takes `world` alone and gives it back, or words, or a dataclass around it: what it
writes is the same for each of its tests. Sentences of a world cost some milliseconds each, and a copy costs one.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from psycopg import sql

from okf.settings import Settings
from okf.store.engine import Store, database_file, open_store
from tests.world import World

Builds = Callable[[World], Any]
Empty = AbstractContextManager[Settings]
WORDS = (str, int, type(None))
_NO_ROW = 21  # bytes of a table without one
_COPY = sql.SQL("COPY {} {} (FORMAT binary)")


class Rows(NamedTuple):
    """What a database on a server holds."""

    tables: dict[str, bytes]
    counts: dict[str, int]


@dataclass(frozen=True)
class Prebuilt:
    """What a fixture built, and where: a database on a server is empty again by now, so its rows are here."""

    builds: Builds
    settings: Settings
    store: Store
    rows: Rows | None
    state: dict[str, Any]
    given: Any

    @property
    def keys(self) -> Iterable[Path]:
        """The keys of its database, and the ledger beside them."""
        return self.settings.key_file.parent.iterdir()

    def given_to(self, world: World) -> Any:
        """What the fixture would have given for this world, whose store is open on a copy."""
        vars(world).update(self.state)
        known, ring = self.store.keyring._opened, world.store.keyring._opened
        ring.hold(known.by_id, known.of_scope)  # whoever has built it has its keys open already
        ring.secrets.update(known.secrets)
        if isinstance(self.given, World):
            return world
        return self.given if isinstance(self.given, WORDS) else replace(self.given, world=world)


_BUILT: dict[tuple[Builds, str], Prebuilt | None] = {}


def prebuilt_for(request: pytest.FixtureRequest, database: str, empty: Callable[[], Empty]) -> Prebuilt | None:
    """What the first such fixture of this test builds; `empty` makes the database that it is built in."""
    builds = next(_builders(request), None)
    if builds is None:
        return None
    if (builds, database) not in _BUILT:
        with empty() as settings:
            store = open_store(settings)
            world = World(store)
            given = builds(world)
            store.close()
            rows = None if database_file(settings) else _rows_in(settings.database_url)
        state = {name: value for name, value in vars(world).items() if name != "store"}
        made = Prebuilt(builds, settings, store, rows, state, given)
        _BUILT[builds, database] = made if _can_be_given_again(given, world) else None
    return _BUILT[builds, database]


def _rows_in(server: str) -> Rows:
    """All that a database on a server holds: the rows of each table, as it hands them out itself, and its counts."""
    with psycopg.connect(server) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        rows = {}
        for (table,) in tables:
            with connection.cursor().copy(_COPY.format(sql.Identifier(table), sql.SQL("TO STDOUT"))) as copied:
                rows[table] = b"".join(copied)
        counts = connection.execute("SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL")
        return Rows({table: content for table, content in rows.items() if len(content) > _NO_ROW}, dict(counts))


def put_rows(server: str, rows: Rows) -> None:
    """Put this into a database that is empty but for its first rows."""
    with psycopg.connect(server) as connection:
        connection.execute("SET session_replication_role = replica")  # all was checked and counted when it was written
        for table, content in rows.tables.items():
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            with connection.cursor().copy(_COPY.format(sql.Identifier(table), sql.SQL("FROM STDIN"))) as copied:
                copied.write(content)
        for sequence, last in rows.counts.items():
            connection.execute("SELECT setval(quote_ident(%s)::regclass, %s)", [sequence, last])


def _builders(request: pytest.FixtureRequest) -> Iterator[Builds]:
    known = request.node._fixtureinfo.name2fixturedefs
    for name in request.fixturenames:
        for fixture in reversed(known.get(name, ())):  # one that takes its own name stands on the one before it
            if fixture.argnames == ("world",) and not inspect.isgeneratorfunction(fixture.func):
                yield fixture.func
            if name not in fixture.argnames:
                break


def _can_be_given_again(given: Any, world: World) -> bool:
    if given is world or isinstance(given, WORDS):
        return True
    values = {one.name: getattr(given, one.name) for one in fields(given)} if is_dataclass(given) else {}
    return values.pop("world", None) is world and all(isinstance(value, WORDS) for value in values.values())
