"""Access that nobody has looked at for long: for those who say that it is still needed, or end it (C5)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from okf.asker import Asker, asking
from okf.cases.queries.case import THE_ADDRESS, part_in_words
from okf.cases.queries.unused_access import UNUSED, unused_since
from okf.desk import Desk
from okf.paging import FIRST, Count, Page, Paged, mark, values_of
from okf.pending import PendingItem
from okf.policy.facts import PersonFacts, PolicySettings
from okf.policy.table import GRANTERS
from okf.store import facts, marks
from okf.store.models import AccessGrant, Case, Person
from okf.store.rows import from_row
from okf.store.suspended import access_suspended
from okf.store.visible import goes_on, not_ended
from okf.terms import Action, Capacity

SHOWN = 20
COUNTED = 1000

_LOOKED_BEFORE: Any = bindparam("looked_before", type_=AccessGrant.from_.type)
_SINCE = func.coalesce(AccessGrant.confirmed_at, AccessGrant.granted_at)
_IS_UNUSED = case((UNUSED, 1), else_=0)
_STALE = (
    not_ended(),
    AccessGrant.person != bindparam("who"),
    goes_on(),
    or_(
        AccessGrant.confirmed_at <= _LOOKED_BEFORE,
        AccessGrant.confirmed_at.is_(None) & (AccessGrant.granted_at <= _LOOKED_BEFORE),
    ),
)
_COUNT = select(func.count()).select_from(select(AccessGrant.id).where(*_STALE).limit(COUNTED + 1).subquery())
_UNUSED_FIRST, _LONGEST_FIRST = func.max(_IS_UNUSED).label("unused"), func.min(_SINCE).label("since")
# Each of them holds one at least: the rows of so many people fill the page.
_HOLDERS = (
    select(AccessGrant.person, _UNUSED_FIRST, _LONGEST_FIRST)
    .where(*_STALE)
    .group_by(AccessGrant.person)
    .order_by(_UNUSED_FIRST.desc(), _LONGEST_FIRST, AccessGrant.person)
    .limit(bindparam("people"))
    .subquery()
)
_GRANTS = (
    select(
        AccessGrant.id,
        AccessGrant.person,
        Person.name,
        AccessGrant.case_ref,
        AccessGrant.capacity,
        AccessGrant.compartments,
        AccessGrant.record_classes,
        AccessGrant.actions,
        AccessGrant.purpose,
        AccessGrant.from_,
        AccessGrant.until,
        AccessGrant.granted_by,
        AccessGrant.granted_at,
        AccessGrant.with_address,
        AccessGrant.lead_for,
        AccessGrant.last_opened_at,
        _SINCE.label("since"),
        _IS_UNUSED.label("unused"),
        access_suspended(AccessGrant.person, AccessGrant.capacity).label("suspended"),
        Case.closed_at,
    )
    .join(Person, Person.username == AccessGrant.person)
    .join(Case, Case.ref == AccessGrant.case_ref)
)
_OF_ONE = (
    _GRANTS.where(*_STALE, AccessGrant.person == bindparam("person"))
    .order_by(_IS_UNUSED.desc(), _SINCE, AccessGrant.id)
    .offset(bindparam("skipped"))
    .limit(SHOWN + 1)
)
_ROWS = (
    _GRANTS.join(_HOLDERS, _HOLDERS.c.person == AccessGrant.person)
    .where(*_STALE)
    .order_by(_HOLDERS.c.unused.desc(), _HOLDERS.c.since, AccessGrant.person, _IS_UNUSED.desc(), _SINCE, AccessGrant.id)
    .offset(bindparam("skipped"))
    .limit(SHOWN + 1)
)
_THESE = _GRANTS.where(AccessGrant.id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class StaleGrant:
    """An access that somebody is to look at again. Two are equal where the access is the same, and nobody confirmed it.

    `mark` is a hash of whom it lets into what; an opening in between makes no other access of it.
    """

    id: str
    mark: str
    person: str
    name: str = field(compare=False)
    case_ref: str
    capacity: Capacity
    parts: tuple[str, ...]
    record_classes: tuple[str, ...]
    purpose: str | None
    since: datetime
    until: datetime | None
    leads: bool
    suspended: bool
    case_closed: bool
    last_opened_at: datetime | None = field(compare=False)
    unused: bool = field(compare=False)


@dataclass(frozen=True, slots=True)
class ToConfirm:
    """How many accesses wait to be looked at, and one page of them, those of one person together."""

    waiting: Count
    page: Paged[StaleGrant]


def grants_to_confirm(desk: Desk, page: Page = FIRST, *, person: str | None = None) -> ToConfirm:
    """The accesses of others that were not looked at for long, twenty at a time, for those who may grant.

    People who hold one that they do not use come first, and of each person
    what they do not use; with `person`, theirs alone. How many wait is told of everybody's.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.CONFIRM_GRANT) as asker:
        settings = asker.settings
        bound = _bound(asker.at, settings) | {"who": asker.who, "person": person}
        skipped = max((values_of(page.before or page.after, int) or (0,))[0], 0)
        rows = _page(asker, bound, skipped)
        if not rows and skipped:
            skipped, rows = 0, _page(asker, bound, 0)
        return ToConfirm(
            Count.capped(asker.session.scalar(_COUNT, bound) or 0, COUNTED),
            Paged(
                tuple(_row(row) for row in rows[:SHOWN]),
                next=mark([skipped + SHOWN]) if len(rows) > SHOWN else None,
                previous=mark([max(skipped - SHOWN, 0)]) if skipped else None,
            ),
        )


def _page(asker: Asker, bound: dict[str, Any], skipped: int) -> Sequence[Any]:
    rows = _OF_ONE if bound["person"] else _ROWS
    return asker.session.execute(rows, bound | {"skipped": skipped, "people": skipped + SHOWN + 1}).all()


def grants_as_they_are(
    session: Session, at: datetime, settings: PolicySettings, ids: Collection[str]
) -> dict[str, StaleGrant]:
    """These accesses as the page would show them now, by id."""
    rows = session.execute(_THESE, _bound(at, settings) | {"ids": list(ids)})
    return {row.id: _row(row) for row in rows}


def _bound(at: datetime, settings: PolicySettings) -> dict[str, Any]:
    looked_before = at - timedelta(days=settings.reconfirm_days)
    return {"at": at, "before": unused_since(at, settings), "looked_before": looked_before}


def _row(row: Any) -> StaleGrant:
    """A row whose parts are told by kind: whose side it is, is for those who open the case."""
    kinds = dict.fromkeys(part.partition(":")[0] for part in row.compartments)
    parts = tuple(part_in_words(kind, {}) for kind in kinds)
    parts += (THE_ADDRESS,) if row.with_address else ()
    return from_row(
        StaleGrant,
        row,
        mark=marks.grant_mark(row)[1],
        parts=parts,
        record_classes=tuple(row.record_classes or ()),
        leads=row.lead_for is not None,
        suspended=bool(row.suspended),
        case_closed=row.closed_at is not None,
        unused=bool(row.unused),
    )


def confirmations_pending(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """How many accesses wait to be looked at by this person."""
    at = desk.now()
    if not person.roles(at) & GRANTERS:
        return None
    bound = _bound(at, facts.policy_settings(session, at)) | {"who": person.username}
    count = session.scalar(_COUNT, bound) or 0
    said = f"{min(count, COUNTED):,}{'+' if count > COUNTED else ''}"
    text = f"{said} {'access waits' if count == 1 else 'accesses wait'} to be confirmed or ended"
    return PendingItem(text, "confirmations", count=count, act="Confirm") if count else None
