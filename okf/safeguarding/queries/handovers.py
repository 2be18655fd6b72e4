"""What was handed over to a lead and waits to be taken up, and whom they stand in for (C9)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, exists, func, literal, select
from sqlalchemy.orm import Session

from okf.clock import end_of, london_date
from okf.desk import Desk
from okf.paging import COUNT_MOST
from okf.pending import PendingItem, counted
from okf.policy.access import decide
from okf.policy.duty import covers_for
from okf.policy.facts import PersonFacts
from okf.policy.words import until_told
from okf.safeguarding.queries.filters import IN_QUEUE
from okf.store import duty
from okf.store.models import AuditEvent, Concern, ConcernEntry, Person
from okf.store.visible import WHO, binds_of
from okf.terms import FOR_SAFETY, SAFEGUARDING_LEADS, Action, Outcome

LATELY: Final = timedelta(minutes=30)

_THEIRS: Any = Concern.lead == WHO
# Whatever they wrote to it since says that they have it.
_UNTOUCHED: Any = ~exists().where(
    ConcernEntry.concern_ref == Concern.ref,
    ConcernEntry.entered_by == WHO,
    ConcernEntry.entered_at >= Concern.handed_at,
)
_HANDED = (
    select(Concern.ref).where(*IN_QUEUE, _THEIRS, Concern.handed_at.is_not(None), _UNTOUCHED).limit(COUNT_MOST + 1)
)
_COVERED = (
    select(Concern.ref).where(*IN_QUEUE, Concern.lead.in_(bindparam("away", expanding=True))).limit(COUNT_MOST + 1)
)
_OPENED = (
    select(Person.name, func.max(AuditEvent.at).label("at"))
    .join(Person, Person.username == AuditEvent.actor)
    .where(
        # Written out and not bound: the index is of this action alone.
        AuditEvent.action == literal(Action.READ_CONCERN, AuditEvent.action.type, literal_execute=True),
        AuditEvent.subject == bindparam("ref"),
        AuditEvent.actor != bindparam("me"),
        AuditEvent.outcome == Outcome.ALLOW,
        AuditEvent.at >= bindparam("since", type_=AuditEvent.at.type),
    )
    .group_by(Person.name)
    .order_by(func.max(AuditEvent.at).desc())
    .limit(3)
)


def handed_pending(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """For a lead: the concerns that were handed over to them and that they have not taken up."""
    if not person.roles(desk.now()) & FOR_SAFETY:
        return None
    count = _counted(session, _HANDED, binds_of(person, desk.now()))
    if not count:
        return None
    said = f"{counted(count, 'concern was', 'concerns were')} handed over to you"
    return PendingItem(said, "concerns", {"mine": "true"}, count=count, act="Take up")


def covers_pending(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """For a lead: whose open concerns are theirs while those are away."""
    if not person.roles(desk.now()) & SAFEGUARDING_LEADS:
        return None
    today = london_date(desk.now())
    away = covers_for(duty.leads(session, desk.now()), person.username, today)
    spells = [(one.name, spell.ends_on) for one in away if (spell := one.away_on(today))]
    if not spells:
        return None
    bounds = {**binds_of(person, desk.now()), "away": [one.username for one in away]}
    count = _counted(session, _COVERED, bounds)
    instead = " and ".join(f"{name} {until_told(end_of(last))}" for name, last in spells)
    return PendingItem(
        f"You stand in for {instead}: {counted(count, 'concern', 'concerns')} of theirs open",
        "concerns",
        {"mine": "true"},
        count=count,
        act="See them",
    )


def _counted(session: Session, which: Any, bounds: dict[str, Any]) -> int:
    return session.scalar(select(func.count()).select_from(which.subquery()), bounds) or 0


def opened_lately(desk: Desk, ref: str) -> tuple[tuple[str, datetime], ...]:
    """Who else opened a concern within the last half hour, the last first; for those alone who work it."""
    with desk.reading() as session:
        if not decide(desk.question(session, Action.TRIAGE_CONCERN, concern=ref)).allowed:
            return ()
        bounds = {"ref": ref, "me": desk.actor, "since": desk.now() - LATELY}
        return tuple((row.name, row.at) for row in session.execute(_OPENED, bounds))
