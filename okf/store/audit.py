"""The audit record as a hash chain: append, verify, and the head to be kept elsewhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, update
from sqlalchemy.orm import Session

from okf.store.models import AuditEvent, AuditHead
from okf.terms import Action, Outcome

GENESIS = "0" * 64

_HEAD = select(AuditHead.seq, AuditHead.hash).where(AuditHead.id == 1)
_NEWEST = select(func.max(AuditEvent.at))  # of all, and not of the last: an old record's may run back
_MOVE = update(AuditHead).where(AuditHead.id == 1)
_APPEND = insert(AuditEvent)
_ALL = select(*AuditEvent.__table__.columns).order_by(AuditEvent.seq)


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


def event_row(
    before: Head, *, at: datetime, actor: str, action: Action, outcome: Outcome, **rest: Any
) -> dict[str, Any]:
    """The next event's columns, its hash made; `rest` as in `append`."""
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
        "facts": dict(rest.get("facts") or {}),
        "before": before.hash,
    }
    row["hash"] = link(row)
    return row


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
) -> Head:
    """Add one event to the chain, in the writer's own transaction; the new head.

    `facts` holds plain JSON values and never the confidential words. The
    session must be a writing one: it holds the chain's lock. An instant before
    the newest event's, read before the lock was there, is put down as that.
    """
    newest = newest_at(session)
    row = event_row(
        head(session),
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
    )
    session.execute(_APPEND, [row])
    session.execute(_MOVE.values(seq=row["seq"], hash=row["hash"]))
    return Head(row["seq"], row["hash"])


def head(session: Session) -> Head:
    """The chain's last link as the database keeps it."""
    seq, last = session.execute(_HEAD).one()
    return Head(seq, last)


def newest_at(reader: Session | Connection) -> datetime | None:
    """The latest instant of any event, before which nothing is decided any more."""
    return reader.execute(_NEWEST).scalar()


def verify(
    session: Session, *, against: Sequence[str] | None = None, progress: Callable[[int], None] | None = None
) -> Verdict:
    """Read the whole chain and recompute every link; a million events take seconds.

    Finds a changed, missing or added event, and a head that names another
    end. A tail cut off together with the head is found only `against` a head
    kept elsewhere: its number and hash, as `audit head` prints them.
    """
    kept = head(session)
    last = Head(0, GENESIS)
    elsewhere = {int(against[0]): against[1]} if against else {}
    with session.execute(_ALL.execution_options(yield_per=5000)) as rows:
        for row in rows.mappings():
            why = _fault(row, last)
            if why:
                return Verdict(last.seq, last.seq + 1, why, kept)
            last = Head(row["seq"], row["hash"])
            if elsewhere.pop(last.seq, last.hash) != last.hash:
                return Verdict(last.seq, last.seq, "it is not the event that the head kept elsewhere stands for", kept)
            if progress and last.seq % 5000 == 0:
                progress(last.seq)
    if last != kept:
        why = f"the record ends at event {last.seq}, but its head says {kept.seq}: events were cut off or added"
        return Verdict(last.seq, last.seq + 1, why, kept)
    for seq in elsewhere:
        if seq > last.seq:
            why = f"the head kept elsewhere stands for {seq} events, and there are {last.seq}: the end was cut off"
            return Verdict(last.seq, last.seq + 1, why, kept)
    return Verdict(last.seq, None, "", kept)


def _fault(row: RowMapping, last: Head) -> str | None:
    if row["seq"] != last.seq + 1:
        return f"event {last.seq + 1} is missing"
    if row["before"] != last.hash:
        return "it does not follow from the event before it"
    if link(row) != row["hash"]:
        return "it was changed after it was written"
    return None
