"""Access that nobody has looked at for long: for those who say that it is still needed, or end it (C5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from okf.asker import asking
from okf.cases.queries.case import THE_ADDRESS, part_in_words
from okf.desk import Desk
from okf.pending import PendingItem
from okf.policy.facts import PersonFacts
from okf.policy.table import GRANTERS
from okf.store import facts
from okf.store.models import AccessGrant, Person
from okf.store.rows import from_row
from okf.store.visible import goes_on, not_ended
from okf.terms import Action, Capacity

SHOWN = 20
COUNTED = 1000

_INSTANT = AccessGrant.from_.type
_STALE = select(AccessGrant.id, AccessGrant.confirmed_at, AccessGrant.granted_at).where(
    not_ended(),
    AccessGrant.person != bindparam("who"),
    goes_on(),
    or_(
        AccessGrant.confirmed_at <= bindparam("before", type_=_INSTANT),
        AccessGrant.confirmed_at.is_(None) & (AccessGrant.granted_at <= bindparam("before", type_=_INSTANT)),
    ),
)
_COUNT = select(func.count()).select_from(_STALE.limit(COUNTED + 1).subquery())
_ROWS = (
    _STALE.with_only_columns(
        AccessGrant.id,
        AccessGrant.case_ref,
        Person.name,
        AccessGrant.capacity,
        AccessGrant.compartments,
        AccessGrant.record_classes,
        AccessGrant.purpose,
        func.coalesce(AccessGrant.confirmed_at, AccessGrant.granted_at).label("since"),
        AccessGrant.until,
        AccessGrant.with_address,
    )
    .join(Person, Person.username == AccessGrant.person)
    .order_by("since", AccessGrant.id)
    .limit(SHOWN)
)


@dataclass(frozen=True, slots=True)
class StaleGrant:
    """An access that somebody is to look at again."""

    id: str
    case_ref: str
    name: str
    capacity: Capacity
    parts: tuple[str, ...]
    record_classes: tuple[str, ...]
    purpose: str | None
    since: datetime
    until: datetime | None


def grants_to_confirm(desk: Desk) -> tuple[StaleGrant, ...]:
    """The accesses of others that were longest not looked at, twenty at a time, for those who may grant.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.CONFIRM_GRANT) as asker:
        bound = {"who": asker.who, "at": asker.at, "before": asker.at - timedelta(days=asker.settings.reconfirm_days)}
        return tuple(_row(row) for row in asker.session.execute(_ROWS, bound))


def _row(row: Any) -> StaleGrant:
    """A row whose parts are told by kind: whose side it is, is for those who open the case."""
    kinds = dict.fromkeys(part.partition(":")[0] for part in row.compartments)
    parts = tuple(part_in_words(kind, {}) for kind in kinds)
    parts += (THE_ADDRESS,) if row.with_address else ()
    return from_row(StaleGrant, row, parts=parts, record_classes=tuple(row.record_classes or ()))


def confirmations_pending(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """How many accesses wait to be looked at by this person."""
    at = desk.now()
    if not person.roles(at) & GRANTERS:
        return None
    before = at - timedelta(days=facts.policy_settings(session, at).reconfirm_days)
    bound: dict[str, Any] = {"who": person.username, "at": at, "before": before}
    count = session.scalar(_COUNT, bound) or 0
    said = f"{min(count, COUNTED):,}{'+' if count > COUNTED else ''}"
    text = f"{said} {'access waits' if count == 1 else 'accesses wait'} to be confirmed or ended"
    return PendingItem(text, "confirmations", count=count, act="Confirm") if count else None
