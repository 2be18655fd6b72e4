"""The keyring: a data key a case, wrapped by a master key that is never in the database.

Everything is AES-256-GCM of the `cryptography` library: what was changed from
outside, or moved under another scope's key, does not open.
"""

from __future__ import annotations

import base64
import os
import secrets
import stat
from collections.abc import Collection, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Engine, bindparam, insert, inspect, select
from sqlalchemy.orm import Session

from okf.errors import Misconfigured
from okf.hygiene import owners_alone
from okf.store.models import DataKey, MasterKey
from okf.store.narrative import Unsealed

Cipher = tuple[str, AESGCM]
NONCE: Final = 12
_KEPT: Final = 50_000
_BATCH: Final = 500
_BY_ID = select(DataKey.wrapped).where(DataKey.id == bindparam("key"))
_BY_SCOPE = select(DataKey.scope, DataKey.id, DataKey.wrapped).where(DataKey.scope.in_(bindparam("s", expanding=True)))


class Keyring:
    """The master keys of one installation, newest first, and the data keys opened so far."""

    def __init__(self, masters: Sequence[bytes], file: Path | None = None) -> None:
        self.file = file
        self._keep(masters)
        self._opened: dict[str, AESGCM] = {}
        self._of_scope: dict[str, Cipher] = {}

    @classmethod
    def throwaway(cls) -> Keyring:
        """For a database in memory: it ends with it."""
        return cls([secrets.token_bytes(32)])

    @property
    def newest(self) -> str:
        """The id of the master key that wraps new data keys."""
        return next(iter(self._masters))

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all the master keys here."""
        return frozenset(self._masters)

    def wrap(self, data_key: bytes, key_id: str) -> str:
        """A data key as the database keeps it."""
        return f"{self.newest}:{encrypt(self._masters[self.newest], data_key, key_id)}"

    def unwrap(self, wrapped: str, key_id: str) -> bytes:
        """A data key, by whichever master key wrapped it.

        Raises:
            Misconfigured: that master key is not here.
        """
        master, _, token = wrapped.partition(":")
        if master not in self._masters:
            self._look_again()
        if master not in self._masters:
            raise Misconfigured(f"The key of the texts is not the one they were written with: {self.file}.")
        return decrypt(self._masters[master], token, key_id)

    def derived(self, purpose: bytes, salt: bytes, master: str) -> bytes:
        """A key for what lies outside the database, made from a master key.

        Raises:
            Misconfigured: that master key is not here.
        """
        kept = dict(zip(self._masters, self.masters(), strict=True)).get(master)
        if kept is None:
            raise Misconfigured(
                f"It needs the master key {master}, which is not in {self.file}. Put the key file of its day back."
            )
        return HKDF(hashes.SHA256(), 32, salt, purpose).derive(kept)

    def cipher(self, session: Session, scope: str) -> Cipher:
        """The data key of a scope and its id; made with the first text under it. The session must be a writing one."""
        return self.ciphers(session, [scope])[scope]

    def ciphers(self, session: Session, scopes: Collection[str]) -> dict[str, Cipher]:
        """As `cipher`, for many scopes, with a query for some hundreds."""
        found = {scope: kept for scope in scopes if (kept := self._of_scope.get(scope)) is not None}
        missing = sorted(set(scopes) - found.keys())
        for start in range(0, len(missing), _BATCH):
            batch = missing[start : start + _BATCH]
            for scope, key_id, wrapped in session.connection().execute(_BY_SCOPE, {"s": batch}).all():
                found[scope] = self._hold(key_id, self.unwrap(wrapped, key_id), scope)
            found |= self._make(session, [scope for scope in batch if scope not in found])
        return found

    def by_id(self, session: Session, key_id: str) -> AESGCM:
        """The data key that a text names."""
        opened = self._opened.get(key_id)
        if opened is None:
            wrapped = session.connection().execute(_BY_ID, {"key": key_id}).scalar()
            if wrapped is None:
                raise Unsealed("a text names a key that is not in the database")
            _, opened = self._hold(key_id, self.unwrap(wrapped, key_id))
        return opened

    def forget(self) -> None:
        """Let go of every data key: what made some of them was undone."""
        self._opened.clear()
        self._of_scope.clear()

    def keep_only(self, masters: Sequence[bytes]) -> None:
        """Write the key file anew, whole or not at all, and go on with these master keys."""
        if self.file is not None:
            _write(self.file, masters)
        self._keep(masters)

    def masters(self) -> list[bytes]:
        """The master keys, newest first."""
        return [key for key, _ in self._keys]

    def _keep(self, masters: Sequence[bytes]) -> None:
        self._keys = [(key, AESGCM(key)) for key in masters]
        self._masters = {sha256(b"casebook master key " + key).hexdigest()[:16]: cipher for key, cipher in self._keys}

    def _look_again(self) -> None:
        """Another process may have rotated the master key since this one started."""
        if self.file is not None and self.file.exists():
            self._keep(_read(self.file))

    def _hold(self, key_id: str, key: bytes, scope: str | None = None) -> Cipher:
        if len(self._opened) >= _KEPT:
            self.forget()
        held = key_id, AESGCM(key)
        self._opened[key_id] = held[1]
        if scope is not None:
            self._of_scope[scope] = held
        return held

    def _make(self, session: Session, scopes: Sequence[str]) -> dict[str, Cipher]:
        if not scopes:
            return {}
        connection = session.connection()
        known = set(connection.execute(select(MasterKey.id)).scalars())
        if known and self.newest not in known:
            self._look_again()
            if self.newest not in known:
                raise Misconfigured(f"The key of the texts at {self.file} is not the one of this database.")
        if not known:
            connection.execute(insert(MasterKey), {"id": self.newest})
        made, rows = {}, []
        for scope in scopes:
            key, key_id = AESGCM.generate_key(256), secrets.token_hex(12)
            rows.append({"scope": scope, "id": key_id, "wrapped": self.wrap(key, key_id)})
            made[scope] = self._hold(key_id, key, scope)
        connection.execute(insert(DataKey), rows)
        return made


def keyring_at(file: Path, engine: Engine) -> Keyring:
    """The keyring of a database; its file is made only where the database has no text yet.

    Raises:
        Misconfigured: the key file is missing, no key file, or another database's. Nothing has been written then.
    """
    with engine.connect() as connection:
        known: set[str] = set()
        if inspect(connection).has_table(MasterKey.__tablename__):
            known = set(connection.execute(select(MasterKey.id)).scalars())
    if not file.exists():
        if known:
            raise Misconfigured(
                f"The key of the texts is not at {file}. Put the key file back (OKF_KEY_FILE names its neighbour);"
                " without it no text or file in the database can be read by anyone. Nothing was changed."
            )
        _write(file, [secrets.token_bytes(32)], new=True)
    ring = Keyring(_read(file), file)
    if not known <= ring.ids:
        raise Misconfigured(
            f"The key of the texts at {file} is not the one of this database. Put the right key file there."
            " Nothing was changed."
        )
    return ring


def keyring_of(file: Path) -> Keyring:
    """The keyring of a key file, without its database.

    Raises:
        Misconfigured: it is not there, or no key file.
    """
    if not file.exists():
        raise Misconfigured(f"The key of the texts is not at {file}. Put the key file there (OKF_KEY_FILE).")
    return Keyring(_read(file), file)


def encrypt(cipher: AESGCM, content: bytes, bound_to: str) -> str:
    """Content as text, bound to a name."""
    nonce = os.urandom(NONCE)
    return base64.b64encode(nonce + cipher.encrypt(nonce, content, bound_to.encode())).decode()


def decrypt(cipher: AESGCM, token: str, bound_to: str) -> bytes:
    """What `encrypt` was given.

    Raises:
        Unsealed: it was changed from outside, or is another's.
    """
    try:
        content = base64.b64decode(token, validate=True)
        return cipher.decrypt(content[:NONCE], content[NONCE:], bound_to.encode())
    except (InvalidTag, ValueError) as error:
        raise Unsealed("a text or a key was changed from outside") from error


def _read(file: Path) -> list[bytes]:
    owners_alone(file)
    try:
        keys = [bytes.fromhex(line) for line in file.read_text("ascii").split()]
        if keys and all(len(key) == 32 for key in keys):
            return keys
    except ValueError:
        pass
    raise Misconfigured(f"The key file {file} does not hold keys of 64 hexadecimal digits. Nothing was changed.")


def _write(file: Path, keys: Sequence[bytes], *, new: bool = False) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
    with os.fdopen(descriptor, "w", encoding="ascii") as opened:
        opened.write("".join(f"{key.hex()}\n" for key in keys))
        opened.flush()
        os.fsync(opened.fileno())
    if new:
        try:
            os.link(beside, file)  # whoever was first made it; both go on with theirs
        except FileExistsError:
            pass
        finally:
            beside.unlink()
    else:
        beside.replace(file)
