"""PostgreSQL's own dump, in a stream: it lies nowhere in clear, and its password on no command line."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import IO, Any, BinaryIO, Final

from sqlalchemy.orm import Session

from okf.errors import Misconfigured
from okf.settings import childs_environment

_VERSION: Final = re.compile(rb"\(PostgreSQL\) (\d+)")
_ROWS: Final = re.compile(rb'COPY (?:\w+\.)?"?(\w+)"? \(.*\) FROM stdin;\n')


@contextmanager
def dumped(session: Session) -> Iterator[BinaryIO]:
    """The dump of the database as this session sees it.

    Raises:
        Misconfigured: `pg_dump` is missing, older than the server, or stopped.
    """
    snapshot = session.connection().exec_driver_sql("SELECT pg_export_snapshot()").scalar()
    command = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
    with _running("pg_dump", session, command, stdout=subprocess.PIPE) as dumping:
        yield _stream(dumping.stdout)


def rows_in(parts: Iterable[bytes]) -> Counter[str]:
    """Read a dump whole, as a restore would, and count each table's rows.

    Raises:
        Misconfigured: `pg_restore` is missing, or can't read it.
    """
    counts: Counter[str] = Counter()
    command = [_program("pg_restore"), "--file=-"]
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with (
        subprocess.Popen(command, env=_environment(), **pipes) as reading,  # noqa: S603 -- our own words
        _feeding(parts, reading.stdin),
    ):
        counting: str | None = None
        for line in _stream(reading.stdout):
            if counting is None:
                found = _ROWS.fullmatch(line)
                counting = found[1].decode() if found else None
                if counting:
                    counts[counting] += 0
            elif line == b"\\.\n":
                counting = None
            else:
                counts[counting] += 1
    if reading.returncode:
        raise Misconfigured("pg_restore can't read the dump.")
    return counts


def restored(parts: Iterable[bytes], session: Session) -> None:
    """Put a dump into the empty database of this session, whole or not at all.

    Raises:
        Misconfigured: `pg_restore` is missing, older than what wrote it, or stopped.
    """
    command = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
    with _running("pg_restore", session, command, stdin=subprocess.PIPE) as restoring, _feeding(parts, restoring.stdin):
        pass


@contextmanager
def _running(program: str, session: Session, command: list[str], **pipes: Any) -> Iterator[subprocess.Popen[bytes]]:
    """The program at work on the database of this session; what it says goes to our own error stream."""
    info: Any = session.connection().connection.driver_connection.info  # type: ignore[union-attr]
    path = _program(program)
    _refuse_older(program, path, info.server_version // 10_000)
    environment = _environment() | ({"PGPASSWORD": info.password} if info.password else {})
    with subprocess.Popen(  # noqa: S603 -- our own words, and the address without its password
        [path, *command, f"--dbname={info.dsn}"], env=environment, **pipes
    ) as running:
        try:
            yield running
        except BaseException:
            running.kill()
            raise
    if running.returncode:
        raise Misconfigured(f"{program} stopped: what it said stands in the log of whoever started it, or above.")


@contextmanager
def _feeding(parts: Iterable[bytes], to: IO[bytes] | None) -> Iterator[None]:
    """While it lasts, the parts are written to a program that reads them."""
    faults: list[BaseException] = []
    into = _stream(to)

    def feed() -> None:
        try:
            with into:
                for part in parts:
                    into.write(part)
        except BrokenPipeError:  # the program stopped, and says so by its code
            pass
        except BaseException as error:  # noqa: BLE001 - it is raised where the program is waited for
            faults.append(error)

    feeder = Thread(target=feed)
    feeder.start()
    try:
        yield
    finally:
        feeder.join()
    if faults:
        raise faults[0]


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Misconfigured(
            f"{name} is not on this machine: install PostgreSQL's client programs, such as the package"
            " postgresql-client, of the server's version or newer."
        )
    return found


def _refuse_older(name: str, path: str, server: int) -> None:
    said = subprocess.run([path, "--version"], env=_environment(), capture_output=True, check=False)  # noqa: S603
    found = _VERSION.search(said.stdout)
    if found is None or int(found[1]) < server:
        here = f"of version {found[1].decode()}" if found else "of no version that it tells"
        raise Misconfigured(
            f"{name} is {here}, the server of version {server}: install PostgreSQL's client programs of that version,"
            f" such as the package postgresql-client-{server}, and let them come first in PATH."
        )


def _environment() -> dict[str, str]:
    return childs_environment("HOME", "APPDATA")  # where certificates of a connection are


def _stream(pipe: IO[bytes] | None) -> BinaryIO:
    if pipe is None:
        raise RuntimeError("a program was started without its pipe")
    return pipe  # type: ignore[return-value]
