"""Concerns of severity immediate that nobody has decided on yet: for the banner of whoever may have to act (C9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Boolean, and_, bindparam, case, or_, select
from sqlalchemy.orm import Session

from okf.asker import allowed_on
from okf.desk import Desk
from okf.pending import PendingItem, counted
from okf.policy.facts import PersonFacts
from okf.safeguarding.queries.about import that_stay
from okf.safeguarding.queries.filters import AT_ONCE
from okf.safeguarding.queries.parts import unanswered_additions
from okf.store.models import Concern, Person
from okf.store.rows import from_rows
from okf.store.visible import binds_for, concerns_counted_for, concerns_worked_by
from okf.terms import FOR_SAFETY, Action

MOST: Final = 20
_TAKEN = and_(Concern.taken_at.is_not(None), Concern.handed_at.is_(None))
_AT_ONCE = (
    select(Concern.ref, Concern.decide_by, case((_TAKEN, Person.name)).label("taken_by"))
    .outerjoin(Person, Person.username == Concern.lead)
    .where(AT_ONCE, or_(concerns_worked_by(), and_(bindparam("leads", type_=Boolean), concerns_counted_for())))
    .order_by(Concern.decide_by, Concern.ref)
    .limit(MOST)
)


@dataclass(frozen=True, slots=True)
class AtOnce:
    """An immediate concern that waits for its decision, and who has said that they have it."""

    ref: str
    decide_by: datetime
    taken_by: str | None


def may_have_to_act(desk: Desk) -> bool:
    """Whether whoever is here holds a role for which such a concern may wait."""
    with desk.reading() as session:
        return bool(desk.person(session).roles(desk.now()) & FOR_SAFETY)


def waiting_at_once(desk: Desk) -> tuple[AtOnce, ...]:
    """Those that the reader works, or did until one came to mean them, and nobody has decided on; the first due first.

    At most twenty; nothing, and no refusal on record, for anybody else.
    """
    with desk.reading() as session:
        question = desk.question(session, Action.TRIAGE_CONCERN)
        if not question.person.roles(question.at) & FOR_SAFETY:
            return ()
        rows = session.execute(_AT_ONCE, binds_for(question)).all()
        theirs = that_stay(session, question, [row.ref for row in rows])
        return from_rows(AtOnce, (row for row in rows if row.ref in theirs))


def additions_pending(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """For those who work concerns: reports, ended ones too, to which who raised them has added something."""
    if not person.roles(desk.now()) & FOR_SAFETY:
        return None
    question = desk.question(session, Action.TRIAGE_CONCERN)
    added = unanswered_additions(session, question)
    theirs = allowed_on(session, question, added, question.action)
    refs = [ref for ref in added if ref in theirs]
    if not refs:
        return None
    said = counted(len(refs), "report has something new from who raised it", "reports have something new")
    return PendingItem(said, "concern", {"ref": refs[0]}, count=len(refs), act="Read")
