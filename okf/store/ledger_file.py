"""The ledger of endings: a file outside the database to which lines are added and nothing else.

It says what a copy of the database of an earlier day does not know: what was
ended since, and what was put on record. Each line carries the number and the
hash of the one before and a code under a secret that the database holds only
wrapped; it names usernames and references, and never a word of a family.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from okf.durable import held, sync
from okf.errors import Misconfigured
from okf.hygiene import owners_alone
from okf.store.audit import GENESIS, Head
from okf.terms.endings import LineKind

_PIECE: Final = 64 * 1024
SYNC = os.fsync  # tests, whose files live no longer than they do, wait for no disk


@dataclass(frozen=True, slots=True)
class Entry:
    """What a line is to say: `of` tells the row by its own columns, `told` what stands in it of the ending."""

    kind: LineKind
    of: Mapping[str, Any]
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it was read: when and by whom, and the audit record's head before and after its deed."""

    number: int
    kind: LineKind
    of: Mapping[str, Any]
    told: Mapping[str, Any]
    at: datetime | None
    by: str | None
    began: Head
    head: Head


@dataclass(frozen=True, slots=True)
class Deed:
    """What the lines of one deed share."""

    at: datetime | None
    by: str | None
    began: Head
    head: Head


@dataclass(frozen=True, slots=True)
class Read:
    """All that could be read, and in words the first thing that is wrong with it.

    `proved` are the lines whose code fits the secret.
    """

    lines: tuple[Line, ...]
    fault: str | None
    proved: int
    provable: bool = True


class LedgerFile:
    """The file of one installation; every process that writes the database adds to the same one.

    `in_doubt` is whether it may name what never became part of the database, as a deed that could not be committed.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.secret: bytes | None = None  # once it was found in the database
        self.in_doubt = True  # until it was held against the database

    def append(self, entries: Sequence[Entry], deed: Deed, secret: bytes) -> None:
        """Add the lines of one deed, and wait until they are on the disk.

        Raises:
            OSError, Misconfigured: it can't be written. Nothing of these lines is left then, where that is possible.
        """
        new = not self.file.exists()
        owners_alone(self.file, make=True)
        with held(self.file), _opened(self.file) as opened:
            number, before = _end(opened)
            written = []
            for entry in entries:
                number += 1
                line = _line(number, before, entry, deed, secret)
                before = _sha256(line)
                written.append(line + b"\n")
            size = os.fstat(opened).st_size
            try:
                _write(opened, b"".join(written))
                SYNC(opened)
            except OSError:
                with suppress(OSError):
                    os.ftruncate(opened, size)
                raise
        if new:
            sync(self.file.parent)

    def read(self, secret: bytes | None) -> Read:
        """Every line, as far as it can be read, and what does not fit; a file that is not there has none.

        `secret` None is a database that holds none: nothing is proved then.

        Raises:
            Misconfigured: it is there, and can't be read.
        """
        lines: list[Line] = []
        fault, before, number, proved = None, GENESIS, 0, 0
        for raw in self._raw_lines():
            number += 1
            try:
                told = json.loads(raw)
                line = _read(told)
            except (ValueError, KeyError, TypeError):
                fault = fault or f"line {number} can't be read"
                before = _sha256(raw)
                continue
            if line.number != number or told["before"] != before:
                fault = fault or f"line {number} does not follow from the one before it"
            if secret is not None and hmac.compare_digest(str(told["code"]), _code(told, secret)):
                proved += 1
            elif secret is not None:
                fault = fault or f"line {number} was not written by this Casebook, or was changed since"
            lines.append(line)
            before, number = _sha256(raw), line.number
        if lines and secret is None:
            fault = fault or "its lines can't be proved: this copy of the database is older than the ledger's key"
        return Read(tuple(lines), fault, proved, secret is not None)

    def _raw_lines(self) -> Iterator[bytes]:
        try:
            with self.file.open("rb") as opened:
                for raw in opened:
                    if raw.endswith(b"\n"):  # else its deed was never committed: it was cut off on the way
                        yield raw[:-1]
        except FileNotFoundError:
            return
        except OSError as error:
            raise Misconfigured(f"The ledger of endings {self.file} can't be read: {error.strerror}.") from error


def _line(number: int, before: str, entry: Entry, deed: Deed, secret: bytes) -> bytes:
    told: dict[str, Any] = {
        "number": number,
        "kind": entry.kind,
        "of": entry.of,
        "told": entry.told,
        "at": deed.at and deed.at.isoformat(),
        "by": deed.by,
        "began": [deed.began.seq, deed.began.hash],
        "head": [deed.head.seq, deed.head.hash],
        "before": before,
    }
    return _json({**told, "code": _code(told, secret)})


def _read(told: Mapping[str, Any]) -> Line:
    return Line(
        int(told["number"]),
        LineKind(told["kind"]),
        dict(told["of"]),
        dict(told["told"]),
        datetime.fromisoformat(told["at"]) if told["at"] else None,
        told["by"],
        Head(*told["began"]),
        Head(*told["head"]),
    )


def _code(told: Mapping[str, Any], secret: bytes) -> str:
    signed = _json({name: value for name, value in told.items() if name != "code"})
    return hmac.new(secret, signed, hashlib.sha256).hexdigest()


def _json(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


def _sha256(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def _end(opened: int) -> tuple[int, str]:
    """The number of the last line and its hash; what a stopped process left of a line is cut off."""
    start = size = os.fstat(opened).st_size
    tail = b""
    while start:
        piece = min(_PIECE, start)
        start = os.lseek(opened, start - piece, os.SEEK_SET)
        tail = os.read(opened, piece) + tail
        whole, line_end, rest = tail.rpartition(b"\n")
        if line_end and (b"\n" in whole or not start):
            if rest:
                os.ftruncate(opened, size - len(rest))
            last = whole.rpartition(b"\n")[2]
            return _number(last), _sha256(last)
    os.ftruncate(opened, 0)
    return 0, GENESIS


def _number(line: bytes) -> int:
    try:
        return int(json.loads(line)["number"])
    except (ValueError, KeyError, TypeError):
        return 0  # somebody changed it: the lines that follow won't fit, and `read` says so


def _write(opened: int, content: bytes) -> None:
    while content:
        content = content[os.write(opened, content) :]


@contextmanager
def _opened(file: Path) -> Iterator[int]:
    opened = os.open(file, os.O_RDWR | os.O_APPEND)
    try:
        yield opened
    finally:
        os.close(opened)
