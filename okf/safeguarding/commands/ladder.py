"""The ladder: whoever is due to hear that a clock of a concern runs out or is past is told, each rung once (C9)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from okf.cases.commands.tell_leads import who_may_hear
from okf.clock import london_date
from okf.desk import Deed, Desk
from okf.pending import counted
from okf.people.commands.outbox import put_in_outbox
from okf.people.queries.mails import mail_is_set_up
from okf.policy.chasing import MailKind
from okf.policy.duty import acting_for, lead_roles
from okf.policy.facts import PolicySettings
from okf.policy.ladder import HEARS, ORDER, Rung, due_rung, ladder
from okf.store import duty, facts
from okf.store.models import ClockTold, Concern, ConcernClock
from okf.terms import FOR_SAFETY, SAFEGUARDING_LEADS, URGENT, Action
from okf.terms.duties import Duty

AT_ONE_GO: Final = 20  # clocks a deed: nobody else writes meanwhile, and the next round is seconds away
# What is looked at again after days or weeks waits for the morning, however urgent its concern once was.
_ANY_HOUR: Final = (Duty.DECIDE, Duty.CONFIRM)
_KINDS: Final = {
    Rung.BEFORE: MailKind.CLOCK_RUNS_OUT,
    Rung.PAST: MailKind.CLOCK_IS_PAST,
    Rung.DEPUTY: MailKind.CLOCK_IS_PAST,
    Rung.TRUSTEE: MailKind.CLOCK_IS_PAST,
}
_TOLD: Any = exists().where(ClockTold.clock == ConcernClock.id)
_RUNNING = (
    select(
        ConcernClock.id,
        ConcernClock.concern_ref,
        ConcernClock.duty,
        ConcernClock.started_at,
        ConcernClock.due_at,
        Concern.severity,
        Concern.lead,
    )
    .join(Concern, Concern.ref == ConcernClock.concern_ref)
    .where(
        ConcernClock.ended_at.is_(None),
        ConcernClock.due_at <= bindparam("soon", type_=ConcernClock.due_at.type),
        ~_TOLD.where(ClockTold.rung == ORDER[-1]),
    )
    .order_by(ConcernClock.due_at, ConcernClock.id)
)
_HEARD = select(ClockTold.clock, ClockTold.rung).where(ClockTold.clock.in_(bindparam("clocks", expanding=True)))


@dataclass(frozen=True, slots=True)
class Climbed:
    """How many clocks reached a rung of the ladder, and how many mails tell of them."""

    clocks: int = 0
    mails: int = 0

    def in_words(self) -> str:
        """One line for the command line."""
        if not self.clocks:
            return "No clock of a concern has reached a rung of the ladder."
        return (
            f"{counted(self.clocks, 'clock', 'clocks')} reached a rung; {counted(self.mails, 'mail', 'mails')} in all."
        )


def climb_clocks(desk: Desk) -> Climbed:
    """Tell whoever is due to hear of a clock now, on the host's desk.

    Each rung of each clock is told once, whoever asks and however often: what
    was told is on record in the same deed. Nobody hears whom the concern is
    about or who has a tie to its family; where nobody of a rung can be told,
    the next rung hears in their place.
    """
    with desk.reading() as session:
        if not _due(session, desk.now(), facts.policy_settings(session, desk.now())):
            return Climbed()
    with desk.permitted(Action.CLIMB_LADDER) as deed:
        due = _due(deed.session, deed.at, deed.question.settings)[:AT_ONE_GO]
        mails = {mail for row, rung in due for mail in _tell(desk, deed, row, rung)}
    return Climbed(len(due), len(mails))


def _due(session: Session, at: datetime, settings: PolicySettings) -> list[tuple[Any, Rung]]:
    """The clocks that have reached a rung which has not heard, each with that rung."""
    # By what a rung may hear earlier, and the nights on both sides of that.
    soon = at + timedelta(hours=settings.ladder_before_hours, days=2)
    rows = session.execute(_RUNNING, {"soon": soon}).all()
    heard = _heard(session, [row.id for row in rows])
    found = []
    for row in rows:
        urgent = row.severity in URGENT and row.duty in _ANY_HOUR
        due_at = max(row.started_at, row.due_at)  # one that was past from the first is past since then
        rung = due_rung(ladder(row.started_at, due_at, urgent=urgent, settings=settings), at, heard.get(row.id))
        if rung is not None:
            found.append((row, rung))
    return found


def _heard(session: Session, clocks: Iterable[int]) -> Mapping[int, Rung]:
    """The highest rung of each clock that has heard."""
    found: dict[int, list[Rung]] = defaultdict(list)
    for row in session.execute(_HEARD, {"clocks": list(clocks)}):
        found[row.clock].append(row.rung)
    return {clock: max(rungs, key=ORDER.index) for clock, rungs in found.items()}


def _tell(desk: Desk, deed: Deed, row: Any, rung: Rung) -> set[str]:
    """Tell those of a rung of one clock, and those above until somebody is there who hears; the mails' ids."""
    about_lead = facts.concerns(deed.session, [row.concern_ref])[row.concern_ref].about_lead
    leads, day = duty.leads(deed.session, deed.at), london_date(deed.at)
    may = {role: who_may_hear(desk, deed, row.concern_ref, {role}) for role in FOR_SAFETY}
    works = {one for role in lead_roles(about_lead) for one in may[role]}
    acting = acting_for(leads, row.lead, day, not_by=leads.keys() - works)
    away = {one.username for one in leads.values() if one.away_on(day)}
    mails: dict[str, str] = {}
    told: list[str] = []
    for step in ORDER[ORDER.index(rung) :]:
        roles = {*HEARS[step], *(lead_roles(about_lead) - SAFEGUARDING_LEADS)}
        whom = {one for role in roles for one in may[role]} | {one for one in (acting,) if one}
        if step in (Rung.BEFORE, Rung.PAST):
            whom -= away
        for kind, people in ((_KINDS[rung], whom & works), (MailKind.NOBODY_ACTS, whom - works)):
            mails |= put_in_outbox(deed, desk, kind, sorted(people.difference(told)), concern=row.concern_ref)
        told += sorted(whom.difference(told))
        if any(one not in away and (one in mails or not mail_is_set_up()) for one in told):
            break
    deed.add(*(ClockTold(clock=row.id, rung=rung, person=one, told_at=deed.at, mail=mails.get(one)) for one in told))
    if not told:
        deed.add(ClockTold(clock=row.id, rung=rung, told_at=deed.at))
    deed.session.flush()
    return set(mails.values())
