"""Files that outlive a crash: on the disk whole or not at all, and changed by one process at a time."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from okf.errors import Misconfigured

if sys.platform == "win32":
    import errno
    import msvcrt
else:
    import fcntl


def write_whole(file: Path, content: bytes, *, like: Path | None = None) -> None:
    """Put content in the place of what a file holds: whatever happens meanwhile, the old is there or the new.

    Whoever calls it holds the file by `held`. It is its owner's alone; where root writes it, that of the file `like`
    which it is made.

    Raises:
        Misconfigured: the system refuses, which the sentence tells; the file is as it was.
    """
    fresh = file.with_name(f"{file.name}.new")
    with _told(file), _gone_after_a_fault(fresh):
        fresh.unlink(missing_ok=True)  # left by a process that was killed
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            _give_away(opened.fileno(), like or file)
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        fresh.replace(file)
        sync(file.parent)


def write_first(file: Path, content: bytes) -> None:
    """Make a file, as `write_whole`; of two who make it at once the first one's stays.

    Raises:
        Misconfigured: as `write_whole`.
    """
    with held(file):
        if not file.exists():
            write_whole(file, content)


def lock_of(file: Path) -> Path:
    """The empty file beside a file by which it is held; it stays."""
    return file.with_name(f"{file.name}.lock")


@contextmanager
def held(file: Path) -> Iterator[None]:
    """While it lasts, whoever else would change this file waits; the system lets go of it when a process is killed.

    Raises:
        Misconfigured: the system refuses, which the sentence tells.
    """
    with _told(file):
        _make_folder(file.parent)
        lock = os.open(lock_of(file), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        with _told(file):
            _give_away(lock, file)
            _wait_for(lock)
        yield
    finally:
        os.close(lock)


@contextmanager
def _told(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Misconfigured(f"{file} can't be written: {error.strerror}. It is as it was.") from error


@contextmanager
def _gone_after_a_fault(fresh: Path) -> Iterator[None]:
    try:
        yield
    except OSError:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise


def _give_away(opened: int, like: Path) -> None:
    """What root makes belongs to whom the file or its folder belongs: Casebook could not open it otherwise."""
    if sys.platform != "win32" and os.geteuid() == 0:
        kept = like.stat() if like.exists() else like.parent.stat()
        os.fchown(opened, kept.st_uid, kept.st_gid)


def _make_folder(folder: Path) -> None:
    if not folder.exists():
        _make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        sync(folder.parent)


def sync(folder: Path) -> None:
    """Bring the names in a folder to the disk, where the system has a way to: Windows writes them through."""
    if sys.platform != "win32":
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _wait_for(lock: int) -> None:
    if sys.platform == "win32":
        while True:
            try:
                msvcrt.locking(lock, msvcrt.LK_LOCK, 1)
            except OSError as error:
                if error.errno != errno.EDEADLK:  # it gives up after ten seconds, and is asked again
                    raise
            else:
                return
    else:
        fcntl.flock(lock, fcntl.LOCK_EX)
