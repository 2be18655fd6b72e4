"""The inbox: what can't wait for the database, each in an encrypted file of its own, until the server takes it in."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from sqlalchemy.orm import Session

from okf.errors import Misconfigured, Unsealed
from okf.store.keyring import NONCE, Cipher
from okf.store.sealing import KEYRING

SCOPE: Final = "inbox"  # of its data key
KIND: Final = ".concern"
_STALE: Final = 3600  # seconds after which nobody can still be writing it
_HEAD: Final = b"okfi1"


@dataclass(slots=True)
class Inbox:
    """A folder of encrypted files, and the key of what is put there, which is at hand when the database is not.

    `stuck` says of what could not be taken in why, and from whom it is hidden;
    `waited` counts the rounds in which there was no database to take it in.
    """

    folder: Path
    key: Cipher
    stuck: dict[str, Stuck] = field(default_factory=dict)
    waited: dict[str, int] = field(default_factory=dict)
    mailed: dict[str, tuple[str, ...]] = field(default_factory=dict)

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
        _to_disk(self.folder)

    def read(self, session: Session | None, name: str) -> bytes:
        """What was put there under this name; without a session, if it was under the key at hand.

        Raises:
            Unsealed: it was changed from outside, cut off, put there by somebody else, or under another name.
        """
        head, _, rest = self._file(name).read_bytes().partition(b":")
        key_id, _, sealed = rest.partition(b":")
        if head != _HEAD:
            raise Unsealed("a file of the inbox is none of Casebook's")
        own, cipher = self.key
        named = key_id.decode("ascii", "replace")
        if named != own:
            if session is None:
                raise Unsealed("a file of the inbox names another key")
            cipher = session.info[KEYRING].by_id(session, named)
        try:
            return cipher.decrypt(sealed[:NONCE], sealed[NONCE:], _bound_to(named, name))
        except (InvalidTag, ValueError) as error:
            raise Unsealed("a file of the inbox was changed from outside") from error

    def names(self) -> list[str]:
        """What waits, the oldest first."""
        return waiting_in(self.folder)

    def remove(self, name: str) -> None:
        """Let go of what was taken in."""
        self._file(name).unlink(missing_ok=True)
        _to_disk(self.folder)
        for known in (self.stuck, self.waited, self.mailed):
            known.pop(name, None)

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}{KIND}"


@dataclass(frozen=True, slots=True)
class Stuck:
    """Why something could not be taken in, and who may not hear that it is there."""

    why: str
    hidden_from: frozenset[str] = frozenset()


def inbox_at(folder: Path, key: Cipher) -> Inbox:
    """The inbox in a folder, which is made if it is not there; what was half put when a server stopped is let go.

    Raises:
        Misconfigured: the folder can't be made, or written.
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
        raise Misconfigured(f"The inbox {folder} can't be used: name another folder in OKF_INBOX.") from error
    return Inbox(folder, key)


def waiting_in(folder: Path) -> list[str]:
    """The names of what waits in an inbox's folder, the oldest first; none where there is no folder."""
    found = {file.name.removesuffix(KIND): file.stat().st_mtime_ns for file in folder.glob(f"[!.]*{KIND}")}
    return sorted(found, key=lambda name: (found[name], name))


def _bound_to(key_id: str, name: str) -> bytes:
    return f"{key_id}:{name}".encode()


def _to_disk(folder: Path) -> None:
    """Have the folder's own entries on the disk, where the system can: Windows opens no folder."""
    if hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
