"""Run what reads a file from outside in a process of its own, with limits: what goes wrong there is a sentence here."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from threading import BoundedSemaphore
from typing import Any, Final

from okf.errors import CasebookError
from okf.settings import ROOT, childs_environment

if sys.platform != "win32":
    import resource

# Our defaults. A page at print size and a picture of 60 megapixels need a third of the memory.
MEMORY: Final = 1_000_000_000  # bytes
SECONDS: Final = 30  # of computing, and thrice as long by the clock
AT_ONCE: Final = 3
_OPEN_FILES: Final = 64
_LONGEST: Final = 300  # letters of a sentence
_SPENT: Final = (
    "it can't be read: it is damaged, or reading it takes more memory or time than a file should."
    " Save it anew, or print it to a new PDF."
)
_BEGIN: Final = "from okf.sandbox import be_the_child; be_the_child()"
_free: Final = BoundedSemaphore(AT_ONCE)


class Unreadable(CasebookError):
    """A file can't be read as it should; the sentence says why, and holds no word of it."""


def read_apart(
    reader: str, content: bytes, *, seconds: int = SECONDS, threads: bool = False, **how: Any
) -> list[bytes]:
    """What a reader answers to `(content, **how)` in a process of its own.

    A reader is a function that gives a list of bytes, named with its module,
    so that what it stands on is never loaded here; `how` are plain values.
    `threads` lets it start some, which the system counts as processes: where
    a library can't do without.

    Raises:
        Unreadable: as the reader said itself; or it ran out of memory or time, or broke down.
    """
    asked = json.dumps({"reader": reader, "seconds": seconds, "threads": threads, "how": how}).encode()
    with _free:
        try:
            child = subprocess.run(  # noqa: S603 -- our own interpreter and words
                [sys.executable, "-B", "-s", "-c", _BEGIN],
                input=asked + b"\n" + content,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # what a reader says of a file may hold its words
                cwd=ROOT,
                env=childs_environment(),
                timeout=3 * seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Unreadable(_SPENT) from None
    head, _, rest = child.stdout.partition(b"\n")
    try:
        answer = json.loads(head)
    except ValueError:
        raise Unreadable(_SPENT) from None
    if "why" in answer:
        raise Unreadable(str(answer["why"])[:_LONGEST])
    parts, at = [], 0
    for length in answer["lengths"]:
        parts.append(rest[at : at + length])
        at += length
    return parts


def be_the_child() -> None:
    """Read one file as it is asked on standard input, and answer on standard output."""
    asked = json.loads(sys.stdin.buffer.readline())
    _limit(asked["seconds"], threads=asked["threads"])
    module, _, name = asked["reader"].rpartition(".")
    parts: Sequence[bytes] = ()
    try:
        parts = getattr(import_module(module), name)(sys.stdin.buffer.read(), **asked["how"])
        answer: dict[str, Any] = {"lengths": [len(part) for part in parts]}
    except Unreadable as refused:
        answer = {"why": str(refused)}
    except Exception:  # noqa: BLE001 - whatever a library raises on a damaged file
        answer = {"why": _SPENT}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
    for part in parts:
        sys.stdout.buffer.write(part)


def _limit(seconds: int, *, threads: bool) -> None:
    if sys.platform == "win32":  # it has no limits of this kind: there the time alone is limited
        return
    limits = {
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,  # it writes no file
        resource.RLIMIT_NOFILE: _OPEN_FILES,
    }
    if not threads:
        limits[resource.RLIMIT_NPROC] = 0  # and starts nothing
    for limit, most in limits.items():
        with suppress(ValueError, OSError):  # a stricter one holds already, or the system has none
            resource.setrlimit(limit, (most, most))
