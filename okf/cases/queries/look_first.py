"""Looking first, for those who decide: what stands on a case and its steps, and the cases that wait for a decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from okf.asker import asking
from okf.desk import Desk
from okf.pending import PendingItem, counted
from okf.policy.facts import PersonFacts
from okf.policy.look_first import asked_off_by, stands, stops_allocation, stops_mediation
from okf.policy.table import GRANTERS
from okf.store.models import Case, LookFirstStep, Mediation, Person
from okf.store.rows import from_rows
from okf.store.visible import tied_cases
from okf.terms import Action, MediationStatus
from okf.terms.look_first import LookStep

MOST: Final = 100

_STEPS = (
    select(
        LookFirstStep.kind,
        LookFirstStep.at,
        LookFirstStep.case_ref,
        LookFirstStep.reason,
        func.coalesce(Person.name, LookFirstStep.by).label("by"),
    )
    .outerjoin(Person, Person.username == LookFirstStep.by)
    .where(LookFirstStep.case_ref == bindparam("ref"))
    .order_by(LookFirstStep.id.desc())
    .limit(MOST)
)
_LATER = aliased(LookFirstStep)
_SINCE = (_LATER.case_ref == LookFirstStep.case_ref, _LATER.id > LookFirstStep.id)
_ALLOCATION = (LookStep.MAY_ALLOCATE, LookStep.OFF, LookStep.SET)
_MEDIATION = (LookStep.MAY_MEDIATE, LookStep.NO_MEDIATION, LookStep.OFF, LookStep.SET)
_TAKING_OFF = (LookStep.OFF_ASKED, LookStep.STAYS, LookStep.OFF, LookStep.SET)
_TO_MEDIATE = exists().where(
    Mediation.case_ref == LookFirstStep.case_ref, Mediation.status == MediationStatus.ASSESSMENT
)
# Nobody decided on allocation since it was set, nor on a mediation that waits; or it is asked off by somebody else.
_WAITS = (
    select(LookFirstStep.case_ref)
    .join(Case, Case.ref == LookFirstStep.case_ref)
    .where(
        or_(
            and_(
                LookFirstStep.kind == LookStep.SET,
                or_(
                    ~select(_LATER.id).where(*_SINCE, _LATER.kind.in_(_ALLOCATION)).exists(),
                    and_(_TO_MEDIATE, ~select(_LATER.id).where(*_SINCE, _LATER.kind.in_(_MEDIATION)).exists()),
                ),
            ),
            and_(
                LookFirstStep.kind == LookStep.OFF_ASKED,
                LookFirstStep.by != bindparam("who"),
                ~select(_LATER.id).where(*_SINCE, _LATER.kind.in_(_TAKING_OFF)).exists(),
            ),
        ),
        Case.closed_at.is_(None),
        LookFirstStep.case_ref.not_in(tied_cases()),
    )
    .group_by(LookFirstStep.case_ref)
    .order_by(func.min(LookFirstStep.id))
    .limit(MOST)
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step, with its reason, for those who decide."""

    kind: LookStep
    at: datetime
    by: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class LookFirst:
    """How looking first stands on a case, and its steps, the newest first, at most a hundred.

    `asked_off` says that a second person is waited for, `own` that the reader is the first.
    """

    stands: bool
    allocation_stops: bool
    mediation_stops: bool
    asked_off: bool
    own: bool
    steps: tuple[Step, ...]


def look_first_on(desk: Desk, case_ref: str) -> LookFirst | None:
    """How it stands on a case; None for those who don't decide on it."""
    with desk.reading() as session:
        question = desk.question(session, Action.LOOK_FIRST, case_ref)
        if question.case is None or not desk.decide(Action.LOOK_FIRST, case_ref).allowed:
            return None
        looks, asked_by = question.case.looks, asked_off_by(question.case.looks)
        return LookFirst(
            stands(looks),
            stops_allocation(question.case),
            stops_mediation(question.case),
            asked_by is not None,
            asked_by == question.person.username,
            from_rows(Step, session.execute(_STEPS, {"ref": case_ref})) if looks else (),
        )


def cases_to_look_at(desk: Desk) -> tuple[str, ...]:
    """The cases that wait for this reader, for a decision or as the second person, the oldest first, at most a hundred.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.LOOK_FIRST) as asker:
        return tuple(asker.session.scalars(_WAITS, {"who": asker.who, "at": asker.at}))


def looks_pending(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """How many cases wait for this person to look first."""
    at = desk.now()
    if not person.roles(at) & GRANTERS:
        return None
    waits = session.scalars(_WAITS, {"who": person.username, "at": at}).all()
    if not waits:
        return None
    text = counted(len(waits), "case waits for you to look first", "cases wait for you to look first")
    return PendingItem(text, "conflicts", count=len(waits), act="Look")
