"""A backup's file: the whole database as it was at one instant, encrypted, with a manifest that holds no key.

```
body        sqlcipher: the database's own file, under its own key
            sqlite: the same, under a key derived from the master key
            postgresql: the dump, as `okf/store/sealed_stream.py` encrypts it
manifest    JSON that anybody reads: what it is and which keys it needs
rest        JSON that the master key opens: rows of each table, and the body's hash; it seals the manifest too
end         the lengths of both, and a sign by which the file is known
```
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import struct
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import func, inspect, make_url, select, table
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from okf.durable import sync
from okf.errors import Misconfigured
from okf.hygiene import owners_alone
from okf.settings import ROOT, Settings
from okf.store import audit, snapshots
from okf.store.engine import Store, database_file, database_key, sqlcipher, unchanging_store
from okf.store.keyring import NONCE, Keyring, keyring_of
from okf.store.models import AuditEvent, MasterKey
from okf.store.revision import newest_revision, revision_of

Progress = Callable[[int, int], None]
SUFFIX: Final = ".okfbackup"
_END: Final = struct.Struct(">II16s")
_SIGN: Final = b"casebook backup1"
_LONGEST: Final = 1 << 20
_PART: Final = 1 << 20
_BESIDE: Final = ("", "-wal", "-shm", "-journal")
_ORIGIN: Final = select(AuditEvent.hash).where(AuditEvent.seq == 1)


class Kind(StrEnum):
    """Which database a backup is of."""

    SQLCIPHER = "sqlcipher"
    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is, and what opening it needs: never a key.

    `keys` are the ids of the master keys of texts that it needs, beside the
    database's own key for `sqlcipher`; `origin` is the hash of the audit
    record's first event, by which an installation knows its own. `counts`
    are the rows of each table, known where the key has opened them.
    """

    made_at: datetime
    casebook: str
    database: Kind
    schema: str
    head: audit.Head
    keys: tuple[str, ...]
    origin: str | None
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Trailer:
    """All that stands after the body."""

    manifest: Manifest
    length: int
    master: str
    salt: bytes
    clear: bytes
    rest: bytes

    def secret(self, ring: Keyring, purpose: bytes) -> bytes:
        return ring.derived(purpose, self.salt, self.master)


def file_name(at: datetime) -> str:
    """The name of a backup of an instant, by which backups are told from other files."""
    return f"casebook-{at.astimezone(UTC):%Y-%m-%dT%H%MZ}{SUFFIX}"


def make_backup(
    store: Store, settings: Settings, folder: Path, at: datetime, progress: Progress = lambda *_: None
) -> Path:
    """Write a backup into a folder, while everybody works, and open it again; it has its name once it is good.

    Raises:
        Misconfigured: the folder can't take it, or it did not open; no part of it is left then.
    """
    refuse_folder(folder, settings)
    file = folder / file_name(at)
    fresh = folder / f".{file.name}.{secrets.token_hex(4)}"
    try:
        with _told(folder):
            owners_alone(fresh, make=True)
            _write(store, settings, fresh, at, progress)
            verify_backup(fresh, settings)
            fresh.replace(file)
            sync(folder)
    finally:
        for beside in _BESIDE:
            with suppress(OSError):
                fresh.with_name(fresh.name + beside).unlink(missing_ok=True)
    return file


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


def read_manifest(file: Path) -> Manifest:
    """What a backup says of itself to anybody; `verify_backup` says whether it is true.

    Raises:
        Misconfigured: it can't be read, is no backup, or its end is missing.
    """
    return _trailer(file).manifest


def verify_backup(file: Path, settings: Settings) -> Manifest:
    """Open a backup with the keys of these settings and read all of it: its bytes, tables, rows and audit record.

    Raises:
        Misconfigured: it is damaged, cut off, no backup, of another key or a newer Casebook; the sentence says which.
    """
    trailer, ring = _trailer(file), keyring_of(settings.text_key_file)
    _refuse_newer(file, trailer.manifest)
    rest = _opened(file, trailer, ring)
    with _body(file, trailer.length) as parts:
        digest = hashlib.sha256()
        for part in parts:
            digest.update(part)
    if digest.hexdigest() != rest["sha256"]:
        raise _damaged(file)
    with closing(_store_in(file, trailer, ring, settings)) as store:
        manifest = _with_counts(trailer.manifest, rest)
        try:
            _refuse_other(file, manifest, store)
        except (DatabaseError, sqlcipher.DatabaseError) as error:
            raise Misconfigured(
                f"{file} can't be opened: the key at {settings.key_file} is not its database's."
                " Put the key file of its day there."
            ) from error
    return manifest


def unpack(file: Path, settings: Settings) -> None:
    """Put a backup's database into the empty place that the settings name.

    Raises:
        Misconfigured: it is damaged or of another kind of database, or something is there already.
    """
    trailer, ring = _trailer(file), keyring_of(settings.text_key_file)
    _refuse_newer(file, trailer.manifest)
    rest, kind = _opened(file, trailer, ring), kind_of(settings)
    if kind is not trailer.manifest.database:
        raise Misconfigured(
            f"{file} is of a {trailer.manifest.database} database, and OKF_DATABASE_URL names a {kind} one."
        )
    target = database_file(settings)
    if target is None:
        raise NotImplementedError
    if target.exists() and target.stat().st_size:
        raise Misconfigured(f"There is a database at {target} already: move it away, or name an empty place.")
    fresh = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with _told(target.parent):
            owners_alone(fresh, make=True)
            _copy_body(file, trailer, rest, fresh)
            if kind is Kind.SQLITE:
                plain = fresh.with_name(f"{fresh.name}-plain")
                owners_alone(plain, make=True)
                snapshots.copy_into_plain(fresh, trailer.secret(ring, b"body").hex(), plain)
                plain.replace(fresh)
            _to_disk(fresh)
            fresh.replace(target)
            sync(target.parent)
    finally:
        fresh.unlink(missing_ok=True)


def kind_of(settings: Settings) -> Kind:
    """Which database the settings name."""
    driver = make_url(settings.database_url).drivername
    return Kind(driver) if driver in set(Kind) else Kind.POSTGRESQL


def casebook_version() -> str:
    """The version of this Casebook."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"])


def _write(store: Store, settings: Settings, fresh: Path, at: datetime, progress: Progress) -> None:
    kind, ring, salt = kind_of(settings), keyring_of(settings.text_key_file), secrets.token_bytes(16)
    master = ring.newest
    source = database_file(settings)
    assert source is not None
    if kind is Kind.SQLCIPHER:
        key = database_key(settings)
        assert key is not None
        snapshots.copy_encrypted(source, key, fresh, progress)
    else:
        key = ring.derived(b"body", salt, master).hex()
        snapshots.copy_plain(source, key, fresh)
    with closing(unchanging_store(fresh, key, ring)) as copied, copied.reading() as session:
        manifest = _manifest(session, kind, at, ring)
    with fresh.open("rb") as body:
        sha256 = hashlib.file_digest(body, "sha256").hexdigest()
    clear = _as_json(manifest) | {"length": fresh.stat().st_size, "master": master, "salt": salt.hex()}
    _seal(fresh, ring, clear, {"counts": dict(manifest.counts), "sha256": sha256})


def _seal(fresh: Path, ring: Keyring, told: dict[str, Any], hidden: dict[str, Any]) -> None:
    clear, nonce = json.dumps(told).encode(), os.urandom(NONCE)
    secret = AESGCM(ring.derived(b"manifest", bytes.fromhex(told["salt"]), told["master"]))
    rest = nonce + secret.encrypt(nonce, json.dumps(hidden).encode(), clear)
    with fresh.open("ab") as file:
        file.write(clear + rest + _END.pack(len(clear), len(rest), _SIGN))
        file.flush()
        os.fsync(file.fileno())


def _manifest(session: Session, kind: Kind, at: datetime, ring: Keyring) -> Manifest:
    return Manifest(
        made_at=at,
        casebook=casebook_version(),
        database=kind,
        schema=revision_of(session.connection()) or "",
        head=audit.head(session),
        keys=tuple(sorted({ring.newest, *session.scalars(select(MasterKey.id))})),
        origin=session.scalar(_ORIGIN),
        counts=_counts(session),
    )


def _counts(session: Session) -> dict[str, int]:
    names = sorted(inspect(session.connection()).get_table_names())
    return {name: session.scalar(select(func.count()).select_from(table(name))) or 0 for name in names}


def _as_json(manifest: Manifest) -> dict[str, Any]:
    return {
        "made_at": manifest.made_at.astimezone(UTC).isoformat(),
        "casebook": manifest.casebook,
        "database": manifest.database.value,
        "schema": manifest.schema,
        "head": [manifest.head.seq, manifest.head.hash],
        "keys": list(manifest.keys),
        "origin": manifest.origin,
    }


def _trailer(file: Path) -> _Trailer:
    with _told(file), file.open("rb") as opened:
        size = opened.seek(0, os.SEEK_END)
        opened.seek(max(size - _END.size, 0))
        end = opened.read()
        if len(end) < _END.size or not end.endswith(_SIGN):
            raise Misconfigured(f"{file} is no backup of Casebook, or its end is missing: it was cut off.")
        clear_length, rest_length, _ = _END.unpack(end)
        length = size - _END.size - clear_length - rest_length
        if length < 0 or max(clear_length, rest_length) > _LONGEST:
            raise _damaged(file)
        opened.seek(length)
        clear, rest = opened.read(clear_length), opened.read(rest_length)
    try:
        told = json.loads(clear)
        if told["length"] != length:
            raise Misconfigured(f"{file} is not whole: {told['length']:,} bytes were written, {length:,} are there.")
        manifest = Manifest(
            made_at=datetime.fromisoformat(told["made_at"]),
            casebook=told["casebook"],
            database=Kind(told["database"]),
            schema=told["schema"],
            head=audit.Head(*told["head"]),
            keys=tuple(told["keys"]),
            origin=told["origin"],
        )
        return _Trailer(manifest, length, told["master"], bytes.fromhex(told["salt"]), clear, rest)
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(file) from error


def _opened(file: Path, trailer: _Trailer, ring: Keyring) -> dict[str, Any]:
    """What the master key opens; the manifest is what was written then."""
    try:
        secret = AESGCM(trailer.secret(ring, b"manifest"))
        opened: dict[str, Any] = json.loads(secret.decrypt(trailer.rest[:NONCE], trailer.rest[NONCE:], trailer.clear))
    except (InvalidTag, ValueError) as error:
        raise _damaged(file) from error
    return opened


def _with_counts(manifest: Manifest, rest: Mapping[str, Any]) -> Manifest:
    return replace(manifest, counts=rest["counts"])


def _refuse_newer(file: Path, manifest: Manifest) -> None:
    if manifest.schema > newest_revision():
        raise Misconfigured(
            f"{file} was made by a newer Casebook, {manifest.casebook}, at revision {manifest.schema};"
            f" this one is at {newest_revision()}. Install that one first."
        )


def _store_in(file: Path, trailer: _Trailer, ring: Keyring, settings: Settings) -> Store:
    key = database_key(settings) if trailer.manifest.database is Kind.SQLCIPHER else None
    return unchanging_store(file, key or trailer.secret(ring, b"body").hex(), ring)


def _refuse_other(file: Path, manifest: Manifest, store: Store) -> None:
    """Compare what is in a backup with what its manifest says."""
    with store.reading() as session:
        found = session.connection().exec_driver_sql("PRAGMA quick_check(1)").scalar()
        if found != "ok" or revision_of(session.connection()) != manifest.schema:
            raise _damaged(file)
        if audit.head(session) != manifest.head or _counts(session) != manifest.counts:
            raise _damaged(file)
        if manifest.schema == newest_revision():  # an older record is read once it is brought up to date
            verdict = audit.verify(session)
            if not verdict.whole:
                raise Misconfigured(f"{file} holds an audit record that is not whole. {verdict.in_words()}.")


@contextmanager
def _body(file: Path, length: int) -> Iterator[Iterator[bytes]]:
    with _told(file), file.open("rb") as opened:
        yield _parts(opened, length)


def _parts(opened: BinaryIO, length: int) -> Iterator[bytes]:
    while length and (part := opened.read(min(_PART, length))):
        length -= len(part)
        yield part


def _copy_body(file: Path, trailer: _Trailer, rest: Mapping[str, Any], target: Path) -> None:
    digest = hashlib.sha256()
    with _body(file, trailer.length) as parts, target.open("wb") as copy:
        for part in parts:
            digest.update(part)
            copy.write(part)
    if digest.hexdigest() != rest["sha256"]:
        raise _damaged(file)


def _to_disk(file: Path) -> None:
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())


@contextmanager
def _told(where: Path) -> Iterator[None]:
    """Say in words what the system refused."""
    try:
        yield
    except OSError as error:
        raise Misconfigured(f"{where}: {error.strerror}.") from error


def _damaged(file: Path) -> Misconfigured:
    return Misconfigured(f"{file} is damaged: it is not what was written. Take another backup.")
