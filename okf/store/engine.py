"""The database: SQLCipher by default, plain SQLite and PostgreSQL by the same path."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, select
from sqlalchemy.exc import ArgumentError, DatabaseError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool, StaticPool

from okf.clock import Onward
from okf.errors import Misconfigured
from okf.hygiene import owners_alone
from okf.settings import Settings
from okf.store import audit, guards, match_keys, tallies  # noqa: F401 -- keys of people and figures are kept by themselves
from okf.store.keyring import Keyring, keyring_at
from okf.store.models import AuditHead, Base
from okf.store.sealing import in_hand

WRITES = "casebook_writes"

PRAGMAS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA recursive_triggers = ON",  # else INSERT OR REPLACE would pass by the seals
    "PRAGMA busy_timeout = 20000",
    "PRAGMA temp_store = MEMORY",  # nothing readable is spilled beside an encrypted file
    "PRAGMA cache_size = -32000",
)
FILE_PRAGMAS = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL")

_LOCK_CHAIN = select(AuditHead.seq).where(AuditHead.id == 1).with_for_update()


class Store:
    """One database, with its two ways in: a consistent read, and one writer at a time."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self.engine = engine
        self.keyring = keyring
        postgres = engine.dialect.name == "postgresql"
        self._readers = engine.execution_options(
            **({"isolation_level": "REPEATABLE READ", "postgresql_readonly": True} if postgres else {})
        )
        self._writers = engine.execution_options(**{WRITES: True})
        self._postgres = postgres
        self.time = Onward()

    @classmethod
    def in_memory(cls) -> Store:
        """A throwaway plain database, its tables made; for rehearsals."""
        store = cls(memory_engine(), Keyring.throwaway())
        with store.engine.connect() as connection:
            _empty_tables().backup(connection.connection.driver_connection)
        return store

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session whose every query sees the same instant; nothing it does is kept."""
        with (
            guards.GuardedSession(self._readers, expire_on_commit=False, autoflush=False) as session,
            in_hand(self.keyring, session),
        ):
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that commits at the end, or leaves the database as it was.

        One writer at a time: SQLite takes its write lock at once, PostgreSQL
        the row of the audit chain's head, so what is read here still holds
        when it is written.
        """
        with (
            guards.GuardedSession(self._writers, expire_on_commit=False) as session,
            in_hand(self.keyring, session),
            session.begin(),
        ):
            if self._postgres:
                session.execute(_LOCK_CHAIN)
            else:
                session.connection()
            self.see_newest(session)
            yield session

    def see_newest(self, reader: Session | Connection) -> None:
        """Let time go on from the newest event on record; every writer does, and whoever decides after reading."""
        self.time.see(audit.newest_at(reader))

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


def open_store(settings: Settings) -> Store:
    """The store that the settings name; its file and key are made if neither exists yet.

    Raises:
        Misconfigured: the address can't be read, the key is missing, wrong, or
            beside the database. Nothing has been written then.
    """
    try:
        url = make_url(settings.database_url)
    except ArgumentError as error:
        raise Misconfigured(
            "OKF_DATABASE_URL can't be read: write sqlcipher:///path, sqlite:///path or postgresql://user@host/name."
        ) from error
    engine, file = _engine(url, settings.key_file)
    if file is not None and settings.text_key_file.resolve().parent == file.resolve().parent:
        raise Misconfigured(
            f"The key of the texts {settings.text_key_file} would lie beside the database:"
            " name another folder in OKF_KEY_FILE."
        )
    try:
        return Store(engine, keyring_at(settings.text_key_file, engine))
    except BaseException:
        engine.dispose()
        raise


def _engine(url: URL, key_file: Path) -> tuple[Engine, Path | None]:
    if url.drivername == "sqlcipher":
        return _encrypted(_file_of(url), key_file), _file_of(url)
    if url.drivername.startswith("sqlite"):
        path = _file_of(url)
        _to_its_owner(path)
        return _checked(_sqlite(partial(sqlcipher.connect, str(path), check_same_thread=False)), path), path
    if url.drivername.startswith("postgres"):
        return _postgres(url), None
    raise Misconfigured(f"OKF_DATABASE_URL starts with {url.drivername!r}: use sqlcipher, sqlite or postgresql.")


def _file_of(url: URL) -> Path:
    if not url.database:
        raise Misconfigured("OKF_DATABASE_URL names no file: write sqlcipher:///path/to/casebook.db.")
    return Path(url.database)


def _postgres(url: URL) -> Engine:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        hide_parameters=True,  # no confidential word in an error's message
        pool_size=10,
        max_overflow=10,
        # Far above any deed but a large import; a stuck writer must not hold the others for ever.
        connect_args={"options": "-c lock_timeout=120s -c timezone=UTC", "connect_timeout": 10},
    )
    guards.watch(engine)
    return engine


def _encrypted(path: Path, key_file: Path) -> Engine:
    if key_file.resolve().parent == path.resolve().parent:
        raise Misconfigured(
            f"The key file {key_file} lies beside the database: keep it in another folder (OKF_KEY_FILE)."
        )
    exists = path.exists() and path.stat().st_size > 0
    if exists and not key_file.exists():
        raise Misconfigured(
            f"The key of the database {path} is not at {key_file}. Put the key file back, or name it in OKF_KEY_FILE;"
            " without it the database can't be read by anyone. Nothing was changed."
        )
    key = _key(key_file)
    _to_its_owner(path)

    def connect() -> Any:
        connection = sqlcipher.connect(str(path), check_same_thread=False)
        connection.execute(f"PRAGMA key = \"x'{key}'\"")
        return connection

    return _checked(_sqlite(connect), path)


def _to_its_owner(path: Path) -> None:
    """The file is its owner's alone before anything is in it; what SQLite puts beside it gets the same mode."""
    owners_alone(path, make=True)
    for beside in ("-wal", "-shm", "-journal"):
        owners_alone(path.with_name(path.name + beside))


def _key(key_file: Path) -> str:
    """The key as 64 hexadecimal digits; made on first use, readable by its owner alone."""
    if not key_file.exists():
        key_file.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
        except FileExistsError:
            return _key(key_file)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
    owners_alone(key_file)
    try:
        key = key_file.read_text("ascii").strip()
        if len(bytes.fromhex(key)) == 32:
            return key
    except ValueError:
        pass
    raise Misconfigured(f"The key file {key_file} does not hold a key of 64 hexadecimal digits. Nothing was changed.")


def _checked(engine: Engine, path: Path) -> Engine:
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar()
    except (DatabaseError, sqlcipher.DatabaseError) as error:
        engine.dispose()
        raise Misconfigured(
            f"The database {path} can't be opened: its key is not the one it was made with, or the file is damaged"
            " or no database. Nothing was changed."
        ) from error
    return engine


@cache
def _empty_tables() -> Any:
    """A database in memory with the tables made, to be copied: forty times as fast as making them anew."""
    engine = memory_engine()
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
        return connection.connection.driver_connection


def memory_engine() -> Engine:
    """A plain database in memory, without a table in it."""
    return _sqlite(partial(sqlcipher.connect, ":memory:", check_same_thread=False), in_memory=True)


def _sqlite(connect: Any, *, in_memory: bool = False) -> Engine:
    engine = create_engine(
        "sqlite://",
        module=sqlcipher,
        creator=connect,
        hide_parameters=True,
        **({"poolclass": StaticPool} if in_memory else {"poolclass": QueuePool, "pool_size": 10, "max_overflow": 20}),
    )

    def prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, never by the driver
        # The key is tried by the first statement that reads the file: a wrong one must fail before WAL is asked for.
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        for pragma in PRAGMAS if in_memory else PRAGMAS + FILE_PRAGMAS:
            connection.execute(pragma)

    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    guards.watch(engine)
    return engine
