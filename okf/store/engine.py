"""The database: SQLCipher by default, plain SQLite and PostgreSQL by the same path."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, select, text
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from okf.clock import Onward
from okf.durable import lock_of, write_first
from okf.errors import Misconfigured, StoreUnavailable, Trouble
from okf.hygiene import owners_alone
from okf.settings import Settings
from okf.store import audit, endings, guards, match_keys, row_marks, tallies, trouble  # noqa: F401 -- kept by themselves
from okf.store.inbox import Inbox
from okf.store.keyring import Keyring, keyring_at
from okf.store.ledger_file import LedgerFile
from okf.store.models import AuditHead, Base
from okf.store.sealing import in_hand

WRITES = "casebook_writes"  # how many seconds a writer waits for the others
PATIENCE = 20.0  # for most; PostgreSQL's own limit of a lock is far above any deed but a large import

PRAGMAS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA recursive_triggers = ON",  # else INSERT OR REPLACE would pass by the seals
    "PRAGMA busy_timeout = 20000",
    "PRAGMA temp_store = MEMORY",  # nothing readable is spilled beside an encrypted file
    "PRAGMA cache_size = -32000",
)
FILE_PRAGMAS = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL")

_POOL: dict[str, Any] = {"poolclass": trouble.Pool, "pool_size": 10, "max_overflow": 20}
_WAIT = text("SELECT set_config('lock_timeout', :most, true)")
_LOCK_CHAIN = select(AuditHead.seq).where(AuditHead.id == 1).with_for_update()


class Store:
    """One database, with its two ways in: a consistent read, and one writer at a time."""

    def __init__(self, engine: Engine, keyring: Keyring, ledger: LedgerFile | None = None) -> None:
        self.engine = engine
        self.keyring = keyring
        self.ledger = ledger
        self.inbox: Inbox | None = None  # where what can't wait goes while the database can't be written; of a server
        postgres = engine.dialect.name == "postgresql"
        self._readers = engine.execution_options(
            **({"isolation_level": "REPEATABLE READ", "postgresql_readonly": True} if postgres else {})
        )
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
    def writing(self, patience: float | None = None) -> Iterator[Session]:
        """A session that commits at the end, or leaves the database as it was.

        One writer at a time: SQLite takes its write lock at once, PostgreSQL
        the row of the audit chain's head, so what is read here still holds
        when it is written. `patience` is for how many seconds it waits for
        another writer, where that is not as long as most wait.

        Raises:
            StoreUnavailable: another one writes for longer; or the database can't be written.
        """
        writers = self.engine.execution_options(**{WRITES: PATIENCE if patience is None else patience})
        with (
            guards.GuardedSession(writers, expire_on_commit=False) as session,
            in_hand(self.keyring, session),
            self._doubted(session),
            session.begin(),
        ):
            if self._postgres:
                if patience is not None:
                    session.execute(_WAIT, {"most": f"{int(patience * 1000)}ms"})
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

    @contextmanager
    def _doubted(self, session: Session) -> Iterator[None]:
        """What the ledger was told of a deed that is not committed is settled soon."""
        try:
            yield
        except BaseException:
            if self.ledger is not None and endings.TOLD in session.info:
                self.ledger.in_doubt = True
            raise

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
        return _checked(_sqlite(partial(_connect, path), path), path), path
    if url.drivername.startswith("postgres"):
        return _postgres(url), None
    raise Misconfigured(f"OKF_DATABASE_URL starts with {url.drivername!r}: use sqlcipher, sqlite or postgresql.")


def _file_of(url: URL) -> Path:
    if not url.database:
        raise Misconfigured("OKF_DATABASE_URL names no file: write sqlcipher:///path/to/casebook.db.")
    return Path(url.database)


# A server that no longer answers is gone within some seconds, and not when the system gives up, after a quarter of an
# hour; a long statement of one that does answer goes on.
_SOON_GONE: dict[str, Any] = {
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


def _postgres(url: URL) -> Engine:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        hide_parameters=True,  # no confidential word in an error's message
        **_POOL | {"max_overflow": 10},
        # Far above any deed but a large import; a stuck writer must not hold the others for ever.
        connect_args={"options": "-c lock_timeout=120s -c timezone=UTC", "connect_timeout": 5} | _SOON_GONE,
    )
    event.listen(engine, "connect", lambda connection, kept: row_marks.noting(connection, kept.info, postgres=True))
    guards.watch(engine)
    endings.watch(engine)
    trouble.watch(engine)
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
        connection = _connect(path)
        connection.execute(f"PRAGMA key = \"x'{key}'\"")
        return connection

    return _checked(_sqlite(connect, path), path)


def _connect(path: Path) -> Any:
    """Open the file that is there: one that is gone is never made anew, empty."""
    return sqlcipher.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, check_same_thread=False)


def _to_its_owner(path: Path) -> None:
    """The file is its owner's alone before anything is in it; what SQLite puts beside it gets the same mode."""
    try:
        owners_alone(path, make=True)
    except OSError as error:
        raise trouble.unavailable(trouble.of_file(error), error) from error
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
    except StoreUnavailable as error:
        engine.dispose()
        if error.trouble is not Trouble.DAMAGED:
            raise
        raise Misconfigured(
            f"The database {path} can't be opened: its key is not the one it was made with, or the file is damaged"
            " or no database. Nothing was changed."
        ) from error
    return engine


def _which(path: Path | None) -> tuple[int, int] | None:
    """Which file lies there now, if there is one."""
    try:
        found = path.stat() if path else None
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found else None


@cache
def _empty_tables() -> Any:
    """A database in memory with the tables made, to be copied: forty times as fast as making them anew."""
    engine = memory_engine()
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
        return connection.connection.driver_connection


def memory_engine() -> Engine:
    """A plain database in memory, without a table in it."""
    return _sqlite(partial(sqlcipher.connect, ":memory:", check_same_thread=False))


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
    return Store(_sqlite(partial(driver_connection, file, key, unchanging=True)), keyring)


def _sqlite(connect: Any, path: Path | None = None) -> Engine:
    """An engine on a file that others may have open too; without one, on a connection that is alone."""
    engine = create_engine(
        "sqlite://",
        module=sqlcipher,
        creator=connect,
        hide_parameters=True,
        **({"poolclass": StaticPool} if path is None else _POOL),
    )

    def prepare(connection: Any, kept: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, never by the driver
        # The key is tried by the first statement that reads the file: a wrong one must fail before WAL is asked for.
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        for pragma in PRAGMAS if path is None else PRAGMAS + FILE_PRAGMAS:
            connection.execute(pragma)
        row_marks.noting(connection, kept.info, postgres=False)

    def begin(connection: Connection) -> None:
        patience = connection.get_execution_options().get(WRITES)
        if patience is not None:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(patience * 1000)}")
        connection.exec_driver_sql("BEGIN" if patience is None else "BEGIN IMMEDIATE")
        row_marks.nothing_noted(connection.info)

    def opened(_: Any, entry: ConnectionPoolEntry) -> None:
        entry.info["file"] = _which(path)

    def still_there(_: Any, entry: ConnectionPoolEntry, __: Any) -> None:
        # Else it would go on writing into a file that was moved or deleted, where nobody reads it again.
        if entry.info["file"] != _which(path):
            raise DisconnectionError

    if path is not None:
        event.listen(engine, "connect", opened)
        event.listen(engine, "checkout", still_there)
    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    guards.watch(engine)
    endings.watch(engine)
    trouble.watch(engine)
    return engine
