"""What stands at the end of a backup: a manifest that anybody reads, and what the master key opens and seals.

```
body        sqlcipher: the database's own file, under its own key
            sqlite: the same, under a key made from the master key of texts
            postgresql: the dump, as `okf/store/sealed_stream.py` seals it
manifest    JSON that anybody reads: what it is, and which keys it needs
rest        JSON that the master key opens: rows of each table, and the body's hash; it seals the manifest too
end         the lengths of both, and a sign by which the file is known
```
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

import sqlcipher3.dbapi2 as sqlcipher
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from okf.errors import Misconfigured
from okf.store import audit
from okf.store.keyring import NONCE, Keyring

_END: Final = struct.Struct(">II16s")
_SIGN: Final = b"casebook backup1"
_LONGEST: Final = 1 << 20


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
    are the rows of each table, known where a key has opened them.
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
class Trailer:
    """What stands after the body, as anybody reads it."""

    manifest: Manifest
    length: int
    master: str
    salt: bytes
    clear: bytes
    rest: bytes

    def body_key(self, ring: Keyring) -> bytes:
        """The key of a body that has none of its own."""
        return body_key(ring, self.master, self.salt)

    def opened(self, file: Path, ring: Keyring) -> tuple[Manifest, str]:
        """The manifest as it was written, with the rows of each table; and the body's hash.

        Raises:
            Misconfigured: it is not what was written.
        """
        cipher = AESGCM(_seal_key(ring, self.master, self.salt))
        try:
            rest = json.loads(cipher.decrypt(self.rest[:NONCE], self.rest[NONCE:], self.clear))
        except (InvalidTag, ValueError) as error:
            raise damaged(file) from error
        return replace(self.manifest, counts=rest["counts"]), rest["sha256"]


def write_trailer(file: Path, manifest: Manifest, ring: Keyring, master: str, salt: bytes, sha256: str) -> None:
    """Put the manifest behind the body, whose hash this is."""
    told = {
        "made_at": manifest.made_at.astimezone(UTC).isoformat(),
        "casebook": manifest.casebook,
        "database": manifest.database,
        "schema": manifest.schema,
        "head": [manifest.head.seq, manifest.head.hash],
        "keys": manifest.keys,
        "origin": manifest.origin,
        "length": file.stat().st_size,
        "master": master,
        "salt": salt.hex(),
    }
    rest = json.dumps({"counts": manifest.counts, "sha256": sha256}).encode()
    clear, nonce = json.dumps(told).encode(), os.urandom(NONCE)
    sealed = nonce + AESGCM(_seal_key(ring, master, salt)).encrypt(nonce, rest, clear)
    with file.open("ab") as opened:
        opened.write(clear + sealed + _END.pack(len(clear), len(sealed), _SIGN))


def body_key(ring: Keyring, master: str, salt: bytes) -> bytes:
    """The key of one backup's body, where the database's file has none of its own."""
    return ring.derived(b"casebook backup body", salt, master)


def read_trailer(file: Path) -> Trailer:
    """What stands behind the body.

    Raises:
        Misconfigured: the file can't be read, is no backup, or is not whole.
    """
    with told_in_words(file), file.open("rb") as opened:
        size = opened.seek(0, os.SEEK_END)
        opened.seek(max(size - _END.size, 0))
        end = opened.read()
        if len(end) < _END.size or not end.endswith(_SIGN):
            raise Misconfigured(f"{file} is no backup of Casebook, or its end is missing: it was cut off.")
        clear_length, rest_length, _ = _END.unpack(end)
        length = size - _END.size - clear_length - rest_length
        if length < 0 or max(clear_length, rest_length) > _LONGEST:
            raise damaged(file)
        opened.seek(length)
        clear, rest = opened.read(clear_length), opened.read(rest_length)
    try:
        told = json.loads(clear)
        if told["length"] != length:
            raise damaged(file)
        manifest = Manifest(
            made_at=datetime.fromisoformat(told["made_at"]),
            casebook=told["casebook"],
            database=Kind(told["database"]),
            schema=told["schema"],
            head=audit.Head(*told["head"]),
            keys=tuple(told["keys"]),
            origin=told["origin"],
        )
        return Trailer(manifest, length, told["master"], bytes.fromhex(told["salt"]), clear, rest)
    except (ValueError, KeyError, TypeError) as error:
        raise damaged(file) from error


def read_manifest(file: Path) -> Manifest:
    """What a backup says of itself to anybody; `verify_backup` says whether it is true.

    Raises:
        Misconfigured: it can't be read, is no backup, or its end is missing.
    """
    return read_trailer(file).manifest


@contextmanager
def told_in_words(where: Path) -> Iterator[None]:
    """Say in words what the system, or the database's library, refused to write or read."""
    try:
        yield
    except OSError as error:
        raise Misconfigured(f"{where}: {error.strerror}. No part of a backup is left there.") from error
    except sqlcipher.OperationalError as error:
        raise Misconfigured(f"{where}: {error}. No part of a backup is left there.") from error


def damaged(file: Path) -> Misconfigured:
    """The one sentence for what is not as it was written."""
    return Misconfigured(f"{file} is damaged: it is not what was written. Take another backup.")


def _seal_key(ring: Keyring, master: str, salt: bytes) -> bytes:
    return ring.derived(b"casebook backup manifest", salt, master)
