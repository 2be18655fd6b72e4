"""Backups made, kept by the rule, copied to a second place and put on record; and begun by the server each day."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from okf import beside
from okf.desk import Desk
from okf.durable import held
from okf.errors import Misconfigured, StoreUnavailable
from okf.policy.backups import DUE, Keep, kept
from okf.proof.queries.backups import backup_standing
from okf.settings import Settings, settings
from okf.store.backup_manifest import Manifest, read_manifest
from okf.store.backups import SUFFIX, Progress, copy_backup, is_named, make_backup, refuse_folder
from okf.terms import Action

_VERB: Final = ("backup", "--if-due")


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A backup that was made and is good; `dropped` are the names of older ones that the rule no longer keeps."""

    file: Path
    manifest: Manifest
    copy: Path | None
    dropped: tuple[str, ...]

    def in_words(self) -> list[str]:
        """What was made, and what it needs."""
        keys = " and ".join(self.manifest.keys)
        own = "the database's key and " if self.manifest.database == "sqlcipher" else ""
        told = [
            f"{self.file} is good: {self.manifest.head.seq:,} events, chain whole, {self.file.stat().st_size:,} bytes.",
            f"To open it takes {own}the key of texts {keys}, which it does not hold.",
        ]
        if self.copy:
            told.append(f"{self.copy} is the same, byte for byte.")
        if self.dropped:
            told.append(f"No longer kept: {', '.join(self.dropped)}.")
        return told


def back_up(
    desk: Desk,
    here: Settings,
    folder: Path,
    second: Path | None = None,
    *,
    if_due: bool = False,
    progress: Progress = lambda *_: None,
) -> BackedUp | None:
    """Make a backup while everybody works, and put on record that it is good, or why there is none; one at a time.

    With `if_due` none is made while the last good one is younger than a day.

    Raises:
        Refused: on a page, for everyone.
        Misconfigured: it can't be written, read again, or copied; the sentence says why and is on record.
    """
    desk.require(Action.BACK_UP)
    with held(here.key_file.with_suffix(".backup")):
        if if_due and not is_due(desk):
            return None
        try:
            at = desk.now()
            file = make_backup(desk.store, here, folder, at, progress)
            made = BackedUp(file, read_manifest(file), None, _drop(folder, file, here.backup_keep))
        except Misconfigured as error:
            _note_failure(desk, error)
            raise
        unsaid = _note_made(desk, made)
        if second is not None:
            try:
                refuse_folder(second, here)
                copy = copy_backup(file, second, made.manifest.made_at)
                made = replace(made, copy=copy, dropped=made.dropped + _drop(second, copy, here.backup_keep))
            except Misconfigured as error:
                _note_failure(desk, error)
                raise
        if unsaid:
            raise unsaid
        return made


def is_due(desk: Desk) -> bool:
    """Whether the last good backup is about a day old."""
    with desk.reading() as session:
        stands = backup_standing(session, desk.now())
    return stands.last is None or stands.at - stands.last >= DUE


def begin_daily_backup(desk: Desk) -> None:
    """Where a folder is set and a backup is due, begin one in a process of its own, so that nobody waits for it."""
    if settings().backup_dir is not None and not beside.is_running(*_VERB) and is_due(desk):
        beside.begin(*_VERB, clock=desk.now())


def _note_made(desk: Desk, made: BackedUp) -> Misconfigured | None:
    """Put a good backup on record; where the database can't be written, what is to be said of that."""
    try:
        with desk.permitted(Action.BACK_UP) as deed:
            deed.about(made.file.name)
            deed.note(did="backup made", events=made.manifest.head.seq, bytes=made.file.stat().st_size)
    except StoreUnavailable as error:
        told = f"{made.file} is good and stays, but Casebook could not put on record that it was made. {error}"
        return Misconfigured(told)
    return None


def _note_failure(desk: Desk, error: Misconfigured) -> None:
    with suppress(StoreUnavailable):  # a database that can't be written is told by the error itself
        desk.note_event(Action.BACK_UP, did="backup failed", why=str(error))


def _drop(folder: Path, newest: Path, rule: Keep) -> tuple[str, ...]:
    """Delete what the rule no longer keeps: of this installation's backups alone, and never the newest."""
    origin = read_manifest(newest).origin
    made = {}
    for file in folder.glob(f"casebook-*{SUFFIX}"):
        with suppress(Misconfigured):  # damaged, or another's: not ours to delete
            manifest = read_manifest(file)
            if origin and manifest.origin == origin and is_named(file, manifest.made_at):
                made[file] = manifest.made_at
    stay = kept(made.values(), rule)
    gone = [file for file, at in made.items() if at not in stay and file != newest]
    for file in gone:
        with suppress(OSError):  # it is there the next time
            file.unlink()
    return tuple(sorted(file.name for file in gone if not file.exists()))
