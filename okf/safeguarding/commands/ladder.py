"""The ladder: whoever is due to hear that a clock of a concern runs out or is past is told, until it ends (C9)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import and_, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from okf.cases.commands.tell_leads import who_may_hear
from okf.clock import london_date, start_of
from okf.desk import Deed, Desk
from okf.errors import StoreUnavailable, log_bug
from okf.pending import counted
from okf.people.commands.outbox import put_in_outbox
from okf.people.queries.mails import STUCK, mail_is_set_up
from okf.policy.chasing import MailKind, MailState
from okf.policy.duty import acting_for, lead_roles
from okf.policy.facts import PolicySettings
from okf.policy.ladder import HEARS, ORDER, Rung, due_rung, hears_again, ladder
from okf.store import duty, facts
from okf.store.engine import Store
from okf.store.models import ClockTold, Concern, ConcernClock, Mail
from okf.store.models.base import unknown_words_told
from okf.terms import FOR_SAFETY, SAFEGUARDING_LEADS, URGENT, Action, Severity
from okf.terms.duties import Duty

AT_ONE_GO: Final = 20  # clocks a round: what was told is sent before the next one, which is seconds away
AGAIN: Final = timedelta(minutes=1)  # until a clock is tried again that told nobody
# What is looked at again after days or weeks waits for the morning, however urgent its concern once was.
_ANY_HOUR: Final = (Duty.DECIDE, Duty.CONFIRM)
_KINDS: Final = {
    Rung.BEFORE: MailKind.CLOCK_RUNS_OUT,
    Rung.PAST: MailKind.CLOCK_IS_PAST,
    Rung.DEPUTY: MailKind.CLOCK_IS_PAST,
    Rung.TRUSTEE: MailKind.CLOCK_IS_PAST,
}
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
# When a clock was last tried of which nobody could be told, or whose telling failed: it comes last in the next round.
_IN_VAIN: WeakKeyDictionary[Store, dict[int, datetime]] = WeakKeyDictionary()
# Mails by which nobody heard: refused for good, lost on the way, or of somebody who may not hear any more.
_LOST: Final = frozenset({*STUCK, MailState.WITHDRAWN})
_TOP_TODAY: Any = exists().where(
    ClockTold.clock == ConcernClock.id,
    ClockTold.person.is_not(None),
    ClockTold.rung == ORDER[-1],
    ClockTold.told_at >= bindparam("today", type_=ClockTold.told_at.type),
)
_AT_ONCE_KINDS: Final = (MailKind.CONCERN_AT_ONCE, MailKind.NOBODY_ACTS)
_AT_ONCE: Any = exists().where(Mail.concern_ref == Concern.ref, Mail.kind.in_(_AT_ONCE_KINDS))
_RUNNING = (
    select(
        ConcernClock.id,
        ConcernClock.concern_ref,
        ConcernClock.duty,
        ConcernClock.started_at,
        ConcernClock.due_at,
        Concern.severity,
        Concern.lead,
        # It waits for its decision, and of the mails that went at once none reached anybody.
        and_(
            ConcernClock.duty == Duty.DECIDE,
            _AT_ONCE.where(Mail.state.in_(_LOST)),
            ~_AT_ONCE.where(Mail.state.not_in(_LOST)),
        ).label("unheard"),
    )
    .join(Concern, Concern.ref == ConcernClock.concern_ref)
    .where(
        ConcernClock.ended_at.is_(None),
        ConcernClock.due_at <= bindparam("soon", type_=ConcernClock.due_at.type),
        or_(~_TOP_TODAY, _TOP_TODAY.where(ClockTold.mail == Mail.id, Mail.state.in_(_LOST))),
    )
    .order_by(ConcernClock.due_at, ConcernClock.id)
)
_THIS = _RUNNING.where(ConcernClock.id == bindparam("clock"))
_HEARD = (
    select(ClockTold.clock, ClockTold.rung, ClockTold.told_at, Mail.state)
    .outerjoin(Mail, Mail.id == ClockTold.mail)
    .where(ClockTold.clock.in_(bindparam("clocks", expanding=True)), ClockTold.person.is_not(None))
)
_ON_RUNG = select(ClockTold).where(
    ClockTold.clock == bindparam("clock"), ClockTold.rung == bindparam("rung"), ClockTold.person.is_not(None)
)
_LOST_AT_ONCE = select(Mail.person).where(
    Mail.concern_ref == bindparam("concern"), Mail.kind.in_(_AT_ONCE_KINDS), Mail.state.in_(_LOST)
)
_Heard = tuple[Rung, datetime]  # the highest rung of a clock that heard, and when it last did


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

    Each rung of each clock is told once, and the highest once a day from then
    on, whoever asks and however often: what was told is on record in the same
    deed, of each clock its own. Nobody hears whom the concern is about or who
    has a tie to its family. Where nobody of a rung can be told, or every mail
    to them is lost, the next rung hears in their place at once, and where
    there is nobody at all it is tried again. What fails for one clock is
    logged and keeps nobody from hearing of another.
    """
    with desk.reading() as session:
        at = desk.now()
        settings = facts.policy_settings(session, at)
        running = _running(session, at, settings)
    before = _IN_VAIN.get(desk.store, {})
    in_vain = _IN_VAIN[desk.store] = {row.id: before[row.id] for row, _ in running if row.id in before}
    mails: set[str] = set()
    tried = clocks = 0
    for row, heard in sorted(running, key=lambda one: (in_vain.get(one[0].id, _NEVER), _at_the_top(one[1]))):
        if in_vain.get(row.id, _NEVER) + AGAIN > at or tried == AT_ONE_GO:
            break
        try:
            rung = _due(row, heard, at, settings)
            if rung is None:
                continue
            tried += 1
            told = _climb(desk, row, rung)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - a bug is logged, and the others hear
            log_bug(error)
            told = None
        if told is None:
            in_vain[row.id] = at
        else:
            clocks += 1
            mails |= told
    return Climbed(clocks, len(mails))


def _running(
    session: Session, at: datetime, settings: PolicySettings, clock: int | None = None
) -> list[tuple[Any, _Heard | None]]:
    """The clocks that are past or due soon, or one of them, but those whose highest rung has heard today."""
    # By what a rung may hear earlier, and the nights on both sides of that.
    soon = at + timedelta(hours=settings.ladder_before_hours, days=2)
    asked = {"soon": soon, "today": start_of(london_date(at)), "clock": clock}
    with unknown_words_told():
        rows = session.execute(_RUNNING if clock is None else _THIS, asked).all()
        heard = _heard(session, [row.id for row in rows]) if rows else {}
    return [(row, heard.get(row.id)) for row in rows]


def _heard(session: Session, clocks: Iterable[int]) -> Mapping[int, _Heard]:
    """The highest rung of each clock that heard: not one of which all mails of a day were lost."""
    told: dict[tuple[int, Rung, date], list[Any]] = defaultdict(list)
    rows = session.execute(_HEARD, {"clocks": list(clocks)})
    for row in (one for one in rows if one.rung in ORDER):
        told[row.clock, row.rung, london_date(row.told_at)].append(row)
    found: dict[int, list[_Heard]] = defaultdict(list)
    for (clock, rung, _), those in told.items():
        mails = {row.state for row in those if row.state is not None}
        if not mails or mails - _LOST:
            found[clock].append((rung, max(row.told_at for row in those)))
    return {clock: max(heard, key=lambda one: (ORDER.index(one[0]), one[1])) for clock, heard in found.items()}


def _at_the_top(heard: _Heard | None) -> bool:
    return heard is not None and heard[0] is ORDER[-1]


def _due(row: Any, heard: _Heard | None, at: datetime, settings: PolicySettings) -> Rung | None:
    """The rung of a clock that is to hear now, or once more."""
    if heard and _at_the_top(heard):
        any_hour = row.severity is Severity.IMMEDIATE and row.duty is Duty.DECIDE
        return heard[0] if hears_again(heard[1], at, any_hour=any_hour, settings=settings) else None
    urgent = row.severity in URGENT and row.duty in _ANY_HOUR
    due_at = max(row.started_at, row.due_at)  # one that was past from the first is past since then
    rungs = ladder(row.started_at, due_at, urgent=urgent, settings=settings)
    rung = due_rung(rungs, at, heard[0] if heard else None)
    return ORDER[0] if rung is None and heard is None and row.unheard else rung


def _climb(desk: Desk, row: Any, rung: Rung) -> set[str] | None:
    """Tell of one clock in a deed of its own, if it is due still; the mails' ids, None with nobody to tell."""
    with desk.reading() as session:
        may = who_may_hear(desk, session, desk.now(), row.concern_ref, FOR_SAFETY)
        if not set(may) - _passed_over(session, row, rung, desk.now()):
            return None
    with desk.permitted(Action.CLIMB_LADDER) as deed:
        settings = deed.question.settings
        for this, heard in _running(deed.session, deed.at, settings, row.id):
            due = _due(this, heard, deed.at, settings)
            if due is not None:
                return _tell(desk, deed, this, due)
    return set()


def _passed_over(session: Session, row: Any, rung: Rung, at: datetime) -> set[str]:
    """Whose mails of this rung were lost: they hear no more on it, on the highest not that day, but others do."""
    rows = session.scalars(_ON_RUNG, {"clock": row.id, "rung": rung})
    found = {str(one.person) for one in rows if rung is not ORDER[-1] or london_date(one.told_at) == london_date(at)}
    if row.unheard and rung is ORDER[0]:
        found |= set(session.scalars(_LOST_AT_ONCE, {"concern": row.concern_ref}))
    return found


def _tell(desk: Desk, deed: Deed, row: Any, rung: Rung) -> set[str]:
    """Tell those of a rung of one clock, and those above until somebody is there who hears; the mails' ids."""
    about_lead = facts.concerns(deed.session, [row.concern_ref])[row.concern_ref].about_lead
    leads, day = duty.leads(deed.session, deed.at), london_date(deed.at)
    may = {role: who_may_hear(desk, deed.session, deed.at, row.concern_ref, {role}) for role in FOR_SAFETY}
    works = {one for role in lead_roles(about_lead) for one in may[role]}
    acting = acting_for(leads, row.lead, day, not_by=leads.keys() - works)
    away = {one.username for one in leads.values() if one.away_on(day)}
    passed = _passed_over(deed.session, row, rung, deed.at)
    mails: dict[str, str] = {}
    told: list[str] = []
    for step in ORDER[ORDER.index(rung) :]:
        roles = {*HEARS[step], *(lead_roles(about_lead) - SAFEGUARDING_LEADS)}
        whom = {one for role in roles for one in may[role]} | {one for one in (acting,) if one}
        if step in (Rung.BEFORE, Rung.PAST):
            whom -= away
        whom -= passed
        for kind, people in ((_KINDS[rung], whom & works), (MailKind.NOBODY_ACTS, whom - works)):
            whom_else = sorted(people.difference(told))
            mails |= put_in_outbox(deed, desk, kind, whom_else, concern=row.concern_ref, of_a_clock=True)
        told += sorted(whom.difference(told))
        if any(one not in away and (one in mails or not mail_is_set_up()) for one in told):
            break
    before = {one.person: one for one in deed.session.scalars(_ON_RUNG, {"clock": row.id, "rung": rung})}
    for one in told:
        heard = before.get(one) or ClockTold(clock=row.id, rung=rung, person=one)
        heard.told_at, heard.mail = deed.at, mails.get(one)
        deed.add(heard)
    deed.session.flush()
    return set(mails.values())
