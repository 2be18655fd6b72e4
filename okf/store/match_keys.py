"""The keys by which people are found, kept with each in the transaction that changes them.

They are keyed hashes: names are confidential, and a table of sounds and
telephone numbers would tell them to whoever sees nothing else of the
database. The key is a data key of the installation, so a copy of the table
can't be searched by guessing; it costs a microsecond a key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, delete, event as events, exists, insert, select
from sqlalchemy.orm import Session

from okf.match.keys import kept_keys
from okf.match.normal import Applicant, Described
from okf.policy.contact import Statement
from okf.store.contact import every_number, statements_of
from okf.store.guards import GuardedSession
from okf.store.keyring import Keyring, name_of
from okf.store.models import ContactStatement, DataKey, EnquiryKey, EnquiryPerson, MatchKey, ServiceUser
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
TOLD_OF: Final = (
    EnquiryPerson.id,
    EnquiryPerson.name,
    EnquiryPerson.date_of_birth,
    EnquiryPerson.phone,
    EnquiryPerson.safe_phone,
    EnquiryPerson.email,
    EnquiryPerson.address,
)

_OF_SCOPE = select(DataKey.id, DataKey.wrapped).where(DataKey.scope == SCOPE)


class Kept(NamedTuple):
    """People who are found by keys: as they are described, the first column naming them, and whose key each is."""

    described: tuple[Any, ...]
    whose: Any
    before: str | int  # what stands before everybody's name

    @property
    def them(self) -> Any:
        """By what they are named."""
        return self.described[0]


ON_FILE: Final = Kept(DESCRIBED, MatchKey.service_user, "")
IN_ENQUIRIES: Final = Kept(TOLD_OF, EnquiryKey.enquiry_person, 0)
EVERYONE: Final = (ON_FILE, IN_ENQUIRIES)


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
    """Somebody as they are compared, by all that was told; the row has the columns of `DESCRIBED` or `TOLD_OF`."""
    phones, email, address = every_number(statements, row)
    return Applicant(name=row.name or "", born=row.date_of_birth, phones=tuple(phones), email=email, address=address)


def refresh_match_keys(session: Session, who: Collection[Any], kept: Kept = ON_FILE) -> None:
    """Make the keys of these people anew; for those that were just made or changed."""
    if not who:
        return
    hasher, whose = Hasher.made(session), kept.whose
    old = delete(whose.class_).where(whose.in_(bindparam("keys", expanding=True)))
    everyone = sorted(who)
    for start in range(0, len(everyone), BATCH):
        batch = {"keys": everyone[start : start + BATCH]}
        session.connection().execute(old, batch)
        rows = [{"key": key, whose.key: one} for one, key in _made(session, hasher, batch, kept)]
        if rows:
            session.connection().execute(insert(whose.class_), rows)


def match_keys_astray(session: Session) -> Iterator[str]:
    """The people whose keys are not those of their row, and whoever has keys and is not on file; by everyone."""
    yield from _astray(session, ON_FILE)
    for number in _astray(session, IN_ENQUIRIES):
        yield f"person {number} of an enquiry"


def _astray(session: Session, kept: Kept) -> Iterator[Any]:
    hasher = Hasher.of(session)
    if hasher is None:  # nobody can be found: told of whoever should be
        for everyone in without_match_keys(session, kept):
            yield from everyone
        return
    later = kept.them > bindparam("last", type_=kept.them.type)
    they = select(kept.them).where(later).order_by(kept.them).limit(BATCH)
    held_keys = select(kept.whose, kept.whose.class_.key).where(kept.whose.in_(bindparam("keys", expanding=True)))
    after = kept.before
    while refs := list(session.scalars(they, {"last": after})):
        batch = {"keys": refs}
        made = Counter(_made(session, hasher, batch, kept))
        held = Counter((one, key) for one, key in session.execute(held_keys, batch))
        yield from sorted({one for one, _ in (made - held) | (held - made)})
        after = refs[-1]
    nobody = select(kept.whose).where(~exists().where(kept.them == kept.whose)).distinct().order_by(kept.whose)
    yield from session.scalars(nobody)


def mend_match_keys(session: Session) -> None:
    """Make the keys anew where they are not those of the rows."""
    for kept in EVERYONE:
        refresh_match_keys(session, list(_astray(session, kept)), kept)


def _made(session: Session, hasher: Hasher, batch: Mapping[str, Any], kept: Kept) -> Iterator[tuple[Any, int]]:
    """The keys that the rows of these people make."""
    people = select(*kept.described).where(kept.them.in_(bindparam("keys", expanding=True)))
    told = statements_of(session, batch["keys"]) if kept is ON_FILE else {}
    for row in session.connection().execute(people, batch).all():
        for key in sorted(kept_keys(Described.of(applicant_of(row, told.get(row[0], ()))))):
            yield row[0], hasher.hash(key)


def without_match_keys(session: Session, kept: Kept = ON_FILE) -> Iterator[list[Any]]:
    """People who have a name and no key yet, in batches: those of a time before the keys were kept."""
    named = kept.them.class_.name.is_not(None)
    last = bindparam("last", type_=kept.them.type)
    without = select(kept.them).where(kept.them > last, named, ~exists().where(kept.whose == kept.them))
    statement = without.order_by(kept.them).limit(BATCH)
    after = kept.before
    while batch := list(session.scalars(statement, {"last": after})):
        yield batch
        after = batch[-1]


@events.listens_for(GuardedSession, "after_flush")
def _keep(session: Session, _: Any) -> None:
    rows = (*session.new, *session.dirty)
    changed = {row.ref for row in rows if isinstance(row, ServiceUser)}
    changed |= {row.service_user for row in session.new if isinstance(row, ContactStatement)}
    refresh_match_keys(session, changed)
    refresh_match_keys(session, {row.id for row in rows if isinstance(row, EnquiryPerson)}, IN_ENQUIRIES)
