"""The inbox: what can't wait for the database, each in an encrypted file of its own, until the server takes it in."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Final

from okf.store.keyring import Cipher
from okf.store.sealed_files import SealedFiles, make_folder, names_in

SCOPE: Final = "inbox"  # of its data key


@dataclass(slots=True)
class Inbox(SealedFiles):
    """What can't wait, under a key that is at hand when the database is not.

    `stuck` says of what could not be taken in why, and from whom it is hidden;
    `waited` counts the rounds in which there was no database to take it in.
    """

    KIND: ClassVar[str] = ".concern"
    stuck: dict[str, Stuck] = field(default_factory=dict)
    waited: dict[str, int] = field(default_factory=dict)
    mailed: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def remove(self, name: str) -> None:
        """Let go of what was taken in."""
        SealedFiles.remove(self, name)
        for known in (self.stuck, self.waited, self.mailed):
            known.pop(name, None)


@dataclass(frozen=True, slots=True)
class Stuck:
    """Why something could not be taken in, and who may not hear that it is there: if `sealed` whoever is no lead."""

    why: str
    hidden_from: frozenset[str] = frozenset()
    sealed: bool = False


def inbox_at(folder: Path, key: Cipher) -> Inbox:
    """The inbox in a folder, which is made if it is not there.

    Raises:
        Misconfigured: the folder can't be made, or written.
    """
    make_folder(folder, "OKF_INBOX")
    return Inbox(folder, key)


def waiting_in(folder: Path) -> list[str]:
    """The names of what waits in an inbox's folder, the oldest first; none where there is no folder."""
    return names_in(folder, Inbox.KIND)
