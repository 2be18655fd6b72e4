"""A folder of encrypted files, for what has to wait outside the database; each opens under its own name alone."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from cryptography.exceptions import InvalidTag
from sqlalchemy.orm import Session

from okf.durable import sync
from okf.errors import Misconfigured, Unsealed
from okf.store.keyring import NONCE, Cipher
from okf.store.sealing import KEYRING

_STALE: Final = 3600  # seconds after which nobody can still be writing it
_HEAD: Final = b"okfi1"


@dataclass(slots=True)
class SealedFiles:
    """A folder of encrypted files, and the key of what is put there."""

    folder: Path
    key: Cipher
    KIND: ClassVar[str] = ".sealed"

    def put(self, name: str, parts: Sequence[bytes]) -> None:
        """Keep this under its name, whole and on the disk before this returns.

        Raises:
            OSError: it can't be kept; nothing of it is.
        """
        key_id, cipher = self.key
        nonce = os.urandom(NONCE)
        sealed = cipher.encrypt(nonce, b"".join(parts), _bound_to(key_id, name))
        beside = self.folder / f".{name}.{secrets.token_hex(4)}"
        try:
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
            with os.fdopen(descriptor, "wb") as file:
                file.writelines((_HEAD, b":", key_id.encode(), b":", nonce, sealed))
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._file(name))
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        sync(self.folder)

    def read(self, session: Session | None, name: str) -> bytes:
        """What was put there under this name; without a session, if it was under the key at hand.

        Raises:
            Unsealed: it was changed from outside, cut off, put there by somebody else, or under another name.
        """
        head, _, rest = self._file(name).read_bytes().partition(b":")
        key_id, _, sealed = rest.partition(b":")
        if head != _HEAD:
            raise Unsealed("a file that waits is none of Casebook's")
        own, cipher = self.key
        named = key_id.decode("ascii", "replace")
        if named != own:
            if session is None:
                raise Unsealed("a file that waits names another key")
            cipher = session.info[KEYRING].by_id(session, named)
        try:
            return cipher.decrypt(sealed[:NONCE], sealed[NONCE:], _bound_to(named, name))
        except (InvalidTag, ValueError) as error:
            raise Unsealed("a file that waits was changed from outside") from error

    def names(self) -> list[str]:
        """What is there, the oldest first."""
        return names_in(self.folder, self.KIND)

    def remove(self, name: str) -> None:
        """Let go of what was put there under this name."""
        self._file(name).unlink(missing_ok=True)
        sync(self.folder)

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}{self.KIND}"


def names_in(folder: Path, kind: str) -> list[str]:
    """The names of what is in such a folder, the oldest first; none where there is no folder."""
    found = {file.name.removesuffix(kind): file.stat().st_mtime_ns for file in folder.glob(f"[!.]*{kind}")}
    return sorted(found, key=lambda name: (found[name], name))


def make_folder(folder: Path, variable: str) -> None:
    """Make such a folder, its owner's alone, if it is not there; what was half put when a server stopped is let go.

    Raises:
        Misconfigured: it can't be made, or written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        if not os.access(folder, os.W_OK):
            raise PermissionError(folder)
        newest = folder.stat().st_mtime  # by the same clock as the files
        for half in folder.glob(".*"):
            if half.stat().st_mtime < newest - _STALE:
                half.unlink()
    except OSError as error:
        raise Misconfigured(f"The folder {folder} can't be used: name another one in {variable}.") from error


def _bound_to(key_id: str, name: str) -> bytes:
    return f"{key_id}:{name}".encode()
