"""The database: SQLCipher by default, plain SQLite and PostgreSQL by the same path."""

from __future__ import annotations

import secrets
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
from okf.durable import lock_of, write_first
from okf.errors import Misconfigured
from okf.hygiene import owners_alone
from okf.settings import Settings
from okf.store import audit, endings, guards, match_keys, row_marks, tallies  # noqa: F401 -- keys of people are kept by themselves
from okf.store.keyring import Keyring, keyring_at
from okf.store.ledger_file import LedgerFile
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

    def __init__(self, engine: Engine, keyring: Keyring, ledger: LedgerFile | None = None) -> None:
        self.engine = engine
        self.keyring = keyring
        self.ledger = ledger
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
            with self._telling(session):
                yield session

    @contextmanager
    def _telling(self, session: Session) -> Iterator[None]:
        """What the body ends is in the ledger of endings before it is committed."""
        if self.ledger is None:
            yield
            return
        with endings.remembered(session.connection()):
            yield
            if session.in_transaction():  # the body has not undone it
                endings.write_down(session, self.keyring, self.ledger)

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
    if file is not None and settings.ledger_file.resolve().parent == file.resolve().parent:
        raise Misconfigured(
            f"The ledger of endings {settings.ledger_file} would lie beside the database, and be put back with it:"
            " name another folder in OKF_LEDGER_FILE."
        )
    try:
        return Store(engine, keyring_at(settings.text_key_file, engine), LedgerFile(settings.ledger_file))
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
    event.listen(engine, "connect", lambda connection, kept: row_marks.noting(connection, kept.info, postgres=True))
    guards.watch(engine)
    endings.watch(engine)
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
    """The key as 64 hexadecimal digits; made on first use, and on the disk before anything is encrypted with it."""
    if not key_file.exists():
        write_first(key_file, f"{secrets.token_hex(32)}\n".encode())
    owners_alone(key_file)
    owners_alone(lock_of(key_file))
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
    return _sqlite(partial(sqlcipher.connect, ":memory:", check_same_thread=False), alone=True)


def database_file(settings: Settings) -> Path | None:
    """The file of the database, or none where a server keeps it."""
    url = make_url(settings.database_url)
    return None if url.drivername.startswith("postgres") else _file_of(url)


def database_key(settings: Settings) -> str | None:
    """The key of the database's file, which is never made here; none where the file is plain.

    Raises:
        Misconfigured: the key file is not there, or holds no key.
    """
    if make_url(settings.database_url).drivername != "sqlcipher":
        return None
    if not settings.key_file.exists():
        raise Misconfigured(
            f"The key of the database is not at {settings.key_file}: put it there, or name it in OKF_KEY_FILE."
        )
    return _key(settings.key_file)


def driver_connection(file: Path, key: str | None, *, unchanging: bool = False) -> Any:
    """A connection to one file beside the engine, to copy it whole; `unchanging` reads it without a lock."""
    where = f"{file.resolve().as_uri()}?mode=ro&immutable=1" if unchanging else str(file)
    connection = sqlcipher.connect(where, check_same_thread=False, isolation_level=None, uri=unchanging)
    if key is not None:
        connection.execute(f"PRAGMA key = \"x'{key}'\"")
    return connection


def unchanging_store(file: Path, key: str, keyring: Keyring) -> Store:
    """The store in a file that nobody writes any more, such as a backup; it can't be written here either."""
    return Store(_sqlite(partial(driver_connection, file, key, unchanging=True), alone=True), keyring)


def _sqlite(connect: Any, *, alone: bool = False) -> Engine:
    engine = create_engine(
        "sqlite://",
        module=sqlcipher,
        creator=connect,
        hide_parameters=True,
        **({"poolclass": StaticPool} if alone else {"poolclass": QueuePool, "pool_size": 10, "max_overflow": 20}),
    )

    def prepare(connection: Any, kept: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, never by the driver
        # The key is tried by the first statement that reads the file: a wrong one must fail before WAL is asked for.
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        for pragma in PRAGMAS if alone else PRAGMAS + FILE_PRAGMAS:
            connection.execute(pragma)
        row_marks.noting(connection, kept.info, postgres=False)

    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
        row_marks.nothing_noted(connection.info)

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    guards.watch(engine)
    endings.watch(engine)
    return engine
