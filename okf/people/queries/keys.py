"""The keys as the host looks after them: which files there are, what needs them, and whether they open everything."""

from __future__ import annotations

import stat
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from okf.desk import Desk
from okf.errors import Misconfigured
from okf.settings import Settings
from okf.store.keyring import archive_of, archived, data_keys, key_ids, wrapped_by
from okf.store.narrative import Unsealed
from okf.terms import Action

COPIES: Final = (
    "Keep a copy of each of these files in two places apart from this machine and apart from the backups:"
    " whoever has a backup and its keys can read it, and without them nobody can. Copy them again after `keys rotate`."
)


@dataclass(frozen=True, slots=True)
class KeyFile:
    """One key file: what it is for, and how it lies there; `mode` is none where it doesn't."""

    path: Path
    purpose: str
    mode: int | None
    ids: tuple[str, ...]
    fault: str = ""

    def in_words(self) -> list[str]:
        """As the host reads it; never a key."""
        there = "not there" if self.mode is None else f"there, mode {self.mode:04o}"
        told = [f"{self.path}: {there}", f"  {self.purpose}", *(f"  Key {key}" for key in self.ids)]
        return [*told, f"  {self.fault}"] if self.fault else told


@dataclass(frozen=True, slots=True)
class KeysChecked:
    """How many data keys there are, and how many of each kind of scope do not open."""

    total: int
    unopened: Mapping[str, int]

    @property
    def good(self) -> bool:
        """Whether all of them open."""
        return not self.unopened

    def in_words(self) -> list[str]:
        """As the host reads it."""
        if self.good:
            return [f"All {self.total:,} data keys open."]
        kinds = "; ".join(f"{kind}: {count:,}" for kind, count in sorted(self.unopened.items()))
        return [
            f"{sum(self.unopened.values()):,} of {self.total:,} data keys do not open, and nothing told under them does"
            f" ({kinds}). `keys show` says which key files should be there; a data key that was changed is put back"
            " from a backup."
        ]


@dataclass(frozen=True, slots=True)
class MasterInUse:
    """A master key that the database names: where it is, and how many data keys it wraps."""

    key: str
    data_keys: int
    file: Path | None

    def in_words(self) -> str:
        """As the host reads it."""
        where = f"It is in {self.file.name}." if self.file else "IT IS NOT HERE: put its file back from its copy."
        return f"Key {self.key} wraps {self.data_keys:,} data keys; a backup made now needs it. {where}"


def key_files(settings: Settings) -> list[KeyFile]:
    """The key files of an installation, there or not; no database is asked."""
    whole = "Opens the whole database file: each backup of it needs this file."
    if not settings.database_url.startswith("sqlcipher"):
        whole = "Not used: this database is not a file of SQLCipher's."
    texts = settings.text_key_file
    return [
        _look(settings.key_file, whole, key_ids),
        _look(texts, "Opens texts and files: each backup since the last rotation needs it.", key_ids),
        _look(
            archive_of(texts),
            "Opens texts and files in backups from before a rotation, which need it; made by the first rotation.",
            lambda _: list(archived(texts)),
        ),
        _look(
            settings.signing_key_file,
            "Seals certificates of signatures, and is made with the first; no backup needs it.",
            lambda _: [],
        ),
    ]


def check_keys(desk: Desk, progress: Callable[[int, int], None] = lambda *_: None) -> KeysChecked:
    """Open every data key; for the host alone.

    Raises:
        Refused: on a page, for everyone.
    """
    desk.require(Action.ROTATE_KEYS)
    unopened: Counter[str] = Counter()
    done = 0
    with desk.reading() as session:
        total = sum(wrapped_by(session).values())
        for rows in data_keys(session):
            for scope, key_id, wrapped in rows:
                try:
                    desk.store.keyring.unwrap(wrapped, key_id)
                except (Misconfigured, Unsealed):
                    unopened[scope.partition(":")[0]] += 1
            done += len(rows)
            progress(done, total)
    return KeysChecked(total, unopened)


def masters_in_use(desk: Desk) -> list[MasterInUse]:
    """The master keys that the database names, and with it a backup made now; for the host alone.

    Raises:
        Refused: on a page, for everyone.
    """
    desk.require(Action.ROTATE_KEYS)
    with desk.reading() as session:
        named = wrapped_by(session)
    file = desk.store.keyring.file
    where = {}
    if file is not None:
        where = dict.fromkeys(archived(file), archive_of(file)) | dict.fromkeys(key_ids(file), file)
    return [MasterInUse(key, count, where.get(key)) for key, count in sorted(named.items())]


def _look(file: Path, purpose: str, ids: Callable[[Path], list[str]]) -> KeyFile:
    if not file.exists():
        return KeyFile(file, purpose, None, ())
    mode = stat.S_IMODE(file.stat().st_mode)
    try:
        return KeyFile(file, purpose, mode, tuple(ids(file)))
    except Misconfigured as error:
        return KeyFile(file, purpose, mode, (), str(error))
