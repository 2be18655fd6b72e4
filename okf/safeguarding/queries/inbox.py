"""What waits in the inbox: nobody reads it there, but that it is there is told (C9)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from okf.desk import Desk
from okf.pending import PendingItem, counted
from okf.policy.facts import PersonFacts
from okf.policy.table import MANAGERS
from okf.settings import settings
from okf.store.inbox import Stuck, waiting_in
from okf.terms import FOR_SAFETY

_TOLD = FOR_SAFETY | MANAGERS


def in_inbox(desk: Desk) -> dict[str, Stuck | None]:
    """What waits, by reference, and why if it could not be taken in; not what may be about whoever is here."""
    inbox = desk.store.inbox
    names = inbox.names() if inbox else waiting_in(settings().inbox)
    stuck = inbox.stuck if inbox else {}
    return {name: stuck.get(name) for name in names if name not in stuck or _may_hear(desk, stuck[name])}


def _may_hear(desk: Desk, one: Stuck) -> bool:
    if desk.is_host or not one.sealed:
        return desk.actor not in one.hidden_from
    return desk.actor not in one.hidden_from and bool(desk.person().roles(desk.now()) & FOR_SAFETY)


def still_waits(desk: Desk, ref: str) -> bool:
    """Whether what somebody raised is not on record yet: for whoever has its reference."""
    return desk.store.inbox is not None and ref in desk.store.inbox.names()


def inbox_pending(desk: Desk, _: Session, person: PersonFacts) -> PendingItem | None:
    """For those who answer for safety, and managers: concerns in the inbox that could not be taken in."""
    if not person.roles(desk.now()) & _TOLD:
        return None
    refs = [ref for ref, stuck in in_inbox(desk).items() if stuck]
    if not refs:
        return None
    said = counted(
        len(refs),
        "concern could not be taken in from the inbox: tell whoever runs Casebook now",
        "concerns could not be taken in from the inbox: tell whoever runs Casebook now",
    )
    return PendingItem(said, "commitment", overdue=True, count=len(refs), act="See why")
