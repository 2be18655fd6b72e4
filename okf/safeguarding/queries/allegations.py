"""Allegations: the designated officer's clock, those about a lead, and what of them waits for whom (C9)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, exists, or_, select
from sqlalchemy.orm import Session

from okf.asker import Asker, asking
from okf.clock import is_past
from okf.desk import Desk
from okf.pending import PendingItem, counted
from okf.policy.access import decide
from okf.policy.facts import ConcernFacts, PersonFacts
from okf.safeguarding.queries.about import about_names
from okf.safeguarding.queries.clocks import Running, running_clocks
from okf.store import facts
from okf.store.models import (
    CaseClosure,
    Concern,
    ConcernAbout,
    ConcernCategoryAlso,
    ConcernClock,
    ConcernEntry,
    LadoNotice,
    Person,
)
from okf.store.rows import from_row, from_rows
from okf.store.visible import (
    about_leads,
    about_them,
    about_workers,
    binds_for,
    binds_of,
    concerns_visible_to,
    concerns_worked_by,
    ever_held,
)
from okf.terms import FOR_SAFETY, SAFEGUARDING_LEADS, Action, ConcernStatus, Role, Severity
from okf.terms.concerns import ConcernCategory
from okf.terms.duties import Duty

MOST: Final = 200
_WORKER = about_workers().where(ConcernAbout.concern_ref == Concern.ref).exists()
_A_WORKER_IS_MEANT = or_(
    Concern.category == ConcernCategory.ABOUT_A_WORKER,
    exists().where(
        ConcernCategoryAlso.concern_ref == Concern.ref,
        ConcernCategoryAlso.category == ConcernCategory.ABOUT_A_WORKER,
        ConcernCategoryAlso.ended_at.is_(None),
    ),
)
_TO_TELL = exists().where(ConcernClock.concern_ref == Concern.ref, ConcernClock.duty == Duty.LADO)
_IS_ALLEGATION = select(Concern.ref).where(Concern.ref == bindparam("ref"), or_(_A_WORKER_IS_MEANT, _WORKER, _TO_TELL))
_WAS_EVER = select(Concern.ref).where(
    Concern.ref.in_(bindparam("refs", expanding=True)),
    or_(
        Concern.sealed.is_(True),
        Concern.category == ConcernCategory.ABOUT_A_WORKER,
        exists().where(
            ConcernCategoryAlso.concern_ref == Concern.ref,
            ConcernCategoryAlso.category == ConcernCategory.ABOUT_A_WORKER,
        ),
        _WORKER,
        _TO_TELL,
    ),
)
_CLOCKS = select(ConcernClock.concern_ref, ConcernClock.started_at, ConcernClock.due_at).where(
    ConcernClock.concern_ref.in_(bindparam("keys", expanding=True)), ConcernClock.duty == Duty.LADO
)
_NOTICES = (
    select(LadoNotice.concern_ref, LadoNotice.told_at, LadoNotice.noted_at)
    .where(LadoNotice.concern_ref.in_(bindparam("keys", expanding=True)))
    .order_by(LadoNotice.id)
)
_TOLD = (
    select(LadoNotice.told_at, LadoNotice.reference, LadoNotice.words, LadoNotice.noted_at, Person.name.label("by"))
    .join(Person, Person.username == LadoNotice.noted_by)
    .where(LadoNotice.concern_ref == bindparam("ref"))
    .order_by(LadoNotice.id)
)
_UNTOLD = (
    select(ConcernClock.concern_ref)
    .where(
        ConcernClock.ended_at.is_(None), ConcernClock.duty == Duty.LADO, concerns_worked_by(ConcernClock.concern_ref)
    )
    .order_by(ConcernClock.due_at)
    .limit(MOST)
)
_LEADS_OWN = (
    select(
        Concern.ref,
        Concern.severity,
        Concern.status,
        Concern.raised_at,
        Concern.due_at,
        Concern.ended_at,
        Person.name.label("lead"),
    )
    .outerjoin(Person, Person.username == Concern.lead)
    .where(Concern.ref.in_(about_leads()), concerns_visible_to())
    .order_by(Concern.ended_at.is_not(None), Concern.due_at, Concern.ref)
    .limit(MOST)
)
# Nobody has written to the concern since the case was closed by one who could not know that it was open.
_CLOSED_OVER_IT = (
    select(Concern.ref)
    .join(CaseClosure, CaseClosure.case_ref == Concern.case_ref)
    .where(
        Concern.ended_at.is_(None),
        concerns_worked_by(),
        or_(
            Concern.ref.in_(about_them(CaseClosure.closed_by).correlate(CaseClosure)),
            Concern.sealed.is_(True) & CaseClosure.closed_by.not_in(ever_held(SAFEGUARDING_LEADS)),
        ),
        CaseClosure.reopened_at.is_(None),
        CaseClosure.closed_at >= Concern.raised_at,
        ~exists().where(ConcernEntry.concern_ref == Concern.ref, ConcernEntry.entered_at > CaseClosure.closed_at),
    )
    .limit(MOST)
)


@dataclass(frozen=True, slots=True)
class LadoClock:
    """By when the designated officer is to be told of an allegation, and what is on record of that.

    `decided` is when somebody put down that they were told, or why not.
    """

    known_at: datetime
    due_at: datetime
    told_at: datetime | None
    decided: datetime | None

    def overdue(self, at: datetime) -> bool:
        """Whether the time ran out at an instant, and nothing is on record."""
        return self.decided is None and self.due_at <= at


@dataclass(frozen=True, slots=True)
class LadoLine:
    """What was put down once: told and when, or not told and why."""

    told_at: datetime | None
    reference: str | None
    words: str
    noted_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class LeadAllegation:
    """A concern about a safeguarding lead, as the trustee's list shows it."""

    ref: str
    severity: Severity
    status: ConcernStatus
    about: tuple[str, ...]
    raised_at: datetime
    due_at: datetime
    lead: str | None
    ended_at: datetime | None
    lado: LadoClock | None
    clocks: Running = ()


def is_allegation(session: Session, ref: str) -> bool:
    """Whether a concern is about somebody who works with OKF, or was."""
    return session.scalar(_IS_ALLEGATION, {"ref": ref}) is not None


def ever_allegations(session: Session, refs: Collection[str]) -> frozenset[str]:
    """Those of these concerns that were ever said to be about somebody who works with OKF, named or not."""
    return frozenset(session.scalars(_WAS_EVER, {"refs": list(refs)}))


def lado_clocks(session: Session, refs: Collection[str]) -> dict[str, LadoClock]:
    """The designated officer's clock of those of these concerns that are allegations; two queries, however many.

    It runs from the instant at which Casebook knew that a worker is meant.
    """
    keys = {"keys": list(refs)}
    if not refs:
        return {}
    notices: dict[str, Any] = {}
    for row in session.execute(_NOTICES, keys):
        told, noted = notices.get(row.concern_ref, (None, row.noted_at))
        notices[row.concern_ref] = (told or row.told_at, noted)
    found = {}
    for row in session.execute(_CLOCKS, keys):
        told, noted = notices.get(row.concern_ref, (None, None))
        found[row.concern_ref] = LadoClock(row.started_at, row.due_at, told, noted)
    return found


def lado_lines(desk: Desk, ref: str) -> tuple[LadoClock | None, tuple[LadoLine, ...]]:
    """The clock of one concern, and each thing that was put down about it; nothing for who may not work it."""
    with desk.reading() as session:
        if ref not in worked_by(Asker.of(desk, session), [ref]):
            return None, ()
        clocks = lado_clocks(session, [ref])
        return clocks.get(ref), from_rows(LadoLine, session.execute(_TOLD, {"ref": ref}))


def lead_allegations(desk: Desk) -> tuple[LeadAllegation, ...]:
    """The concerns about a safeguarding lead, for the safeguarding trustee: each decided on; the open ones first.

    Raises:
        Refused: they are not the safeguarding trustee.
    """
    with asking(desk, Action.LIST_LEAD_ALLEGATIONS) as asker:
        rows = asker.session.execute(_LEADS_OWN, binds_for(asker.base)).all()
        theirs = worked_by(asker, [row.ref for row in rows])
        about = about_names(asker.session, theirs)
        told, clocks = lado_clocks(asker.session, theirs), running_clocks(asker.session, theirs)
        return tuple(
            from_row(LeadAllegation, row, about=about[row.ref], lado=told.get(row.ref), clocks=clocks[row.ref])
            for row in rows
            if row.ref in theirs
        )


def worked_by(asker: Asker, refs: Collection[str]) -> Mapping[str, ConcernFacts]:
    """Of these concerns, those that the policy lets this person work."""
    concerns = facts.concerns(asker.session, refs)
    cases = facts.cases(asker.session, {one.case_ref for one in concerns.values() if one.case_ref})
    ask = replace(asker.base, action=Action.TRIAGE_CONCERN)
    return {
        ref: one
        for ref, one in concerns.items()
        if decide(replace(ask, concern=one, case=cases.get(one.case_ref or ""))).allowed
    }


def lado_pending(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """For Today: the allegations of which nothing says that the designated officer was told."""
    theirs = _waiting_for(desk, session, person, _UNTOLD)
    if not theirs:
        return None
    clocks = lado_clocks(session, theirs)
    due = min((clock.due_at for clock in clocks.values() if clock.decided is None), default=None)
    said = counted(len(theirs), "allegation waits", "allegations wait") + " for the designated officer to be told"
    ref = next(iter(theirs))
    return PendingItem(
        said, "concern", {"ref": ref}, overdue=is_past(due, desk.now()), due=due, count=len(theirs), act="Tell them"
    )


def closings_over_concerns(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """For Today: cases closed by who could not know of an open concern on them, until a lead looked at it."""
    theirs = _waiting_for(desk, session, person, _CLOSED_OVER_IT)
    if not theirs:
        return None
    said = (
        counted(len(theirs), "case was closed", "cases were closed")
        + " by somebody who could not know of an open concern"
    )
    return PendingItem(said, "concern", {"ref": next(iter(theirs))}, overdue=True, count=len(theirs), act="Look")


def leads_own_pending(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """For Today, of the trustee: the open concerns about a lead that nobody has decided on."""
    if Role.SAFEGUARDING_TRUSTEE not in person.roles(desk.now()):
        return None
    undecided = _LEADS_OWN.where(Concern.decide_by.is_not(None))
    theirs = _waiting_for(desk, session, person, undecided)
    if not theirs:
        return None
    due = min(row.due_at for row in session.execute(undecided, binds_of(person, desk.now())))
    return PendingItem(
        counted(len(theirs), "concern", "concerns") + " about a safeguarding lead to be decided on",
        "concerns",
        overdue=due <= desk.now(),
        due=due,
        count=len(theirs),
        act="Decide",
    )


def _waiting_for(desk: Desk, session: Session, person: PersonFacts, statement: Any) -> Mapping[str, ConcernFacts]:
    if person.is_host or not person.roles(desk.now()) & FOR_SAFETY:
        return {}
    refs = session.scalars(statement, binds_of(person, desk.now())).all()
    return worked_by(Asker.of(desk, session), refs) if refs else {}
