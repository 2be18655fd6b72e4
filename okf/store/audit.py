"""The audit record as a hash chain: append, verify, and the head to be kept elsewhere."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Connection, RowMapping, bindparam, func, insert, select, type_coerce, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from okf.errors import Misconfigured
from okf.store import row_marks
from okf.store.models import AuditEvent, AuditHead
from okf.store.models.audit import IN_LEDGER, MARKS
from okf.store.models.base import unknown_words_told
from okf.terms import Action, Outcome

GENESIS = "0" * 64
SEEN = "endings_seen"  # what a transaction tells the ledger of endings: its events say that it does
BEGAN = "chain_began"  # the chain's head before a transaction's first event

_HEAD = select(AuditHead.seq, AuditHead.hash).where(AuditHead.id == 1)
_NEWEST = select(func.max(AuditEvent.at))  # of all, and not of the last: an old record's may run back
_MOVE = update(AuditHead).where(AuditHead.id == 1)
_APPEND = insert(AuditEvent)
# With all that the facts say: what an event's hash is made of.
COLUMNS = tuple(
    type_coerce(column, JSON).label(column.name) if column.name == "facts" else column
    for column in AuditEvent.__table__.columns
)
_ALL = select(*COLUMNS).order_by(AuditEvent.seq)
_UNREADABLE = "something in it can't be read"
_ONE = select(*COLUMNS).where(AuditEvent.seq == bindparam("seq"))
_SEQS = select(AuditEvent.seq).where(AuditEvent.seq > bindparam("last")).order_by(AuditEvent.seq)


@dataclass(frozen=True, slots=True)
class Head:
    """The last link: how many events there are, and the hash that stands for all of them."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What reading the whole chain found. `broken_at` is the first event that does not fit."""

    events: int
    broken_at: int | None
    why: str
    head: Head

    @property
    def whole(self) -> bool:
        """Whether every link fits, to the head."""
        return self.broken_at is None

    def in_words(self) -> str:
        """The verdict as the command prints it."""
        return (
            f"{self.events} events, chain whole"
            if self.whole
            else f"Chain broken at event {self.broken_at}: {self.why}"
        )


def link(event: Mapping[str, Any] | RowMapping) -> str:
    """The hash of one event over its canonical form, the hash before included."""
    form = {name: event[name] for name in _HASHED}
    form["at"] = event["at"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return hashlib.sha256(
        json.dumps(form, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    ).hexdigest()


_HASHED = (
    "seq",
    "at",
    "actor",
    "action",
    "outcome",
    "case_ref",
    "subject",
    "session_id",
    "clauses",
    "reasons",
    "facts",
    "before",
)


def seal(secret: bytes, link: str) -> str:
    """What nobody can make who has the database alone: an event's hash under the secret that the key file wraps."""
    return hmac.digest(secret, link.encode(), "sha256").hex()[:32]


def event_row(
    before: Head, secret: bytes, *, at: datetime, actor: str, action: Action, outcome: Outcome, **rest: Any
) -> dict[str, Any]:
    """The next event's columns, its hash made and sealed; `rest` as in `append`, and the hash of its rows' marks."""
    row = {
        "seq": before.seq + 1,
        "at": at,
        "actor": actor,
        "action": action,
        "outcome": outcome,
        "case_ref": rest.get("case_ref"),
        "subject": rest.get("subject"),
        "session_id": rest.get("session_id"),
        "clauses": list(rest.get("clauses") or ()),
        "reasons": list(rest.get("reasons") or ()),
        "facts": {**(rest.get("facts") or {}), **({MARKS: rest["marks"]} if rest.get("marks") else {})},
        "before": before.hash,
    }
    made = link(row)
    return {**row, "hash": made, "mac": seal(secret, made)}


def append(
    session: Session,
    *,
    at: datetime,
    actor: str,
    action: Action,
    outcome: Outcome,
    case_ref: str | None = None,
    subject: str | None = None,
    session_id: str | None = None,
    clauses: Iterable[str] = (),
    reasons: Iterable[str] = (),
    facts: Mapping[str, Any] | None = None,
    binds: Callable[[Session, int], str | None] = row_marks.bind,
) -> Head:
    """Add one event to the chain, in the writer's own transaction; the new head.

    It binds what the transaction wrote since its last event, or what another
    `binds` marks. `facts` holds plain JSON values and never the confidential
    words. The session must be a writing one: it holds the chain's lock. An
    instant before the newest event's, read before the lock was there, is put
    down as that.
    """
    before, newest = head(session), newest_at(session)
    session.info.setdefault(BEGAN, before)
    if session.connection().info.get(SEEN):
        facts = {**(facts or {}), IN_LEDGER: True}
    row = event_row(
        before,
        row_marks.secret_to_write(session),
        at=max(at, newest) if newest else at,
        actor=actor,
        action=action,
        outcome=outcome,
        case_ref=case_ref,
        subject=subject,
        session_id=session_id,
        clauses=clauses,
        reasons=reasons,
        facts=facts,
        marks=binds(session, before.seq + 1),
    )
    session.execute(_APPEND, [row])
    session.execute(_MOVE.values(seq=row["seq"], hash=row["hash"]))
    return Head(row["seq"], row["hash"])


def head(session: Session) -> Head:
    """The chain's last link as the database keeps it.

    Raises:
        Misconfigured: it is not there.
    """
    last = session.execute(_HEAD).first()
    if last is None:
        raise Misconfigured(
            "The head of the audit record is not in the database: somebody took it out past Casebook. Keep the database"
            " as it is, tell the data protection lead, and put back the last backup."
        )
    return Head(*last)


def newest_at(reader: Session | Connection) -> datetime | None:
    """The latest instant of any event, before which nothing is decided any more."""
    return reader.execute(_NEWEST).scalar()


def verify(session: Session, *, against: Iterable[Head] = (), progress: Callable[[int], None] | None = None) -> Verdict:
    """Read the whole chain and recompute every link; a million events take seconds.

    Finds a changed, missing or added event, a head that names another end,
    and an event of somebody who has the database and not the key file. A tail
    cut off together with the head is found only `against` heads kept
    elsewhere: their numbers and hashes, as `audit head` prints them.
    """
    kept, secret = head(session), row_marks.secret_of(session)
    last = Head(0, GENESIS)
    elsewhere = {one.seq: one.hash for one in against}
    with unknown_words_told(), closing(_read(session)) as rows:
        for row in rows:
            try:
                why = _UNREADABLE if row is None else fault(row, last, secret)
            except (ValueError, TypeError):
                why = _UNREADABLE
            if why is not None or row is None:
                return Verdict(last.seq, last.seq + 1, why or _UNREADABLE, kept)
            last = Head(row["seq"], row["hash"])
            if elsewhere.pop(last.seq, last.hash) != last.hash:
                return Verdict(last.seq, last.seq, "it is not the event that the head kept elsewhere stands for", kept)
            if progress and last.seq % 5000 == 0:
                progress(last.seq)
    if last != kept:
        why = f"the record ends at event {last.seq}, but its head says {kept.seq}: events were cut off or added"
        return Verdict(last.seq, last.seq + 1, why, kept)
    for seq in sorted(elsewhere):
        if seq > last.seq:
            why = f"the head kept elsewhere stands for {seq} events, and there are {last.seq}: the end was cut off"
            return Verdict(last.seq, last.seq + 1, why, kept)
    return Verdict(last.seq, None, "", kept)


def _read(session: Session) -> Generator[RowMapping | None]:
    """Every event, oldest first; nothing in the place of one that can't be read, and no further."""
    last = 0
    try:
        with session.execute(_ALL.execution_options(yield_per=5000)) as rows:
            for row in rows.mappings():
                yield row
                last = row["seq"]
    except (ValueError, TypeError, DBAPIError):
        try:
            for seq in session.scalars(_SEQS, {"last": last}):
                yield session.execute(_ONE, {"seq": seq}).mappings().one()
        except (ValueError, TypeError, DBAPIError):
            yield None


def fault(row: RowMapping, last: Head | None, secret: bytes | None) -> str | None:
    """What is wrong with one event after the last one, if that is known; nothing where it fits."""
    if last is not None and row["seq"] != last.seq + 1:
        return f"event {last.seq + 1} is missing"
    if last is not None and row["before"] != last.hash:
        return "it does not follow from the event before it"
    if link(row) != row["hash"]:
        return "it was changed after it was written"
    if secret is None:
        return "the key of the proof, by which Casebook seals every event, is not in the database or does not open"
    if row["mac"] is None or not hmac.compare_digest(seal(secret, row["hash"]), row["mac"]):
        return "it is well formed, but Casebook did not write it: its seal is not by the key of the proof"
    return None
