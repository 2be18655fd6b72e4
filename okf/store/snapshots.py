"""The embedded database as it is at one instant, copied into one file while everybody works.

Its bytes are copied, which lie encrypted, and not its pages: SQLCipher's own
backup decrypts and encrypts each, at a tenth of the disk's speed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import sqlcipher3.dbapi2 as sqlcipher

from okf.settings import childs_environment
from okf.store.engine import driver_connection

_HEADER: Final = 32  # bytes of the write-ahead log, which differ each time it is begun anew
_EACH: Final = 0.2  # seconds
_COPY: Final = """
import shutil, sys
try:
    shutil.copyfile(sys.argv[1], sys.argv[2])
except OSError as error:
    sys.exit(error.errno or 1)
"""


def copy_encrypted(source: Path, key: str, target: Path, progress: Callable[[int, int], None]) -> None:
    """Copy an encrypted database; the copy has its key, is whole, and of an instant since this began.

    While a transaction reads, SQLite neither begins the write-ahead log anew
    nor moves anything later than that transaction from there to the file, or,
    where the log had nothing for it, leaves the file as it is. So whatever
    changed in the file while it was copied stands in the log, which is copied
    after it; of the log, what is not yet whole at its end is told by its own
    checksums and left out.

    Raises:
        OSError: the system refuses.
    """
    reader = driver_connection(source, key)
    try:
        reader.execute("PRAGMA busy_timeout = 0")
        with suppress(sqlcipher.OperationalError):  # as much as can be without waiting, for a shorter log
            reader.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        reader.execute("PRAGMA busy_timeout = 20000")
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
        _copy(source, target, progress)
        _copy_log(_log_of(source), _log_of(target))
    finally:
        reader.close()
    _make_one_file(target, key)


def copy_plain(source: Path, key: str, target: Path) -> None:
    """Copy a plain database into one that this key encrypts, so that it lies nowhere anew in clear."""
    reader = driver_connection(source, None)
    try:
        _export(reader, target, f"x'{key}'")
    finally:
        reader.close()


def copy_into_plain(source: Path, key: str, target: Path) -> None:
    """The plain database that `copy_plain` encrypted."""
    reader = driver_connection(source, key, unchanging=True)
    try:
        _export(reader, target, "")
    finally:
        reader.close()


def _export(reader: Any, target: Path, key: str) -> None:
    reader.execute("ATTACH ? AS target KEY ?", (str(target), key))
    reader.execute("PRAGMA target.synchronous = OFF")  # whoever asks brings it to the disk at the end
    reader.execute("PRAGMA target.journal_mode = OFF")
    reader.execute("BEGIN")
    reader.execute("SELECT sqlcipher_export('target')").fetchone()
    reader.execute("COMMIT")
    reader.execute("DETACH target")


def _copy(source: Path, target: Path, progress: Callable[[int, int], None]) -> None:
    """Copy in a process of its own: one that closes a file by itself loses the locks that SQLite has there."""
    total = source.stat().st_size
    command = [sys.executable, "-I", "-S", "-c", _COPY, str(source), str(target)]
    with subprocess.Popen(command, env=childs_environment(), stderr=subprocess.DEVNULL) as copying:  # noqa: S603
        refused: int | None = None
        while refused is None:
            try:
                refused = copying.wait(_EACH)
            except subprocess.TimeoutExpired:
                progress(target.stat().st_size, total)
            except BaseException:
                copying.kill()
                raise
    if refused:
        raise OSError(refused, os.strerror(abs(refused)))
    progress(total, total)


def _copy_log(source: Path, target: Path) -> None:
    """Copy the log; again where it was begun anew meanwhile, which happens once at most."""
    while True:
        header = _header(source)
        with source.open("rb") as log, target.open("wb") as copy:
            while part := log.read(1 << 20):
                copy.write(part)
        if _header(source) == header:
            return


def _header(log: Path) -> bytes:
    with log.open("rb") as opened:
        return opened.read(_HEADER)


def _log_of(file: Path) -> Path:
    return file.with_name(f"{file.name}-wal")


def _make_one_file(file: Path, key: str) -> None:
    """Bring what stands in the log into the file, and do without a log."""
    connection = driver_connection(file, key)
    try:
        connection.execute("PRAGMA synchronous = OFF")  # whoever asks brings it to the disk at the end
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    finally:
        connection.close()
