"""A database that can't be used: what the drivers raise, told apart, once for whoever asks the store for anything."""

from __future__ import annotations

import errno
import logging
import secrets
import time
from typing import Any, Final

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from okf.errors import CasebookError, Invalid, StoreUnavailable, Trouble
from okf.trace import trace

_ONE_LINE_A: Final = 60  # seconds: a log must not grow by everybody's clicks while the disk is full
# The longest name that fits tells it: SQLite's extended codes begin with the plain ones.
_SQLITE: Final = {
    "SQLITE_BUSY": Trouble.BUSY,
    "SQLITE_LOCKED": Trouble.BUSY,
    "SQLITE_FULL": Trouble.FULL,
    "SQLITE_IOERR_SHMSIZE": Trouble.FULL,
    "SQLITE_READONLY_DBMOVED": Trouble.GONE,
    "SQLITE_READONLY": Trouble.READ_ONLY,
    "SQLITE_CANTOPEN": Trouble.GONE,
    "SQLITE_IOERR": Trouble.GONE,
    "SQLITE_CORRUPT": Trouble.DAMAGED,
    "SQLITE_NOTADB": Trouble.DAMAGED,
}
_POSTGRES: Final = {
    "55P03": Trouble.BUSY,
    "40P01": Trouble.BUSY,
    "53100": Trouble.FULL,
    "53": Trouble.GONE,
    "25006": Trouble.READ_ONLY,
    "57P": Trouble.GONE,
    "08": Trouble.GONE,
    "58": Trouble.GONE,
    "XX001": Trouble.DAMAGED,
    "XX002": Trouble.DAMAGED,
}
_FILES: Final = {
    errno.EROFS: Trouble.READ_ONLY,
    errno.EACCES: Trouble.READ_ONLY,
    errno.EPERM: Trouble.READ_ONLY,
    errno.ENOSPC: Trouble.FULL,
    errno.EDQUOT: Trouble.FULL,
    errno.EFBIG: Trouble.FULL,
}
_HOLDS_NUL: Final = "cannot contain NUL"  # what psycopg says of a text that PostgreSQL takes nowhere
_told: dict[Trouble, tuple[float, str]] = {}


class Pool(QueuePool):
    """A pool whose connections are all waiting is a busy database, and no bug."""

    def _do_get(self) -> ConnectionPoolEntry:
        try:
            return super()._do_get()
        except PoolTimeout as error:
            raise unavailable(Trouble.BUSY, error) from error


def of_file(error: OSError) -> Trouble:
    """What an error of the system on a file comes to."""
    return _FILES.get(error.errno or 0, Trouble.GONE)


def watch(engine: Engine) -> None:
    """Have every driver's error that says that the database can't be used raised as `StoreUnavailable`."""
    event.listen(engine, "handle_error", _tell)


def unavailable(trouble: Trouble, error: BaseException) -> StoreUnavailable:
    """The error for whoever asked; its reference leads to a line of the log, of which there is one a minute."""
    at, reference = _told.get(trouble, (0.0, ""))
    if not reference or time.monotonic() - at > _ONE_LINE_A:
        reference = f"E-{secrets.token_hex(4).upper()}"
        _told[trouble] = time.monotonic(), reference
        logging.getLogger("casebook").error("%s database %s: %s", reference, trouble.name.lower(), trace(error))
    return StoreUnavailable(trouble, reference)


def _tell(context: ExceptionContext) -> CasebookError | None:
    if context.is_pre_ping:
        return None  # the pool itself sees to that connection, and makes another
    error = context.original_exception
    if isinstance(error, StoreUnavailable):  # met while the statement looked up a value of its own
        return StoreUnavailable(error.trouble, error.reference)
    if isinstance(error, UnicodeEncodeError) or _HOLDS_NUL in str(error):
        return Invalid("What was typed", "a character in it can't be kept or looked for. Delete it, and type it again.")
    trouble = _trouble(error) or (Trouble.GONE if context.is_disconnect else None)
    return unavailable(trouble, error) if trouble else None


def _trouble(error: Any) -> Trouble | None:
    if name := getattr(error, "sqlite_errorname", None):
        return _longest(_SQLITE, name)
    if state := getattr(error, "sqlstate", None):
        return _longest(_POSTGRES, state)
    # psycopg has no state for a server that it did not come to.
    is_psycopg = type(error).__module__.startswith("psycopg")
    return Trouble.GONE if is_psycopg and type(error).__name__ in ("OperationalError", "ConnectionTimeout") else None


def _longest(known: dict[str, Trouble], code: str) -> Trouble | None:
    fits = [begins for begins in known if code.startswith(begins)]
    return known[max(fits, key=len)] if fits else None
