"""Allegations: the designated officer's clock, those about a lead, and what of them waits for whom (C9)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from okf.asker import Asker, asking
from okf.desk import Desk
from okf.pending import PendingItem, counted
from okf.policy.access import decide
from okf.policy.clocks import lado_by
from okf.policy.facts import ConcernFacts, PersonFacts
from okf.safeguarding.queries.about import about_names
from okf.store import facts
from okf.store.models import CaseClosure, Concern, ConcernAbout, ConcernCategoryAlso, ConcernEntry, LadoNotice, Person
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
    of_worker,
)
from okf.terms import FOR_SAFETY, SAFEGUARDING_LEADS, Action, ConcernStatus, Role, Severity
from okf.terms.concerns import ConcernCategory

MOST: Final = 200
# The words that stand wherever the clock does.
BEFORE_ANY_INQUIRY: Final = (
    "The local authority's designated officer, before any internal enquiry. Don't tell the person."
)

_WORKER = about_workers().where(ConcernAbout.concern_ref == Concern.ref).exists()
_A_WORKER_IS_MEANT = or_(
    Concern.category == ConcernCategory.ABOUT_A_WORKER,
    exists().where(
        ConcernCategoryAlso.concern_ref == Concern.ref,
        ConcernCategoryAlso.category == ConcernCategory.ABOUT_A_WORKER,
        ConcernCategoryAlso.ended_at.is_(None),
    ),
)
_KNOWN = (
    select(
        Concern.ref,
        Concern.raised_at,
        func.min(func.coalesce(ConcernAbout.added_at, Concern.raised_at), type_=Concern.raised_at.type).label("known"),
    )
    .outerjoin(ConcernAbout, (ConcernAbout.concern_ref == Concern.ref) & of_worker())
    .where(Concern.ref.in_(bindparam("keys", expanding=True)), or_(_A_WORKER_IS_MEANT, of_worker()))
    .group_by(Concern.ref, Concern.raised_at)
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
    select(Concern.ref)
    .where(
        Concern.ended_at.is_(None),
        concerns_worked_by(),
        or_(_A_WORKER_IS_MEANT, _WORKER),
        ~exists().where(LadoNotice.concern_ref == Concern.ref),
    )
    .order_by(Concern.raised_at)
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


def lado_clocks(session: Session, refs: Collection[str], holidays: Collection[date]) -> dict[str, LadoClock]:
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
    for row in session.execute(_KNOWN, keys):
        told, noted = notices.get(row.ref, (None, None))
        found[row.ref] = LadoClock(row.known, lado_by(row.known, holidays), told, noted)
    return found


def lado_lines(desk: Desk, ref: str) -> tuple[LadoClock | None, tuple[LadoLine, ...]]:
    """The clock of one concern, and each thing that was put down about it; nothing for who may not work it."""
    with desk.reading() as session:
        if ref not in worked_by(Asker.of(desk, session), [ref]):
            return None, ()
        clocks = lado_clocks(session, [ref], facts.policy_settings(session, desk.now()).bank_holidays)
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
        clocks = lado_clocks(asker.session, theirs, asker.settings.bank_holidays)
        return tuple(
            from_row(LeadAllegation, row, about=about[row.ref], lado=clocks.get(row.ref))
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
    """For the overview: the allegations of which nothing says that the designated officer was told."""
    theirs = _waiting_for(desk, session, person, _UNTOLD)
    if not theirs:
        return None
    clocks = lado_clocks(session, list(theirs), facts.policy_settings(session, desk.now()).bank_holidays)
    late = any(clock.overdue(desk.now()) for clock in clocks.values())
    said = counted(len(theirs), "allegation waits", "allegations wait") + " for the designated officer to be told"
    return PendingItem(said, "concern", {"ref": next(iter(theirs))}, overdue=late)


def closings_over_concerns(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """For the overview: cases closed by who could not know of an open concern on them, until a lead looked at it."""
    theirs = _waiting_for(desk, session, person, _CLOSED_OVER_IT)
    if not theirs:
        return None
    said = (
        counted(len(theirs), "case was closed", "cases were closed")
        + " by somebody who could not know of an open concern"
    )
    return PendingItem(said, "concern", {"ref": next(iter(theirs))}, overdue=True)


def leads_own_pending(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """For the trustee's overview: the open concerns about a lead that nobody has triaged."""
    if Role.SAFEGUARDING_TRUSTEE not in person.roles(desk.now()):
        return None
    untriaged = _LEADS_OWN.where(Concern.ended_at.is_(None), Concern.triaged_at.is_(None))
    theirs = _waiting_for(desk, session, person, untriaged)
    if not theirs:
        return None
    late = any(row.due_at <= desk.now() for row in session.execute(untriaged, binds_of(person, desk.now())))
    return PendingItem(
        counted(len(theirs), "concern", "concerns") + " about a safeguarding lead to be triaged",
        "concerns",
        overdue=late,
    )


def _waiting_for(desk: Desk, session: Session, person: PersonFacts, statement: Any) -> Mapping[str, ConcernFacts]:
    if person.is_host or not person.roles(desk.now()) & FOR_SAFETY:
        return {}
    refs = session.scalars(statement, binds_of(person, desk.now())).all()
    return worked_by(Asker.of(desk, session), refs) if refs else {}
