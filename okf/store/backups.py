"""Backups: the whole database as it was at one instant, in one encrypted file that was opened again."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path
from typing import Final

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import func, inspect, make_url, select, table
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from okf.durable import sync
from okf.errors import Misconfigured, StoreUnavailable
from okf.hygiene import owners_alone
from okf.settings import ROOT, Settings
from okf.store import audit, dumps, snapshots
from okf.store.backup_manifest import (
    Kind,
    Manifest,
    body_key,
    damaged,
    read_manifest,
    read_trailer,
    told_in_words,
    write_trailer,
)
from okf.store.engine import Store, database_file, database_key, open_store, unchanging_store
from okf.store.keyring import Keyring, keyring_of, wrapped_by
from okf.store.models import AuditEvent
from okf.store.revision import newest_revision, revision_of
from okf.store.sealed_stream import Cut, seal, unseal

Progress = Callable[[int, int], None]
__all__ = [
    "Manifest",
    "copy_backup",
    "free_name",
    "is_named",
    "make_backup",
    "read_manifest",
    "unpack",
    "verify_backup",
]

SUFFIX: Final = ".okfbackup"
_PART: Final = 1 << 20
_BESIDE: Final = ("", "-wal", "-shm", "-journal")
_ORIGIN: Final = select(AuditEvent.hash).where(AuditEvent.seq == 1)


def free_name(folder: Path, at: datetime) -> Path:
    """Where a backup of an instant goes in a folder: beside what is there, by a number if its name is taken."""
    names = chain([""], (f"-{number}" for number in count(2)))
    return next(file for name in names if not (file := folder / f"{_stem(at)}{name}{SUFFIX}").exists())


def is_named(file: Path, at: datetime) -> bool:
    """Whether a file has the name of a backup of this instant, by which backups are told from other files."""
    return file.name.removesuffix(SUFFIX).rstrip("0123456789").rstrip("-") == _stem(at)


def _stem(at: datetime) -> str:
    return f"casebook-{at.astimezone(UTC):%Y-%m-%dT%H%M%SZ}"


def kind_of(settings: Settings) -> Kind:
    """Which database the settings name."""
    driver = make_url(settings.database_url).drivername
    return Kind(driver) if driver in set(Kind) else Kind.POSTGRESQL


def make_backup(
    store: Store, settings: Settings, folder: Path, at: datetime, progress: Progress = lambda *_: None
) -> Path:
    """Write a backup into a folder, while everybody works, and open it again; it has its name once it is good.

    Raises:
        Misconfigured: the folder can't take it, or it did not open; no part of it is left then.
    """
    refuse_folder(folder, settings)
    file = free_name(folder, at)
    with unfinished(file) as fresh:
        _write(store, settings, fresh, at, progress)
        to_disk(fresh)
        verify_backup(fresh, settings)
    return file


def copy_backup(file: Path, folder: Path, at: datetime) -> Path:
    """Copy a backup into a second folder, and read the copy again from there, byte for byte.

    Raises:
        Misconfigured: the folder can't take it, or the copy is not the same; no part of it is left then.
    """
    copy = free_name(folder, at)
    with unfinished(copy) as fresh:
        shutil.copyfile(file, fresh)
        to_disk(fresh)
        if _sha256(fresh) != _sha256(file):
            raise Misconfigured(f"The copy in {folder} is not the same as {file}: look at the disk. It is not kept.")
    return copy


def refuse_folder(folder: Path, settings: Settings) -> None:
    """Say why a folder can't hold backups.

    Raises:
        Misconfigured: it is not there, or is the keys' or the database's.
    """
    if not folder.is_dir():
        raise Misconfigured(f"The folder of backups, {folder}, is not there. Make it, or connect its disk again.")
    here, database = folder.resolve(), database_file(settings)
    if here == settings.key_file.resolve().parent:
        raise Misconfigured(
            f"The folder of backups, {folder}, is the keys' folder: who finds one would have both. Name another."
        )
    if database is not None and here == database.resolve().parent:
        raise Misconfigured(
            f"The folder of backups, {folder}, is the database's: what takes one takes both. Name one on another disk."
        )


@contextmanager
def unfinished(file: Path) -> Iterator[Path]:
    """A file beside this one to write to; it gets the name at the end, on the disk, or is gone after a fault.

    Raises:
        Misconfigured: the system refuses, which the sentence tells.
    """
    fresh = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        with told_in_words(file.parent):
            owners_alone(fresh, make=True)
            yield fresh
            to_disk(fresh)
            fresh.replace(file)
            sync(file.parent)
    finally:
        for beside in _BESIDE:
            with suppress(OSError):
                fresh.with_name(fresh.name + beside).unlink(missing_ok=True)


def to_disk(file: Path) -> None:
    """Bring a file to the disk, and forget what of it is in memory, so that it is read from there again."""
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def verify_backup(file: Path, settings: Settings) -> Manifest:
    """Open a backup with the keys of these settings and read all of it: its bytes, tables, rows and audit record.

    The record in a dump was read when it was made, in the same transaction.

    Raises:
        Misconfigured: it is damaged, cut off, no backup, of another key or a newer Casebook; the sentence says which.
    """
    backup = _Backup(file, settings)
    for _ in backup.parts():
        pass
    if backup.manifest.database is Kind.POSTGRESQL:
        with backup.dump() as parts:
            counts = dumps.rows_in(parts)
        if counts != backup.manifest.counts:
            raise damaged(file)
        return backup.manifest
    key = database_key(settings) if backup.manifest.database is Kind.SQLCIPHER else None
    try:
        with closing(unchanging_store(file, key or backup.secret.hex(), backup.ring)) as store:
            _refuse_other(file, backup.manifest, store)
    except (StoreUnavailable, DatabaseError, sqlcipher.DatabaseError) as error:
        raise Misconfigured(
            f"{file} can't be opened: the key at {settings.key_file} is not its database's."
            " Put the key file of its day there."
        ) from error
    return backup.manifest


def unpack(file: Path, settings: Settings) -> None:
    """Put a backup's database into the empty place that the settings name.

    Raises:
        Misconfigured: it is damaged or of another kind of database, or something is there already.
    """
    backup, kind, target = _Backup(file, settings), kind_of(settings), database_file(settings)
    if kind is not backup.manifest.database:
        raise Misconfigured(
            f"{file} is of a {backup.manifest.database} database, and OKF_DATABASE_URL names a {kind} one."
        )
    if target is None:
        _restore_dump(backup, settings)
        return
    if target.exists() and target.stat().st_size:
        raise Misconfigured(f"There is a database at {target} already: move it away, or name an empty place.")
    with unfinished(target) as fresh:
        if kind is Kind.SQLCIPHER:
            with fresh.open("wb") as copy:
                copy.writelines(backup.parts())
        else:
            for _ in backup.parts():
                pass
            snapshots.copy_into_plain(file, backup.secret.hex(), fresh)


class _Backup:
    """A backup that the master key has opened, so that its manifest is what was written."""

    def __init__(self, file: Path, settings: Settings) -> None:
        trailer, self.ring = read_trailer(file), keyring_of(settings.text_key_file)
        newest = newest_revision()
        if trailer.manifest.schema > newest:
            raise Misconfigured(
                f"{file} was made by a newer Casebook, {trailer.manifest.casebook}, at revision"
                f" {trailer.manifest.schema}; this one is at {newest}. Install that one first."
            )
        if lacking := self.ring.lacking((trailer.master, *trailer.manifest.keys)):
            raise Misconfigured(
                f"{file} needs the key of texts {' and '.join(lacking)}, which is neither in {settings.text_key_file}"
                " nor in the archive beside it. Put the key file of its day there."
            )
        self.manifest, self.sha256 = trailer.opened(file, self.ring)
        self.file, self.length, self.secret = file, trailer.length, trailer.body_key(self.ring)

    def parts(self) -> Iterator[bytes]:
        """The body as it lies.

        Raises:
            Misconfigured: at its end, that it is not what was written.
        """
        digest, left = hashlib.sha256(), self.length
        with told_in_words(self.file), self.file.open("rb") as opened:
            while left and (part := opened.read(min(_PART, left))):
                digest.update(part)
                left -= len(part)
                yield part
        if digest.hexdigest() != self.sha256:
            raise damaged(self.file)

    @contextmanager
    def dump(self) -> Iterator[Iterator[bytes]]:
        """The dump in the body, opened."""
        try:
            with self.file.open("rb") as opened:
                yield unseal(opened, self.length, self.secret)
        except Cut as error:
            raise damaged(self.file) from error


def _restore_dump(backup: _Backup, settings: Settings) -> None:
    for _ in backup.parts():
        pass
    with closing(open_store(settings)) as store, store.reading() as session, backup.dump() as parts:
        if inspect(session.connection()).get_table_names():
            raise Misconfigured("There are tables in the database that OKF_DATABASE_URL names: name an empty one.")
        dumps.restored(parts, session)


def _write(store: Store, settings: Settings, fresh: Path, at: datetime, progress: Progress) -> None:
    ring, salt = keyring_of(settings.text_key_file), secrets.token_bytes(16)
    with store.reading() as session:
        master = min(wrapped_by(session), default=min(ring.ids))
    kind, secret = kind_of(settings), body_key(ring, master, salt)
    if kind is Kind.POSTGRESQL:
        manifest = _write_dump(store, fresh, secret, at, progress)
    else:
        manifest = _write_copy(settings, ring, fresh, secret.hex(), at, progress)
    manifest = replace(manifest, keys=tuple(sorted({master, *manifest.keys})))
    write_trailer(fresh, manifest, ring, master, salt, _sha256(fresh))


def _write_copy(
    settings: Settings, ring: Keyring, fresh: Path, secret: str, at: datetime, progress: Progress
) -> Manifest:
    source, key = database_file(settings), database_key(settings)
    if source is None:
        raise Misconfigured("OKF_DATABASE_URL names no file.")
    if key is None:
        snapshots.copy_plain(source, secret, fresh)
    else:
        snapshots.copy_encrypted(source, key, fresh, progress)
    with closing(unchanging_store(fresh, key or secret, ring)) as copied, copied.reading() as session:
        return _manifest(session, kind_of(settings), at)


def _write_dump(store: Store, fresh: Path, secret: bytes, at: datetime, progress: Progress) -> Manifest:
    with store.reading() as session:
        manifest = _manifest(session, Kind.POSTGRESQL, at)
        verdict = audit.verify(session)
        if not verdict.whole:
            raise _broken_record("The database", verdict)
        with dumps.dumped(session) as dump, fresh.open("wb") as file:
            for part in seal(dump, secret):
                file.write(part)
                progress(file.tell(), 0)
    return manifest


def _manifest(session: Session, kind: Kind, at: datetime) -> Manifest:
    return Manifest(
        made_at=at,
        casebook=str(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]),
        database=kind,
        schema=revision_of(session.connection()) or "",
        head=audit.head(session),
        keys=tuple(wrapped_by(session)),
        origin=session.scalar(_ORIGIN),
        counts=_counts(session),
    )


def _counts(session: Session) -> dict[str, int]:
    names = sorted(inspect(session.connection()).get_table_names())
    return {name: session.scalar(select(func.count()).select_from(table(name))) or 0 for name in names}


def _refuse_other(file: Path, manifest: Manifest, store: Store) -> None:
    """Compare what is in a copy with what its manifest says."""
    with store.reading() as session:
        sound = session.connection().exec_driver_sql("PRAGMA quick_check(1)").scalar() == "ok"
        there = (revision_of(session.connection()), audit.head(session), _counts(session))
        if not sound or there != (manifest.schema, manifest.head, manifest.counts):
            raise damaged(file)
        if manifest.schema == newest_revision():  # an older record is read once it is brought up to date
            verdict = audit.verify(session)
            if not verdict.whole:
                raise _broken_record(str(file), verdict)


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _broken_record(what: str, verdict: audit.Verdict) -> Misconfigured:
    return Misconfigured(f"{what} holds an audit record that is not whole. {verdict.in_words()}.")
