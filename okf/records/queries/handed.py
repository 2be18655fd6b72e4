"""What was handed over: who is told of it, what waits for whoever is here, and what they handed over themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Boolean, bindparam, or_, select
from sqlalchemy.orm import Session

from okf.asker import Asker, family, may_read
from okf.cases.queries.case import opened_question
from okf.desk import Desk
from okf.errors import unknown
from okf.pending import PendingItem, counted
from okf.policy.access import decide
from okf.policy.facts import CaseFacts, PersonFacts, Question
from okf.policy.scopes import KEPT_BY_MANAGERS, SHARED_PARTS, compartment_of
from okf.policy.sides import on_no_side
from okf.policy.table import MANAGERS
from okf.records.queries.case_records import RecordRow, rows_of
from okf.store import facts
from okf.store.models import AccessGrant, HandedRecord
from okf.store.sealing import astray_said
from okf.store.visible import AT, cases_held, holders, live_grants
from okf.terms import Action, RecordClass

MOST: Final = 50
_LEADS = (
    select(AccessGrant.person, AccessGrant.lead_for)
    .where(AccessGrant.case_ref == bindparam("case_ref"), AccessGrant.lead_for.is_not(None), live_grants(AT))
    .order_by(AccessGrant.person)
)
_MANAGERS = holders(MANAGERS, AT)
_WAITING = (
    select(HandedRecord.record_id, HandedRecord.case_ref, HandedRecord.handed_at)
    .where(
        HandedRecord.seen_at.is_(None),
        or_(bindparam("manages", type_=Boolean), HandedRecord.case_ref.in_(cases_held())),
    )
    .order_by(HandedRecord.handed_at, HandedRecord.record_id)
    .limit(MOST)
)
_OWN = (
    select(HandedRecord.case_ref, HandedRecord.handed_at)
    .where(HandedRecord.handed_by == bindparam("who"))
    .order_by(HandedRecord.handed_at.desc(), HandedRecord.record_id)
    .limit(MOST)
)


@dataclass(frozen=True, slots=True)
class HandedOver:
    """That something was handed over on a case, without a word of it."""

    case_ref: str
    handed_at: datetime


@dataclass(frozen=True, slots=True)
class Handed(HandedOver):
    """What was handed over to whoever reads this; they open it by itself, and that goes on record."""

    record_id: str


@dataclass(frozen=True, slots=True)
class SourcesOffered:
    """The kinds of record that somebody may write down of each source: to keep, or to hand over and read no more."""

    own: Mapping[str, tuple[RecordClass, ...]]
    handed: Mapping[str, tuple[RecordClass, ...]]


@dataclass(frozen=True, slots=True)
class HandedLists:
    """What waits for whoever is here, what waits for a side without a caseworker, and what they handed over."""

    waiting: tuple[Handed, ...]
    for_nobody: tuple[HandedOver, ...]
    own: tuple[HandedOver, ...]


def sources_of(desk: Desk, case_ref: str, kinds: Sequence[RecordClass]) -> SourcesOffered:
    """For each source of a case, what this person may write down of it, to be kept or to be handed over.

    Raises:
        NotFound: there is no such case, or none that they may open.
    """
    with desk.reading() as session:
        question = opened_question(desk, session, case_ref)
    case = question.case
    if case is None:
        raise LookupError("a question about a case")
    own: dict[str, tuple[RecordClass, ...]] = {}
    handed: dict[str, tuple[RecordClass, ...]] = {}
    for source in (*family(case), *SHARED_PARTS):
        about = replace(question, compartment=compartment_of(source, case.parties, case.children))

        def allowed(action: Action, about: Question = about) -> tuple[RecordClass, ...]:
            return tuple(kind for kind in kinds if decide(replace(about, action=action, record_class=kind)).allowed)

        if own_kinds := allowed(Action.ADD_RECORD):
            own[source] = own_kinds
        elif source != "safeguarding" and (others := allowed(Action.HAND_OVER_RECORD)):
            handed[source] = others
    return SourcesOffered(own, handed)


def told_of(desk: Desk, session: Session, case: CaseFacts, part: str) -> list[str]:
    """Who is told that something came into a part of a case: its leads, or the managers where it has none."""
    at = desk.now()
    kind, _, whose = part.partition(":")
    leads = session.execute(_LEADS, {"case_ref": case.ref, "at": at}).all()
    theirs = {row.person for row in leads if kind != "sole" or row.lead_for == whose}
    if part not in KEPT_BY_MANAGERS:
        found = [who for who in sorted(theirs) if _reads(desk, session, who, case, part)]
        if found:
            return found
    managers = sorted(session.scalars(_MANAGERS, {"at": at}))
    asked = (desk.question(session, Action.CHANGE_CASE, case.ref, actor=who) for who in managers)
    return [one.person.username for one in asked if decide(one).allowed and not on_no_side(one)]


def handed_lists(desk: Desk) -> HandedLists:
    """What was handed over, as far as it concerns whoever is here; the longest waiting first, one's own newest first.

    What one handed over oneself is told by its day alone.
    """
    with desk.reading() as session:
        waiting, for_nobody = _waiting(desk, session, desk.person(session))
        own = session.execute(_OWN, {"who": desk.actor})
        return HandedLists(waiting, for_nobody, tuple(HandedOver(row.case_ref, row.handed_at) for row in own))


def handed_in_view(desk: Desk, record_id: str) -> RecordRow:
    """What was handed over, for whoever may read it; that they read it goes on record through `open_handed`.

    Raises:
        NotFound: there is none that they may read.
    """
    with desk.reading() as session, astray_said(session):
        if session.get(HandedRecord, record_id) is None:
            raise unknown("record", record_id)
        question = desk.question(session, Action.READ_RECORD, record=record_id)
        if question.record is None or not decide(question).allowed:
            raise unknown("record", record_id)
        [row] = rows_of(session, question, [question.record])
        return row


def handed_pending(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """For Today: how many records were handed over to this person, or wait for a side without a caseworker."""
    if person.is_host:
        return None
    waiting, for_nobody = _waiting(desk, session, person)
    if waiting:
        said = counted(len(waiting), "record was handed over to you", "records were handed over to you")
        return PendingItem(said, "handed_over", count=len(waiting), act="Read")
    said = counted(
        len(for_nobody), "record waits for a side without a caseworker", "records wait for a side without a caseworker"
    )
    return PendingItem(said, "handed_over", count=len(for_nobody), act="Read") if for_nobody else None


def _waiting(desk: Desk, session: Session, person: PersonFacts) -> tuple[tuple[Handed, ...], tuple[HandedOver, ...]]:
    manages = bool(person.roles(desk.now()) & MANAGERS)
    asked = {"who": person.username, "at": desk.now(), "manages": manages}
    found = session.execute(_WAITING, asked).all()
    if not found:
        return (), ()
    questions = Asker.of(desk, session).questions(sorted({row.case_ref for row in found}))
    records = facts.records(session, [row.record_id for row in found])
    mine: list[Handed] = []
    nobodys: list[HandedOver] = []
    for row in found:
        question, record = questions[row.case_ref], records[row.record_id]
        if record.away is not None or question.case is None:
            continue
        if person.username not in told_of(desk, session, question.case, record.compartment):
            continue
        if may_read(question, record):
            mine.append(Handed(row.case_ref, row.handed_at, record.id))
        else:
            nobodys.append(HandedOver(row.case_ref, row.handed_at))
    return tuple(mine), tuple(nobodys)


def _reads(desk: Desk, session: Session, who: str, case: CaseFacts, part: str) -> bool:
    return decide(desk.question(session, Action.READ_RECORD, case.ref, compartment=part, actor=who)).allowed
