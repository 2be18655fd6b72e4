"""Requests for access: one's own with their answers, and those that wait for whoever may decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from okf.asker import asking, may_know_case
from okf.desk import Desk
from okf.pending import PendingItem, counted
from okf.policy.facts import PersonFacts
from okf.policy.table import GRANTERS
from okf.store.models import AccessRequest, Person
from okf.store.rows import from_row, from_rows
from okf.terms import Action

MOST = 50

_OWN = (
    select(
        AccessRequest.ref,
        AccessRequest.asked_for,
        AccessRequest.asked_at,
        AccessRequest.reason,
        AccessRequest.granted,
        AccessRequest.answer,
    )
    .where(AccessRequest.asked_by == bindparam("who"))
    .order_by(AccessRequest.asked_at.desc(), AccessRequest.ref)
    .limit(MOST)
)
_OPEN = (
    select(
        AccessRequest.ref,
        AccessRequest.asked_for,
        AccessRequest.asked_at,
        AccessRequest.reason,
        AccessRequest.asked_by,
        Person.name,
    )
    .join(Person, Person.username == AccessRequest.asked_by)
    .where(AccessRequest.decided_at.is_(None), AccessRequest.asked_by != bindparam("who"))
    .order_by(AccessRequest.asked_at, AccessRequest.ref)
    .limit(MOST)
)
_COUNT = select(func.count()).where(AccessRequest.decided_at.is_(None), AccessRequest.asked_by != bindparam("who"))


@dataclass(frozen=True, slots=True)
class OwnRequest:
    """One's own request, and its answer once there is one; not who gave it."""

    ref: str
    asked_for: str
    asked_at: datetime
    reason: str
    granted: bool | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """Somebody's request that waits; `known` says whether it names a case that the reader may know of."""

    ref: str
    asked_for: str
    asked_at: datetime
    reason: str
    asked_by: str
    name: str
    known: bool


def own_requests(desk: Desk) -> tuple[OwnRequest, ...]:
    """One's own requests, the newest first, at most fifty.

    Raises:
        Refused: the account is not active.
    """
    with asking(desk, Action.REQUEST_ACCESS) as asker:
        return from_rows(OwnRequest, asker.session.execute(_OWN, {"who": asker.who}))


def requests_to_decide(desk: Desk) -> tuple[OpenRequest, ...]:
    """Requests of others that wait, the longest first, at most fifty, for those who may grant.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.DECIDE_ACCESS_REQUEST) as asker:
        rows: list[Any] = list(asker.session.execute(_OPEN, {"who": asker.who}).all())
        known = {ref: may_know_case(desk, asker.session, ref) for ref in {row.asked_for for row in rows}}
        return tuple(from_row(OpenRequest, r, known=known[r.asked_for]) for r in rows)


def requests_pending(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """How many requests wait for this person's decision."""
    if not person.roles(desk.now()) & GRANTERS:
        return None
    count = session.scalar(_COUNT, {"who": person.username}) or 0
    text = counted(count, "request for access waits", "requests for access wait")
    return PendingItem(f"{text} for your decision", "access_requests", count=count, act="Decide") if count else None
