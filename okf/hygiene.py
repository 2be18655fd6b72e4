"""What this process leaves on the machine: files for its owner alone, no core dump, temporary files in one place."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from okf.errors import Misconfigured

if sys.platform != "win32":
    import resource

_OWNERS: Final = stat.S_IRUSR | stat.S_IWUSR


def keep_to_the_owner() -> None:
    """From now on what this process writes is readable by its owner alone, and it leaves no core if it breaks down."""
    os.umask(0o077)
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def owners_alone(file: Path, *, make: bool = False) -> None:
    """Let a file that is there be read by its owner alone; `make` makes an empty one first, whatever the umask."""
    if make:
        file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, _OWNERS))
    with suppress(OSError):  # it is not there, or is another owner's, who chose its mode
        if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            file.chmod(_OWNERS)


@contextmanager
def nothing_in_clear(temp: Path) -> Iterator[None]:
    """While it lasts, this process writes for its owner alone, and nothing that is handed in; temporary files as below.

    Raises:
        Misconfigured: as `private_temporary_folder`.
    """
    from starlette.formparsers import MultiPartParser  # here, since the command line takes no uploads

    keep_to_the_owner()
    MultiPartParser.spool_max_size = 0  # an upload stays in memory, where Streamlit limits it
    with private_temporary_folder(temp):
        yield


@contextmanager
def private_temporary_folder(folder: Path) -> Iterator[None]:
    """While it lasts, temporary files lie in this folder, which is its owner's alone, and empty before and after.

    Raises:
        Misconfigured: it can't be made, or is somebody else's.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.is_symlink() or (hasattr(os, "getuid") and folder.stat().st_uid != os.getuid()):
            raise Misconfigured(f"The temporary folder {folder} is not Casebook's own: name another place in OKF_TEMP.")
        folder.chmod(0o700)
        _empty(folder)
    except OSError as error:
        raise Misconfigured(f"The temporary folder {folder} can't be used: name another place in OKF_TEMP.") from error
    before = tempfile.tempdir
    tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before
        _empty(folder)


def _empty(folder: Path) -> None:
    for left in folder.iterdir():
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)
