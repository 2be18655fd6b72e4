"""The keyring: a data key a case, wrapped by a master key that is never in the database.

Everything is AES-256-GCM of the `cryptography` library: what was changed from
outside, or moved under another scope's key, does not open.

A master key leaves the key file only for the archive beside it, and only when
nothing in the database is wrapped by it: in an older backup something is.
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Engine, Row, bindparam, func, insert, inspect, select
from sqlalchemy.orm import Session

from okf.durable import held, lock_of, write_first, write_whole
from okf.errors import Misconfigured, Unsealed
from okf.hygiene import owners_alone
from okf.store.models import DataKey, MasterKey

Cipher = tuple[str, AESGCM]
NONCE: Final = 12
_KEPT: Final = 50_000
_BATCH: Final = 500
_ID: Final = 16  # letters of a master key's id, with which what it wrapped begins
_UNCOMMITTED: Final = "data keys of this transaction"
_BY_ID = select(DataKey.scope, DataKey.wrapped).where(DataKey.id == bindparam("key"))
_BY_IDS = select(DataKey.id, DataKey.scope, DataKey.wrapped).where(DataKey.id.in_(bindparam("keys", expanding=True)))
_BY_SCOPE = select(DataKey.scope, DataKey.id, DataKey.wrapped).where(DataKey.scope.in_(bindparam("s", expanding=True)))
_ALL = select(DataKey.scope, DataKey.id, DataKey.wrapped).order_by(DataKey.scope).limit(2 * _BATCH)
_WRAPPED_BY = select(func.substr(DataKey.wrapped, 1, _ID).label("master"), func.count()).group_by("master")


class _Opened:
    """Data keys that were opened: by their ids, for reading, and by their scopes, for writing."""

    def __init__(self) -> None:
        self.by_id: dict[str, AESGCM] = {}
        self.of_scope: dict[str, Cipher] = {}
        self.secrets: dict[str, bytes] = {}

    def hold(self, by_id: Mapping[str, AESGCM], of_scope: Mapping[str, Cipher] = MappingProxyType({})) -> None:
        """Keep these too, and let go of the others where they are very many."""
        if len(self.by_id) >= _KEPT:
            self.by_id.clear()
            self.of_scope.clear()
        self.by_id.update(by_id)
        self.of_scope.update(of_scope)


_NONE: Final = _Opened()


class Keyring:
    """The master keys of one installation, newest first, and the data keys opened so far."""

    def __init__(self, masters: Iterable[bytes], file: Path | None = None) -> None:
        self.file = file
        self._masters = _with_ids(masters)
        self._retired: dict[str, bytes] = {}
        self._opened = _Opened()

    @classmethod
    def throwaway(cls) -> Keyring:
        """For a database in memory: it ends with it."""
        return cls([secrets.token_bytes(32)])

    @property
    def ids(self) -> frozenset[str]:
        """The ids of the master keys that are not retired."""
        return frozenset(self._masters)

    def wrap(self, data_key: bytes, name: str, master: str) -> str:
        """A data key as the database keeps it, bound to its `name_of`, wrapped by this master key."""
        return f"{master}:{encrypt(AESGCM(self._master(master)), data_key, name)}"

    def unwrap(self, wrapped: str, name: str) -> bytes:
        """A data key, by whichever master key wrapped it, be it a retired one.

        Raises:
            Misconfigured: that master key is not here.
        """
        master, _, token = wrapped.partition(":")
        return decrypt(AESGCM(self._master(master)), token, name)

    def derived(self, purpose: bytes, salt: bytes, master: str) -> bytes:
        """A key for what lies outside the database, made from a master key.

        Raises:
            Misconfigured: that master key is not here.
        """
        return HKDF(hashes.SHA256(), 32, salt, purpose).derive(self._master(master))

    def lacking(self, named: Collection[str]) -> list[str]:
        """Which of these master keys are neither here nor in the archive."""
        self._look_again()
        return sorted(set(named) - self._masters.keys() - self._retired.keys())

    def cipher(self, session: Session, scope: str) -> Cipher:
        """The data key of a scope and its id; made with the first text under it. The session must be a writing one."""
        return self.ciphers(session, [scope])[scope]

    def ciphers(self, session: Session, scopes: Collection[str]) -> dict[str, Cipher]:
        """As `cipher`, for many scopes, with a query for some hundreds."""
        own: _Opened = session.info.setdefault(_UNCOMMITTED, _Opened())
        known = {scope: own.of_scope.get(scope) or self._opened.of_scope.get(scope) for scope in scopes}
        found = {scope: cipher for scope, cipher in known.items() if cipher is not None}
        missing = sorted(known.keys() - found.keys())
        for start in range(0, len(missing), _BATCH):
            batch = missing[start : start + _BATCH]
            kept = session.connection().execute(_BY_SCOPE, {"s": batch}).all()
            opened = {
                scope: (key_id, AESGCM(self.unwrap(wrapped, name_of(key_id, scope)))) for scope, key_id, wrapped in kept
            }
            opened |= self._make(session, [scope for scope in batch if scope not in opened])
            own.hold(dict(opened.values()), opened)
            found |= opened
        return found

    def by_id(self, session: Session, key_id: str) -> AESGCM:
        """The data key that a text names."""
        own: _Opened = session.info.get(_UNCOMMITTED, _NONE)
        opened = self._opened.by_id.get(key_id) or own.by_id.get(key_id)
        if opened is None:
            found = session.connection().execute(_BY_ID, {"key": key_id}).first()
            if found is None:
                raise Unsealed("a text names a key that is not in the database")
            opened = AESGCM(self.unwrap(found.wrapped, name_of(key_id, found.scope)))
            self._opened.hold({key_id: opened})
        return opened

    def fetch(self, session: Session, key_ids: Collection[str]) -> None:
        """Open many data keys with a query for some hundreds, before `by_id` is asked for each."""
        missing = sorted(set(key_ids) - self._opened.by_id.keys())
        for start in range(0, len(missing), _BATCH):
            batch = {"keys": missing[start : start + _BATCH]}
            for key_id, scope, wrapped in session.connection().execute(_BY_IDS, batch).all():
                with suppress(Unsealed):  # a text under it will say so
                    self._opened.hold({key_id: AESGCM(self.unwrap(wrapped, name_of(key_id, scope)))})

    def secret(self, session: Session, scope: str) -> bytes | None:
        """The bytes of a scope's data key, for what is no text; nothing where there is none yet."""
        own: _Opened = session.info.get(_UNCOMMITTED, _NONE)
        found = self._opened.secrets.get(scope) or own.secrets.get(scope)
        if found is None:
            kept = session.connection().execute(_BY_SCOPE, {"s": [scope]}).one_or_none()
            if kept is None:
                return None
            found = self.unwrap(kept.wrapped, name_of(kept.id, scope))
            session.info.setdefault(_UNCOMMITTED, _Opened()).secrets[scope] = found
        return found

    def share(self, session: Session) -> None:
        """Let all sessions use the data keys of this one, whose transaction was committed."""
        own: _Opened | None = session.info.pop(_UNCOMMITTED, None)
        if own is not None:
            self._opened.hold(own.by_id, own.of_scope)
            self._opened.secrets.update(own.secrets)

    def forget(self, session: Session) -> None:
        """Let go of the data keys of this session: what made some of them was undone."""
        session.info.pop(_UNCOMMITTED, None)

    def changing(self) -> AbstractContextManager[None]:
        """While it lasts, whoever else would change the key file waits."""
        return nullcontext() if self.file is None else held(self.file)

    def renew(self, named: Collection[str]) -> str:
        """Put a new master key into the key file, before those that the database names; its id.

        The caller holds the key file, and the database's write lock.

        Raises:
            Misconfigured: one that the database names is not here. Nothing was changed.
        """
        self._look_again()
        fresh = _with_ids([secrets.token_bytes(32)])
        self._keep(fresh | {key: self._master(key) for key in named})
        return next(iter(fresh))

    def retire(self, named: Collection[str]) -> None:
        """Leave in the key file what the database names; the caller holds the file."""
        self._look_again()
        self._keep({key: master for key, master in self._masters.items() if key in named})

    def bring_back(self, named: Collection[str]) -> None:
        """Put what the database names back into the key file, from the archive; the caller holds the file.

        The database is a backup's that was made before a rotation.
        """
        self._look_again()
        self._keep(self._masters | {key: self._master(key) for key in named})

    def _keep(self, masters: dict[str, bytes]) -> None:
        """Write the key file anew; what it no longer holds is in the archive before."""
        gone = {key: master for key, master in self._masters.items() if key not in masters}
        if self.file is not None and masters.keys() != self._masters.keys():
            if late := gone.keys() - archived(self.file).keys():
                archive = archive_of(self.file)
                before = archive.read_bytes() if archive.exists() else b""
                lines = "".join(f"{key} {gone[key].hex()}\n" for key in sorted(late))
                write_whole(archive, before + lines.encode(), like=self.file)
            write_whole(self.file, "".join(f"{master.hex()}\n" for master in masters.values()).encode())
        self._retired |= gone
        self._masters = masters

    def _master(self, key: str) -> bytes:
        found = self._masters.get(key) or self._retired.get(key)
        if found is None:
            self._look_again()
            found = self._masters.get(key) or self._retired.get(key)
        if found is None:
            raise Misconfigured(f"The key of the texts is not the one they were written with: {self.file}.")
        return found

    def _look_again(self) -> None:
        """Another process may have changed the key file; what this one knew it goes on knowing."""
        if self.file is not None and self.file.exists():
            self._retired = self._retired | self._masters | archived(self.file)
            self._masters = _with_ids(_read(self.file))

    def _wrapping(self, known: Collection[str]) -> str:
        """The newest master key that the database names: one that it doesn't was left by a rotation that was killed."""
        if self._masters.keys().isdisjoint(known):
            self._look_again()
        for key in self._masters:
            if key in known or not known:
                return key
        raise Misconfigured(f"The key of the texts at {self.file} is not the one of this database.")

    def _make(self, session: Session, scopes: Sequence[str]) -> dict[str, Cipher]:
        if not scopes:
            return {}
        connection = session.connection()
        known = set(connection.execute(select(MasterKey.id)).scalars())
        master = self._wrapping(known)
        if not known:
            connection.execute(insert(MasterKey), {"id": master})
        made, rows = {}, []
        for scope in scopes:
            key, key_id = AESGCM.generate_key(256), secrets.token_hex(12)
            rows.append({"scope": scope, "id": key_id, "wrapped": self.wrap(key, name_of(key_id, scope), master)})
            made[scope] = key_id, AESGCM(key)
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
        write_first(file, f"{secrets.token_hex(32)}\n".encode())
    ring = Keyring(_read(file), file)
    if not known <= ring.ids | archived(file).keys():
        raise Misconfigured(
            f"The key of the texts at {file} is not the one of this database. Put the right key file there, or the"
            f" archive of retired keys, {archive_of(file).name}, beside it. Nothing was changed."
        )
    if not known <= ring.ids:
        with ring.changing():
            ring.bring_back(known)
    return ring


def keyring_of(file: Path) -> Keyring:
    """The keyring of a key file, without its database.

    Raises:
        Misconfigured: it is not there, or no key file.
    """
    if not file.exists():
        raise Misconfigured(f"The key of the texts is not at {file}. Put the key file there (OKF_KEY_FILE).")
    return Keyring(_read(file), file)


def wrapped_by(session: Session) -> dict[str, int]:
    """The master keys without which a backup made now does not open, by their ids: how many data keys each wraps."""
    named = dict.fromkeys(session.scalars(select(MasterKey.id)), 0)
    for master, count in session.execute(_WRAPPED_BY):
        named[master] = count
    return named


def data_keys(session: Session) -> Iterator[Sequence[Row[str, str, str]]]:
    """Every data key as the database keeps it, in batches: scope, id, wrapped."""
    last = ""
    while rows := session.execute(_ALL.where(DataKey.scope > last)).all():
        yield rows
        last = rows[-1].scope


def key_ids(file: Path) -> list[str]:
    """The ids of the keys in a key file, newest first: they tell nothing of the keys.

    Raises:
        Misconfigured: it holds no keys.
    """
    return list(_with_ids(_read(file)))


def archive_of(file: Path) -> Path:
    """Where the retired keys of a key file are."""
    return file.with_name(f"{file.name}.retired")


def archived(file: Path) -> dict[str, bytes]:
    """The retired keys of a key file, by their ids; a line that is not what its id says is passed over."""
    archive, lines = archive_of(file), list[str]()
    owners_alone(archive)
    with suppress(OSError):  # it is not there, or lies on a disk that fails: what the key file holds opens still
        lines = archive.read_text("ascii", "replace").splitlines()
    keys: dict[str, bytes] = {}
    for line in lines:
        key, _, digits = line.partition(" ")
        with suppress(ValueError):
            if (master := bytes.fromhex(digits)) and key in _with_ids([master]):
                keys[key] = master
    return keys


def name_of(key_id: str, scope: str) -> str:
    """What a data key is bound to: keys that were exchanged between two scopes don't open."""
    return f"{key_id} {scope}"


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
    owners_alone(lock_of(file))
    try:
        keys = [bytes.fromhex(line) for line in file.read_text("ascii").split()]
        if keys and all(len(key) == 32 for key in keys):
            return keys
    except ValueError:
        pass
    raise Misconfigured(f"The key file {file} does not hold keys of 64 hexadecimal digits. Nothing was changed.")


def _with_ids(masters: Iterable[bytes]) -> dict[str, bytes]:
    return {sha256(b"casebook master key " + key).hexdigest()[:_ID]: key for key in masters}
