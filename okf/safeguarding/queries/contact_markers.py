"""Contact markers: for whoever works a case, before contact and without a reason; for the leads all of them (C9)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.asker import Asker, asking
from okf.cases.queries.before_contact import MARKER, hidden_by, ties_of
from okf.clock import london_date
from okf.desk import Desk
from okf.pending import PendingItem, counted
from okf.policy.facts import PersonFacts, Question
from okf.safeguarding.queries.allegations import worked_by
from okf.store import facts
from okf.store.models import ContactMarker, ContactMarkerStep, Person, ServiceUser
from okf.store.rows import from_row
from okf.terms import SAFEGUARDING_LEADS, Action
from okf.terms.concerns import MarkerKind, MarkerStepKind

MOST: Final = 500

_ALL = select(*MARKER).order_by(ContactMarker.review_on, ContactMarker.ref).limit(MOST)
_STANDING = _ALL.where(ContactMarker.lifted_at.is_(None))
_LIFTED = _ALL.where(ContactMarker.lifted_at.is_not(None)).order_by(None).order_by(ContactMarker.lifted_at.desc())
_STEPS = (
    select(
        ContactMarkerStep.marker_ref,
        ContactMarkerStep.kind,
        ContactMarkerStep.reason,
        ContactMarkerStep.review_on,
        ContactMarkerStep.at,
        Person.name.label("by"),
    )
    .outerjoin(Person, Person.username == ContactMarkerStep.by)
    .where(ContactMarkerStep.marker_ref.in_(bindparam("keys", expanding=True)))
    .order_by(ContactMarkerStep.id)
)
_NAMES = select(ServiceUser.ref, ServiceUser.name).where(ServiceUser.ref.in_(bindparam("keys", expanding=True)))
_ONE = select(*MARKER).where(ContactMarker.ref == bindparam("ref"))
_DUE = (
    select(*MARKER)
    .where(ContactMarker.lifted_at.is_(None), ContactMarker.review_on <= bindparam("today"))
    .order_by(ContactMarker.review_on)
    .limit(MOST)
)


@dataclass(frozen=True, slots=True)
class MarkerStep:
    """One deed on a marker, with its reason."""

    kind: MarkerStepKind
    reason: str
    review_on: date | None
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class MarkerRow:
    """A marker as the leads see it: on what, why, and when it is looked at again."""

    ref: str
    kind: MarkerKind
    case_ref: str | None
    service_user: str | None
    name: str | None
    concern_ref: str | None
    shown_to_subjects: bool
    review_on: date
    overdue: bool
    lifted_at: datetime | None
    steps: tuple[MarkerStep, ...]


def markers(desk: Desk, *, lifted: bool = False) -> tuple[MarkerRow, ...]:
    """The markers and flags that stand, the soonest review first, or those lifted; for the leads.

    One set for a concern is for whoever works that concern, so that its
    reason tells nothing to whom it is about; the trustee has no others.

    Raises:
        Refused: it is not for them.
    """
    with asking(desk, Action.LIST_CONTACT_MARKERS) as asker:
        rows = _for(asker, asker.session.execute(_LIFTED if lifted else _STANDING).all())
        steps: dict[str, list[MarkerStep]] = defaultdict(list)
        for row in asker.session.execute(_STEPS, {"keys": [row.ref for row in rows]}):
            steps[row.marker_ref].append(from_row(MarkerStep, row))
        users = sorted({row.service_user for row in rows if row.service_user})
        names = {row.ref: row.name for row in asker.session.execute(_NAMES, {"keys": users})} if users else {}
        today = london_date(asker.at)
        return tuple(
            from_row(
                MarkerRow,
                row,
                name=names.get(row.service_user),
                overdue=row.lifted_at is None and row.review_on <= today,
                steps=tuple(steps[row.ref]),
            )
            for row in rows
        )


def markers_to_review(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """For Today, of the leads: the markers and flags whose day has come."""
    if not person.roles(desk.now()) & SAFEGUARDING_LEADS:
        return None
    today = london_date(desk.now())
    rows = session.execute(_DUE, {"today": today}).all()
    theirs = _for(Asker.of(desk, session), rows) if rows else []
    if not theirs:
        return None
    said = counted(len(theirs), "contact marker or flag is", "contact markers or flags are") + " to be looked at again"
    due = theirs[0].review_on
    return PendingItem(said, "contact_markers", overdue=due < today, due=due, count=len(theirs), act="Review")


def may_know_of(desk: Desk, session: Session, ref: str) -> bool:
    """Whether a marker is among those that this lead or trustee may see."""
    row = session.execute(_ONE, {"ref": ref}).one_or_none()
    return row is not None and bool(_for(Asker.of(desk, session), [row]))


def is_tied(session: Session, question: Question, case_ref: str | None, service_user: str | None) -> bool:
    """Whether the reader declared a tie to this service user, or to anyone in this case (C5)."""
    tied = {one.service_user for one in question.person.conflicts if one.stands(question.at)}
    case = facts.cases(session, [case_ref]).get(case_ref) if tied and case_ref else None
    return service_user in tied or bool(case and tied & {*case.parties, *case.children})


def _for(asker: Asker, rows: Sequence[Any]) -> list[Any]:
    """Those of these markers that are this lead's or trustee's to see."""
    theirs = worked_by(asker, {row.concern_ref for row in rows if row.concern_ref})
    ties = ties_of(asker.session, asker.who)
    leads = bool(asker.roles & SAFEGUARDING_LEADS)
    return [
        row
        for row in rows
        if (row.concern_ref in theirs if row.concern_ref else leads)
        and not hidden_by(row, ties, row.case_ref)
        and not is_tied(asker.session, asker.base, row.case_ref, row.service_user)
    ]
