"""Who may open one case and why, and how many concerns it has, as far as whoever asks may know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.cases.queries.case import THE_ADDRESS, case_question, family_names, part_in_words
from okf.clock import is_past
from okf.desk import Desk
from okf.policy.access import decide
from okf.policy.decision import Decision, Reason
from okf.policy.facts import Question
from okf.policy.scopes import compartments_of
from okf.policy.sealed import counted, open_and_counted
from okf.store.least import least_on
from okf.store.models import AccessGrant, AgreementStanding, Concern, EmergencyAccess, Person
from okf.store.rows import from_row
from okf.store.visible import not_ended, orphaned
from okf.terms import Action, Capacity, ConcernStatus, FamilyField, GrantStatus, Severity, Standing

_GRANTS = (
    select(
        AccessGrant.id,
        AccessGrant.person,
        Person.name,
        AccessGrant.capacity,
        AccessGrant.compartments,
        AccessGrant.record_classes,
        AccessGrant.purpose,
        AccessGrant.from_,
        AccessGrant.until,
        AccessGrant.ended_at,
        AccessGrant.revoked_at,
        AccessGrant.granted_by,
        AccessGrant.lead_for,
        AccessGrant.with_address,
        AgreementStanding.signed_at,
        AgreementStanding.due_at,
        AgreementStanding.overdue_at,
        Person.left_at,
        orphaned().label("orphaned"),
    )
    .join(Person, Person.username == AccessGrant.person)
    .outerjoin(
        AgreementStanding,
        (AgreementStanding.person == AccessGrant.person) & (AgreementStanding.kind == AccessGrant.capacity),
    )
    .where(AccessGrant.case_ref == bindparam("ref"))
    .order_by(~not_ended(), AccessGrant.from_.desc(), AccessGrant.id)
    .limit(200)
)
_EMERGENCIES = (
    select(
        EmergencyAccess.id, EmergencyAccess.person, Person.name, EmergencyAccess.opened_at, EmergencyAccess.reviewed_at
    )
    .join(Person, Person.username == EmergencyAccess.person)
    .where(EmergencyAccess.case_ref == bindparam("ref"))
    .order_by(EmergencyAccess.opened_at.desc())
    .limit(50)
)
_RAISED = select(Concern.ref, Concern.severity, Concern.status, Concern.raised_at).where(
    Concern.case_ref == bindparam("ref")
)


@dataclass(frozen=True, slots=True)
class AccessRow:
    """One grant on the case. `parts`, `purpose` and `granted_by` are for those who run access; else empty.

    `orphaned` says that it ended with its holder's account, and can still be handed over.
    """

    id: str
    person: str
    name: str
    capacity: Capacity
    status: GrantStatus
    since: datetime
    until: datetime | None
    ended_at: datetime | None
    standing: Standing
    leads: bool
    lead_for: str | None
    parts: tuple[str, ...]
    record_classes: tuple[str, ...]
    purpose: str | None
    granted_by: str | None
    orphaned: bool


@dataclass(frozen=True, slots=True)
class EmergencyRow:
    """An emergency access to the case."""

    id: str
    name: str
    opened_at: datetime
    until: datetime
    reviewed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ConcernLine:
    """A concern on the case that this person may open, or, `closed`, that they could once."""

    ref: str
    severity: Severity
    status: ConcernStatus
    raised_at: datetime
    closed: bool = False


@dataclass(frozen=True, slots=True)
class CaseAccess:
    """Who may open the case, and who could once."""

    rows: tuple[AccessRow, ...]
    emergencies: tuple[EmergencyRow, ...]

    @property
    def live(self) -> tuple[AccessRow, ...]:
        """Those who hold access now, or will without anyone doing more."""
        return tuple(row for row in self.rows if row.status not in (GrantStatus.ENDED, GrantStatus.REVOKED))


@dataclass(frozen=True, slots=True)
class CaseConcerns:
    """What this person may know of the case's concerns: those they may open, and for managers how many are open."""

    listed: tuple[ConcernLine, ...]
    number: int | None


def access_to(desk: Desk, case_ref: str) -> CaseAccess:
    """Who may open a case and why: for those who run access, and for those who may open it themselves.

    The latter see people, capacities, dates and standing, and neither the
    parts nor the purpose, which could tell that something is kept there;
    those whose work does not need to know who else works here, their own alone.

    Raises:
        NotFound: there is no such case, or none that they may know of.
    """
    with desk.reading() as session:
        question = case_question(desk, session, case_ref)
        whole = decide(replace(question, action=Action.SEE_CASE_ACCESS)).allowed
        rows = session.execute(_GRANTS, {"ref": case_ref, "at": question.at}).all()
        if not whole and not least_on(session, question).shows(FamilyField.WHO_ELSE_WORKS_HERE):
            rows = [row for row in rows if row.person == question.person.username]
        names = _whose(session, question)
        emergencies = session.execute(_EMERGENCIES, {"ref": case_ref}).all() if whole else []
        hours = timedelta(hours=question.settings.break_glass_hours)
        return CaseAccess(
            tuple(_row(row, question.at, names, whole) for row in rows),
            tuple(from_row(EmergencyRow, e, until=e.opened_at + hours) for e in emergencies),
        )


def concerns_on(desk: Desk, case_ref: str) -> CaseConcerns:
    """The concerns of a case that this person may open, one by one by the policy; for managers how many are open.

    Raises:
        NotFound: there is no such case, or none that they may know of.
    """
    with desk.reading() as session:
        question = case_question(desk, session, case_ref)
        # Not a report of their own alone: who raised one does not learn what came of it.
        answers = {
            fact.ref: decide(replace(question, action=Action.REVIEW_DECISION, concern=fact))
            for fact in counted(question.concerns, question.person, question.at)
        }
        openable = {ref: answer.allowed for ref, answer in answers.items() if answer.allowed or _only_closed(answer)}
        rows = session.execute(_RAISED, {"ref": case_ref}).all() if openable else []
        counts = decide(replace(question, action=Action.COUNT_CONCERNS)).allowed
        return CaseConcerns(
            tuple(
                from_row(ConcernLine, row, closed=not openable[row.ref])
                for row in sorted(rows, key=lambda row: row.raised_at, reverse=True)
                if row.ref in openable
            ),
            len(open_and_counted(question)) if counts else None,
        )


def _only_closed(answer: Decision) -> bool:
    """Whether it is closed to somebody who works concerns because it came to be about them, and for nothing else."""
    return answer.reasons == (Reason.SUBJECT_OF_CONCERN,)


def _whose(session: Session, question: Question) -> dict[str, str]:
    """Names for those who may open the case; for others each party by number."""
    if decide(question).allowed:
        return family_names(session, question)
    case = question.case
    if case is None:
        return {}
    people = [(f"Party {n + 1}", ref) for n, ref in enumerate(case.parties)]
    people += [(f"Child {n + 1}", ref) for n, ref in enumerate(case.children)]
    return {ref: name for name, ref in people}


def _row(row: Any, at: datetime, names: dict[str, str], whole: bool) -> AccessRow:
    standing = _standing(row, at)
    return AccessRow(
        id=row.id,
        person=row.person,
        name=row.name,
        capacity=row.capacity,
        status=_status(row, at, standing),
        since=row.from_,
        until=row.until,
        ended_at=row.ended_at,
        standing=standing,
        leads=row.lead_for is not None,
        lead_for=row.lead_for if whole else None,
        parts=(*_parts(row.compartments, names), *((THE_ADDRESS,) if row.with_address else ())) if whole else (),
        record_classes=tuple(row.record_classes or ()) if whole else (),
        purpose=row.purpose if whole else None,
        granted_by=row.granted_by if whole else None,
        orphaned=row.orphaned,
    )


def _parts(compartments: Sequence[str], names: dict[str, str]) -> tuple[str, ...]:
    return tuple(part_in_words(one, names) for one in compartments)


def _standing(row: Any, at: datetime) -> Standing:
    if is_past(row.left_at, at):
        return Standing.ENDED
    if row.signed_at is None:
        return Standing.NEVER_SIGNED
    if row.overdue_at <= at:
        return Standing.OVERDUE
    return Standing.RESIGN_DUE if is_past(row.due_at, at) else Standing.CURRENT


def _status(row: Any, at: datetime, standing: Standing) -> GrantStatus:
    if is_past(row.revoked_at, at):
        return GrantStatus.REVOKED
    if any(is_past(end, at) for end in (row.ended_at, row.until)):
        return GrantStatus.ENDED
    if row.from_ > at:
        return GrantStatus.PLANNED
    return GrantStatus.SUSPENDED if standing not in (Standing.CURRENT, Standing.RESIGN_DUE) else GrantStatus.ACTIVE


@dataclass(frozen=True, slots=True)
class CaseParts:
    """The people and parts of a case for whoever grants access; without access of their own, by number."""

    parties: tuple[str, ...]
    children: tuple[str, ...]
    people: dict[str, str]
    parts: dict[str, str]


def parts_of(desk: Desk, case_ref: str) -> CaseParts:
    """What can be granted on a case, in words.

    Raises:
        NotFound: there is no such case, or none that they may know of.
    """
    with desk.reading() as session:
        question = case_question(desk, session, case_ref)
        case = question.case
        parties, children = (case.parties, case.children) if case else ((), ())
        names = _whose(session, question)
        parts = compartments_of(parties, children)
        return CaseParts(parties, children, names, {part: part_in_words(part, names) for part in parts})
