"""The keys by which service users are found, kept with each in the transaction that changes them.

They are keyed hashes: names are confidential, and a table of sounds and
telephone numbers would tell them to whoever sees nothing else of the
database. The key is a data key of the installation, so a copy of the table
can't be searched by guessing; it costs a microsecond a key.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from hashlib import blake2b
from typing import Any, Final

from sqlalchemy import bindparam, delete, event as events, exists, insert, select
from sqlalchemy.orm import Session

from okf.match.keys import kept_keys
from okf.match.normal import Applicant, Described
from okf.policy.contact import Statement
from okf.store.contact import every_number, statements_of
from okf.store.guards import GuardedSession
from okf.store.keyring import Keyring, name_of
from okf.store.models import ContactStatement, DataKey, MatchKey, ServiceUser
from okf.store.sealing import KEYRING

SCOPE: Final = "match keys"
BATCH: Final = 500
DESCRIBED: Final = (
    ServiceUser.ref,
    ServiceUser.name,
    ServiceUser.date_of_birth,
    ServiceUser.phone,
    ServiceUser.safe_phone,
    ServiceUser.email,
    ServiceUser.address,
)

_OF_SCOPE = select(DataKey.id, DataKey.wrapped).where(DataKey.scope == SCOPE)
_PEOPLE = select(*DESCRIBED).where(ServiceUser.ref.in_(bindparam("keys", expanding=True)))
_OLD = delete(MatchKey).where(MatchKey.service_user.in_(bindparam("keys", expanding=True)))
_WITHOUT = (
    select(ServiceUser.ref)
    .where(
        ServiceUser.ref > bindparam("after"),
        ServiceUser.name.is_not(None),
        ~exists().where(MatchKey.service_user == ServiceUser.ref),
    )
    .order_by(ServiceUser.ref)
    .limit(BATCH)
)


class Hasher:
    """Turns keys into what is kept of them, under this installation's key."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    def of(cls, session: Session) -> Hasher | None:
        """The installation's; None where no key was ever kept, so that nobody can be found."""
        ring: Keyring = session.info[KEYRING]
        found = session.connection().execute(_OF_SCOPE).first()
        return cls(ring.unwrap(found.wrapped, name_of(found.id, SCOPE))) if found else None

    @classmethod
    def made(cls, session: Session) -> Hasher:
        """The same, its key made if it is the first. The session must be a writing one."""
        found = cls.of(session)
        if found is None:
            session.info[KEYRING].cipher(session, SCOPE)
            found = cls.of(session)
        if found is None:
            raise LookupError("the key of the match keys was not made")
        return found

    def hashed(self, keys: Iterable[str]) -> list[int]:
        """The keys as they are kept."""
        return [self.hash(key) for key in keys]

    def hash(self, key: str) -> int:
        """One key as it is kept."""
        digest = blake2b(key.encode(), digest_size=8, key=self._secret).digest()
        return int.from_bytes(digest, "big", signed=True)


def applicant_of(row: Any, statements: Iterable[Statement] = ()) -> Applicant:
    """A service user as they are compared, by all that was told; the row has the columns of `DESCRIBED`."""
    phones, email, address = every_number(statements, row)
    return Applicant(name=row.name or "", born=row.date_of_birth, phones=tuple(phones), email=email, address=address)


def refresh_match_keys(session: Session, refs: Collection[str]) -> None:
    """Make the keys of these service users anew; for those that were just made or changed."""
    if not refs:
        return
    hasher = Hasher.made(session)
    everyone = sorted(refs)
    for start in range(0, len(everyone), BATCH):
        batch = {"keys": everyone[start : start + BATCH]}
        session.connection().execute(_OLD, batch)
        told = statements_of(session, batch["keys"])
        rows = [
            {"key": hasher.hash(key), "service_user": row.ref}
            for row in session.connection().execute(_PEOPLE, batch).all()
            for key in sorted(kept_keys(Described.of(applicant_of(row, told.get(row.ref, ())))))
        ]
        if rows:
            session.connection().execute(insert(MatchKey), rows)


def without_match_keys(session: Session) -> Iterator[list[str]]:
    """Service users who have a name and no key yet, in batches: those of a time before the keys were kept."""
    after = ""
    while batch := list(session.scalars(_WITHOUT, {"after": after})):
        yield batch
        after = batch[-1]


@events.listens_for(GuardedSession, "after_flush")
def _keep(session: Session, _: Any) -> None:
    changed = {row.ref for row in (*session.new, *session.dirty) if isinstance(row, ServiceUser)}
    changed |= {row.service_user for row in session.new if isinstance(row, ContactStatement)}
    if changed:
        refresh_match_keys(session, changed)
