"""Unauthorised recordings of mediation sessions, for those who review them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.asker import Asker, asking
from okf.desk import Desk
from okf.pending import PendingItem, counted
from okf.policy.access import decide
from okf.policy.decision import Reason
from okf.policy.facts import PersonFacts
from okf.policy.gates import DATA_DECIDERS
from okf.policy.mediation import IncidentOutcome
from okf.store.models import Person, RecordingIncident
from okf.terms import Action

MOST = 200
_COLUMNS = (
    RecordingIncident.ref,
    RecordingIncident.case_ref,
    RecordingIncident.mediation_ref,
    RecordingIncident.what,
    RecordingIncident.noted_at,
    Person.name,
    RecordingIncident.review_by,
    RecordingIncident.reviewed_at,
    RecordingIncident.outcome,
    RecordingIncident.finding,
    RecordingIncident.noted_by,
)
_NAMES = (
    "ref",
    "case_ref",
    "mediation_ref",
    "what",
    "noted_at",
    "noted_by",
    "review_by",
    "reviewed_at",
    "outcome",
    "finding",
)
_WAITING = (
    select(*_COLUMNS)
    .join(Person, Person.username == RecordingIncident.noted_by)
    .where(RecordingIncident.reviewed_at.is_(None))
    .order_by(RecordingIncident.review_by, RecordingIncident.ref)
    .limit(MOST)
)
_REVIEWED = (
    select(*_COLUMNS)
    .join(Person, Person.username == RecordingIncident.noted_by)
    .where(RecordingIncident.reviewed_at.is_not(None))
    .order_by(RecordingIncident.reviewed_at.desc(), RecordingIncident.ref)
    .limit(50)
)
_DUE = (
    select(RecordingIncident.review_by)
    .where(RecordingIncident.reviewed_at.is_(None), RecordingIncident.noted_by != bindparam("who"))
    .order_by(RecordingIncident.review_by)
    .limit(100)
)


@dataclass(frozen=True, slots=True)
class IncidentToReview:
    """An incident as whoever reviews it sees it; `own` says that they put it on record, and so can't review it."""

    ref: str
    case_ref: str
    mediation_ref: str
    what: str
    noted_at: datetime
    noted_by: str
    review_by: datetime
    reviewed_at: datetime | None
    outcome: IncidentOutcome | None
    finding: str | None
    overdue: bool
    own: bool


@dataclass(frozen=True, slots=True)
class Incidents:
    """Those that wait for a review, the longest due first, and the last ones reviewed."""

    waiting: tuple[IncidentToReview, ...]
    reviewed: tuple[IncidentToReview, ...]


def incidents(desk: Desk) -> Incidents:
    """The incidents that this person may review or has put on record; none of a case to which they have a tie.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.REVIEW_INCIDENT) as asker:
        return Incidents(_seen(asker, _WAITING), _seen(asker, _REVIEWED))


def incidents_pending(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """How many unauthorised recordings wait for this person's review."""
    if not person.roles(desk.now()) & DATA_DECIDERS:
        return None
    due = session.scalars(_DUE, {"who": person.username}).all()
    if not due:
        return None
    text = counted(len(due), "unauthorised recording waits", "unauthorised recordings wait")
    return PendingItem(
        f"{text} for a review", "mediations", overdue=due[0] <= desk.now(), due=due[0], count=len(due), act="Review"
    )


def _seen(asker: Asker, statement: object) -> tuple[IncidentToReview, ...]:
    rows = asker.session.execute(statement).all()  # type: ignore[call-overload]
    questions = asker.questions([row.case_ref for row in rows], Action.REVIEW_INCIDENT)
    seen = []
    for row in rows:
        own = row.noted_by == asker.who
        decision = decide(replace(questions[row.case_ref], about_self=own))
        if decision.allowed or set(decision.reasons) == {Reason.OWN_REVIEW}:
            overdue = row.reviewed_at is None and row.review_by <= asker.at
            columns = dict(zip(_NAMES, row, strict=False))
            seen.append(IncidentToReview(**columns, overdue=overdue, own=own))
    return tuple(seen)
