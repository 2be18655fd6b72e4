"""Drafts: what the reader themselves has left off."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.asker import Asker
from okf.desk import Desk
from okf.errors import NotFound
from okf.pending import PendingItem, counted
from okf.policy.access import decide
from okf.policy.facts import PersonFacts
from okf.policy.gates import LEFT_DRAFTS_LAST
from okf.store import facts
from okf.store.models import Draft
from okf.terms import Action

CONCERN: Final = "concern"  # the form by which one is raised
DRAFT_OF_RECORD: Final = "record"  # the form in which a record of a case is written
DRAFT_OF_MEDIATION: Final = "mediation-note"  # and that of a mediator's note, by its mediation
SAVED_AT_CLOSING: Final = (DRAFT_OF_RECORD, DRAFT_OF_MEDIATION)
KEPT_DAYS: Final = 30  # our default: an older draft is let go

_DRAFT = select(Draft).where(
    Draft.person == bindparam("who"), Draft.form == bindparam("form"), Draft.subject == bindparam("subject")
)
_LEFT = (
    select(Draft.case_ref)
    .where(
        Draft.person == bindparam("who"),
        Draft.case_ref.is_not(None),
        Draft.kept_at > bindparam("since", type_=Draft.kept_at.type),
    )
    .order_by(Draft.kept_at.desc())
    .limit(20)
)


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """What somebody typed into a form so far; empty where they have begun nothing."""

    values: Mapping[str, Any] = field(default_factory=dict)
    kept_at: datetime | None = None


NOTHING: Final = KeptDraft()


def own_draft(
    desk: Desk, form: str, subject: str | None = None, *, case_ref: str | None = None, action: Action = Action.OPEN_CASE
) -> KeptDraft:
    """What this person left off in a form; nothing where they may no longer act on its case.

    `action` is what the policy is asked about the case; without a case there
    is nothing to ask, since a draft has no other reader.
    """
    with desk.reading() as session:
        case_ref = case_of_draft(session, subject, case_ref)
        if not may_keep(desk, session, case_ref, action):
            return NOTHING
        row = session.scalars(_DRAFT, {"who": desk.actor, "form": form, "subject": subject or ""}).first()
        if row is None or row.case_ref != case_ref or row.kept_at <= desk.now() - timedelta(days=KEPT_DAYS):
            return NOTHING
        return KeptDraft(json.loads(row.words), row.kept_at)


def case_of_draft(session: Session, subject: str | None, case_ref: str | None = None) -> str | None:
    """The case with which a draft ends: the one that is said, or the subject itself if it is one."""
    return case_ref or (subject if subject and facts.cases(session, [subject]) else None)


def may_keep(desk: Desk, session: Session, case_ref: str | None, action: Action) -> bool:
    """Whether this person may have a draft on this case now: whether they may still do there what the form is for."""
    try:
        return case_ref is None or decide(desk.question(session, action, case_ref)).allowed
    except NotFound:
        return False


def closed_since(session: Session, at: datetime) -> datetime:
    """The instant after which a case closed, if what was begun on it is there still."""
    return at - LEFT_DRAFTS_LAST - timedelta(days=facts.policy_settings(session, at).wind_down_days)


def drafts_left(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """For Today: how many drafts this person left off on cases that they may still open."""
    if person.is_host:
        return None
    rows = session.execute(_LEFT, {"who": person.username, "since": desk.now() - timedelta(days=KEPT_DAYS)}).all()
    open_ = Asker.of(desk, session).listed([row.case_ref for row in rows]) if rows else {}
    cases = [row.case_ref for row in rows if row.case_ref in open_]
    said = counted(len(cases), "draft of yours is not handed in", "drafts of yours are not handed in")
    return PendingItem(said, "case", {"case": cases[0]}, count=len(cases), act="Finish") if cases else None


def concern_begun(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """For Today: that this person began to raise a concern and has not raised it."""
    if person.is_host:
        return None
    asked = {"who": person.username, "form": CONCERN, "subject": ""}
    row = session.scalars(_DRAFT, asked).first()
    if row is None or row.kept_at <= desk.now() - timedelta(days=KEPT_DAYS):
        return None
    return PendingItem("A concern that you began is not raised yet", "raise_concern", overdue=True, act="Finish")
