"""What somebody heard of on the ladder and that still runs: for the banner and Today, theirs alone (C9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.asker import allowed_on
from okf.desk import Desk
from okf.pending import PendingItem, counted
from okf.policy.facts import PersonFacts
from okf.store.models import ClockTold, Concern, ConcernClock
from okf.terms import FOR_SAFETY, SAFEGUARDING_LEADS, Action

MOST: Final = 200
NOBODY_ACTS: Final = "Something of safeguarding needs somebody now and nobody has acted on it: ring whoever is on duty"
_HEARD: Any = (
    select(ConcernClock.concern_ref, ConcernClock.due_at, Concern.taken_at)
    .join(ClockTold, ClockTold.clock == ConcernClock.id)
    .join(Concern, Concern.ref == ConcernClock.concern_ref)
    .where(ClockTold.person == bindparam("who"), ConcernClock.ended_at.is_(None))
    .order_by(ConcernClock.due_at, ConcernClock.concern_ref)
    .limit(MOST)
)


@dataclass(frozen=True, slots=True)
class Heard:
    """The clocks of which the reader heard: of concerns that they work, the longest past first; or of others.

    `past` are those of them that are past, `taken` whether somebody has taken
    the first up. Of others, which open to the reader by no rule, there is
    only whether there are any; to a lead they count among the past ones
    (`past_count`, `count`), for what they heard of must not fall away as it comes to be
    about them (C9).
    """

    refs: tuple[str, ...] = ()
    past: tuple[str, ...] = ()
    taken: bool = False
    others: bool = False
    past_count: int = 0
    count: int = 0


def heard(desk: Desk, session: Session, person: PersonFacts) -> Heard:
    """What the reader heard of that still runs; nothing, without a question on record, for anybody else."""
    at = desk.now()
    if not person.roles(at) & FOR_SAFETY:
        return Heard()
    rows = session.execute(_HEARD, {"who": person.username, "at": at}).all()
    if not rows:
        return Heard()
    question = desk.question(session, Action.TRIAGE_CONCERN)
    theirs = allowed_on(session, question, list(dict.fromkeys(row.concern_ref for row in rows)), question.action)
    mine = [row for row in rows if row.concern_ref in theirs]
    leads = bool(person.roles(at) & SAFEGUARDING_LEADS)
    counts = rows if leads else mine
    return Heard(
        tuple(dict.fromkeys(row.concern_ref for row in mine)),
        tuple(dict.fromkeys(row.concern_ref for row in mine if row.due_at <= at)),
        bool(mine) and mine[0].taken_at is not None,
        others=not leads and len(mine) < len(rows),
        past_count=len({row.concern_ref for row in counts if row.due_at <= at}),
        count=len({row.concern_ref for row in counts}),
    )


def heard_now(desk: Desk) -> Heard:
    """The same for whoever is here."""
    with desk.reading() as session:
        return heard(desk, session, desk.person(session))


def heard_pending(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """For whoever heard on the ladder: what is past or soon due; for the trustee, that they should ring."""
    found = heard(desk, session, person)
    if found.past_count:
        said = counted(found.past_count, "concern is past its time", "concerns are past their time")
        page, asked = ("concern", {"ref": found.past[0]}) if found.past else ("concerns", {})
        return PendingItem(said, page, asked, overdue=True, count=found.past_count)
    if found.others:
        return PendingItem(NOBODY_ACTS, "on_duty", overdue=True, act="Ring")
    if found.count:
        said = counted(found.count, "concern is due soon", "concerns are due soon")
        page, asked = ("concern", {"ref": found.refs[0]}) if found.refs else ("concerns", {})
        return PendingItem(said, page, asked, count=found.count)
    return None
