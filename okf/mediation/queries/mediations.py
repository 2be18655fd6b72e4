"""Lists of mediations: a mediator's own, those of one case, and who is free to mediate in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from okf.asker import asking
from okf.cases.queries.case import case_question
from okf.desk import Desk
from okf.errors import Refused
from okf.pending import PendingItem, counted
from okf.people.queries.workers import MOST, Worker
from okf.policy.access import decide
from okf.policy.facts import PersonFacts
from okf.policy.mediation import OVER, SessionStatus, neutral
from okf.policy.table import MEDIATORS
from okf.store import facts
from okf.store.least import least_on
from okf.store.models import Mediation, MediationSession, Person
from okf.store.rows import from_row
from okf.store.visible import account_on, holds_role
from okf.terms import Action, FamilyField, MediationKind, MediationStatus, Role

LONGEST_LIST = 500

_NEXT = (
    select(func.min(MediationSession.starts_at))
    .where(MediationSession.mediation_ref == Mediation.ref, MediationSession.status == SessionStatus.PLANNED)
    .scalar_subquery()
)
_MINE = (
    select(Mediation.ref, Mediation.case_ref, Mediation.kind, Mediation.status, _NEXT.label("next_at"))
    .where(Mediation.mediator == bindparam("who"))
    .order_by(Mediation.status.in_(list(OVER)), Mediation.ref)
    .limit(LONGEST_LIST)
)
_OF_CASE = (
    select(Mediation.ref, Mediation.kind, Mediation.status, Mediation.mediator, Person.name)
    .outerjoin(Person, Person.username == Mediation.mediator)
    .where(Mediation.case_ref == bindparam("ref"))
    .order_by(Mediation.status.in_(list(OVER)), Mediation.ref)
    .limit(LONGEST_LIST)
)
_MEDIATORS = (
    select(Person.username, Person.name, Person.capacity)
    .where(account_on(), holds_role(MEDIATORS))
    .order_by(Person.name_folded, Person.username)
    .limit(MOST)
)
_TO_ASSESS = (
    select(Mediation.ref)
    .where(Mediation.mediator == bindparam("who"), Mediation.status == MediationStatus.ASSESSMENT)
    .limit(100)
)


@dataclass(frozen=True, slots=True)
class OwnMediationRow:
    """A mediation of the reader's own, in a case that they may open."""

    ref: str
    case_ref: str
    kind: MediationKind
    status: MediationStatus
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class CaseMediationRow:
    """A mediation of a case, its status neutral for everyone but its mediator."""

    ref: str
    kind: MediationKind
    status: MediationStatus
    mediator_name: str | None
    over: bool


@dataclass(frozen=True, slots=True)
class CaseMediations:
    """The mediations of a case, and whether the reader may start another, change the mediator, or open one."""

    rows: tuple[CaseMediationRow, ...]
    may_start: bool
    may_change: bool
    may_open: bool


def own_mediations(desk: Desk) -> tuple[OwnMediationRow, ...]:
    """The mediations of whoever is here, those that go on first; only of cases that they may open today.

    Raises:
        Refused: they are no mediator.
    """
    with asking(desk, Action.LIST_MEDIATIONS) as asker:
        rows = asker.session.execute(_MINE, {"who": asker.who}).all()
        listed = asker.listed([row.case_ref for row in rows])
        return tuple(from_row(OwnMediationRow, row) for row in rows if row.case_ref in listed)


def mediations_on(desk: Desk, case_ref: str) -> CaseMediations:
    """The mediations of a case, for those who may open it and for those who may start one.

    Raises:
        NotFound: there is no such case, or none that this person may know of.
    """
    with desk.reading() as session:
        question = case_question(desk, session, case_ref)
        opens = decide(question).allowed and least_on(session, question).shows(FamilyField.MEDIATION)
        starts = decide(replace(question, action=Action.START_MEDIATION)).allowed
        if not opens and not starts:
            return CaseMediations((), may_start=False, may_change=False, may_open=False)
        who = question.person.username
        rows = tuple(
            from_row(
                CaseMediationRow,
                row,
                status=row.status if row.mediator == who else neutral(row.status),
                mediator_name=row.name,
                over=row.status in OVER,
            )
            for row in session.execute(_OF_CASE, {"ref": case_ref})
        )
        going_on = any(not row.over for row in rows)
        two = question.case is not None and len(question.case.parties) > 1
        changes = decide(replace(question, action=Action.CHANGE_MEDIATOR)).allowed
        return CaseMediations(
            rows, may_start=starts and two and not going_on, may_change=changes and going_on, may_open=opens
        )


def free_mediators(desk: Desk, case_ref: str) -> tuple[Worker, ...]:
    """The mediators who may mediate in a case: no tie to the family, and no work for one of the parties.

    Raises:
        Refused: whoever asks may not start a mediation in it.
        NotFound: there is no such case, or none that this person may know of.
    """
    with desk.reading() as session:
        question = replace(case_question(desk, session, case_ref), action=Action.START_MEDIATION)
        decision = decide(question)
        if decision.allowed and question.case is not None:
            found = [from_row(Worker, row) for row in session.execute(_MEDIATORS, {"at": question.at})]
            usernames = [one.username for one in found]
            known = facts.people(session, usernames)
            past = facts.past_of(session, question.case, question.action)
            return tuple(
                one
                for one in found
                if Role.MEDIATOR in known[one.username].roles(question.at)
                and decide(
                    replace(question, grantee=known[one.username], grantee_past=one.username in past.worked)
                ).allowed
            )
    desk.note_refusal(Action.START_MEDIATION, decision, question)
    raise Refused(decision)


def mediations_pending(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """How many of a mediator's mediations wait for screening and agreement."""
    if Role.MEDIATOR not in person.roles(desk.now()):
        return None
    count = len(session.scalars(_TO_ASSESS, {"who": person.username}).all())
    if not count:
        return None
    said = counted(count, "mediation is being assessed", "mediations are being assessed")
    return PendingItem(said, "mediations", count=count, act="Assess")
