"""Records that somebody had begun when their case closed: for a day they can still be saved, then they go."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.cases.queries.case import family_names
from okf.desk import Desk
from okf.pending import PendingItem, counted
from okf.policy.access import decide
from okf.policy.facts import PersonFacts, Question
from okf.policy.gates import LEFT_DRAFTS_LAST
from okf.policy.scopes import SHARED_PARTS, compartment_of
from okf.records.queries.case_records import SAID
from okf.shell.drafts.queries import DRAFT_OF_MEDIATION, SAVED_AT_CLOSING, closed_since
from okf.store import facts
from okf.store.least import least_on
from okf.store.models import Case, Draft, Mediation
from okf.terms import MEDIATION_MATERIAL, Action, CaseStatus, RecordClass

_LEFT = (
    select(Draft.case_ref, Draft.form, Draft.subject, Draft.words, Draft.kept_at, Case.closed_at, Mediation.mediator)
    .join(Case, Case.ref == Draft.case_ref)
    .outerjoin(Mediation, (Mediation.ref == Draft.subject) & (Draft.form == DRAFT_OF_MEDIATION))
    .where(
        Draft.person == bindparam("who"),
        Draft.form.in_(SAVED_AT_CLOSING),
        Case.status == CaseStatus.CLOSED,
        Case.closed_at > bindparam("since", type_=Case.closed_at.type),
    )
    .order_by(Case.closed_at, Case.ref, Draft.subject)
)


@dataclass(frozen=True, slots=True)
class LeftDraft:
    """What this person had begun on a case, and by when it goes; `sources` are those whose words it may be.

    `adults` are those who may have been in the room, and `present` whom they had ticked. `mediation` is that of a
    mediator's note, which stays what it was begun as.
    """

    case_ref: str
    record_class: RecordClass
    title: str
    text: str
    source: str | None
    subjects: tuple[str, ...]
    kept_at: datetime
    goes_at: datetime
    sources: Mapping[str, str] = field(default_factory=dict)
    family: Mapping[str, str] = field(default_factory=dict)
    adults: Mapping[str, str] = field(default_factory=dict)
    present: tuple[str, ...] = ()
    mediation: str | None = None


def left_drafts(desk: Desk) -> tuple[LeftDraft, ...]:
    """The records that this person had begun on cases that have closed, and that they may still save."""
    with desk.reading() as session:
        return _left(desk, session)


def left_pending(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """For Today: how many records this person had begun go with the closing of their case."""
    if person.is_host:
        return None
    count = len(_left(desk, session))
    said = counted(count, "record that you began goes within a day", "records that you began go within a day")
    return (
        PendingItem(f"{said}: its case was closed", "left_drafts", overdue=True, count=count, act="Save")
        if count
        else None
    )


def _left(desk: Desk, session: Session) -> tuple[LeftDraft, ...]:
    at = desk.now()
    winds_down = timedelta(days=facts.policy_settings(session, at).wind_down_days)
    found = []
    for row in session.execute(_LEFT, {"who": desk.actor, "since": closed_since(session, at)}):
        values = json.loads(row.words)
        kind = _class(row.form, values)
        question = desk.question(session, Action.KEEP_LEFT_DRAFT, row.case_ref, record_class=kind, about=row.mediator)
        if decide(question).allowed:
            closed = row.closed_at + winds_down
            before = replace(question, action=Action.OPEN_CASE, at=closed - timedelta.resolution)
            names = family_names(session, question, least_on(session, before))
            goes_at = closed + LEFT_DRAFTS_LAST
            if row.form == DRAFT_OF_MEDIATION:
                found.append(_note(question, names, kind, values, row, goes_at))
            else:
                found.append(_one(question, names, kind, values, row.kept_at, goes_at))
    return tuple(found)


def _class(form: str, values: Mapping[str, Any]) -> RecordClass:
    if form == DRAFT_OF_MEDIATION:
        joint = values.get("whose") in (None, "joint")
        return RecordClass.MEDIATION_JOINT_NOTE if joint else RecordClass.MEDIATION_PRIVATE_NOTE
    offered = (one for one in RecordClass if one not in MEDIATION_MATERIAL and one == values.get("record_class"))
    return next(offered, RecordClass.NOTE)


def _note(
    question: Question,
    names: Mapping[str, str],
    kind: RecordClass,
    values: Mapping[str, Any],
    row: Any,
    goes_at: datetime,
) -> LeftDraft:
    """What a mediator had begun to note: of everyone, or of one participant alone."""
    case = question.case
    if case is None:
        raise LookupError("a question about a case")
    joint = kind is RecordClass.MEDIATION_JOINT_NOTE
    source = "joint" if joint else str(values.get("whose"))
    about = {one: names[one] for one in case.parties if joint or one == source}
    return LeftDraft(
        case.ref,
        kind,
        values.get("title") or "",
        values.get("text") or "",
        source,
        tuple(about),
        row.kept_at,
        goes_at,
        {source: {**names, **SAID}[source]},
        about,
        mediation=row.subject,
    )


def _one(
    question: Question,
    family_called: Mapping[str, str],
    kind: RecordClass,
    values: Mapping[str, Any],
    kept_at: datetime,
    goes_at: datetime,
) -> LeftDraft:
    case = question.case
    if case is None:
        raise LookupError("a question about a case")
    names = {**family_called, **SAID}
    offered = {
        one: names[one]
        for one in (*case.parties, *case.children, *SHARED_PARTS)
        if decide(replace(question, compartment=compartment_of(one, case.parties, case.children))).allowed
    }
    source = values.get("source")
    family = {one: name for one, name in offered.items() if one not in SHARED_PARTS}
    return LeftDraft(
        case.ref,
        kind,
        values.get("title") or "",
        values.get("text") or "",
        source if source in offered else None,
        tuple(one for one in values.get("subjects") or () if one in family),
        kept_at,
        goes_at,
        offered,
        family,
        {one: names[one] for one in case.parties},
        tuple(one for one in values.get("present") or () if one in case.parties),
    )
