"""The record's head kept off the host: a line a day in a file at a place that a setting names."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from okf.clock import london_date
from okf.desk import Desk
from okf.errors import Invalid, Misconfigured
from okf.settings import settings
from okf.store import audit
from okf.store.audit import Head


def keep_head_elsewhere(desk: Desk) -> None:
    """Add today's head to the file that OKF_HEAD_FILE names, once a day.

    Raises:
        Misconfigured: it can't be written.
    """
    file = settings().head_file
    if file is None:
        return
    today = london_date(desk.now()).isoformat()
    try:
        if file.exists() and file.read_text("utf-8").rstrip().endswith(today):
            return
        with desk.reading() as session:
            head = audit.head(session)
        with file.open("ab", buffering=0) as opened:
            whole = opened.tell()
            line = f"{head.seq} {head.hash} {today}\n".encode()
            if opened.write(line) < len(line):  # a disk that was full after half of it
                opened.truncate(whole)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError as error:
        raise Misconfigured(f"OKF_HEAD_FILE, {file}, can't be written: {error.strerror}.") from error


def heads_in(file: Path) -> list[Head]:
    """Every head in a file: a number and a hash a line; what follows them is for its reader.

    Raises:
        Invalid: it can't be read, or a line holds something else.
    """
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        raise Invalid("Heads", f"{file} can't be read.") from error
    return list(heads_of(str(file), (line.split()[:2] for line in lines if line.strip())))


def heads_of(where: str, told: Iterable[Sequence[str]]) -> Iterator[Head]:
    """Heads as `audit head` printed them.

    Raises:
        Invalid: one is none.
    """
    for one in told:
        if len(one) != 2 or not one[0].isdecimal():
            raise Invalid(where, "give the number and the hash of each, as `audit head` printed them.")
        yield Head(int(one[0]), one[1])
