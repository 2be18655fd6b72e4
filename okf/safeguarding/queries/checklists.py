"""Checklists: which hold now, whose each version is, and those that were filled in on a concern (C9)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.asker import permitted_reader
from okf.desk import Desk
from okf.errors import unknown
from okf.policy.access import decide
from okf.policy.checklists import Checklist, checklist_of, samples
from okf.store.models import ChecklistVersion, ConcernClock, FilledChecklist, Person
from okf.terms import Action
from okf.terms.concerns import ConcernCategory
from okf.terms.duties import ClockEnd, Duty

SAMPLE: int = 0
_REF: Any = bindparam("ref")
_VERSIONS = (
    select(ChecklistVersion, Person.name)
    .join(Person, Person.username == ChecklistVersion.set_by)
    .order_by(ChecklistVersion.key, ChecklistVersion.version)
)
_FILLED = (
    select(FilledChecklist, Person.name)
    .join(Person, Person.username == FilledChecklist.filled_by)
    .where(FilledChecklist.concern_ref == _REF)
    .order_by(FilledChecklist.filled_at.desc(), FilledChecklist.ref)
)
_CLOCKS = (
    select(ConcernClock.of, ConcernClock.due_at, ConcernClock.ended_at, ConcernClock.ended_how)
    .where(ConcernClock.concern_ref == _REF, ConcernClock.duty == Duty.CHECKLIST)
    .order_by(ConcernClock.due_at, ConcernClock.id)
)


@dataclass(frozen=True, slots=True)
class InForce:
    """A checklist that holds: its version, who set it and when; nobody did a sample."""

    checklist: Checklist
    version: int = SAMPLE
    set_by: str | None = None
    set_at: datetime | None = None

    @property
    def sample(self) -> bool:
        """Whether no lead has set it yet."""
        return self.version == SAMPLE


@dataclass(frozen=True, slots=True)
class DueInView:
    """What a filled checklist says is due, and how it ended, if it has."""

    of: str
    what: str
    due_at: datetime
    ended_at: datetime | None
    ended_how: ClockEnd | None


@dataclass(frozen=True, slots=True)
class Filled:
    """A checklist as it was filled in: each question with its answer, and what the answers came to."""

    ref: str
    title: str
    sample: bool
    by: str
    at: datetime
    lines: tuple[tuple[str, str], ...]
    result: str | None
    reached: bool | None
    recipients: tuple[str, ...]
    dues: tuple[DueInView, ...]


@dataclass(frozen=True, slots=True)
class ChecklistsView:
    """The checklists of one concern, the newest first, and those that may be filled in, the likeliest first."""

    filled: tuple[Filled, ...]
    offered: tuple[InForce, ...]
    at: datetime


def due_of(filled: str, question: int) -> str:
    """How a clock names what a question of a filled checklist makes due."""
    return f"{filled}#{question}"


def in_force(session: Session) -> Mapping[str, InForce]:
    """The checklists that hold, by key."""
    held = {key: InForce(sample) for key, sample in samples().items()}
    for row, by in session.execute(_VERSIONS):
        held[row.key] = InForce(checklist_of(row.key, row.data), row.version, by, row.set_at)
    return held


def checklist_versions(desk: Desk) -> Mapping[str, tuple[InForce, ...]]:
    """Every checklist's versions, the one that holds first and the sample last, for who may set them.

    Raises:
        Refused: the reader is no safeguarding lead.
    """
    permitted_reader(desk, Action.SET_CHECKLISTS)
    with desk.reading() as session:
        held: dict[str, list[InForce]] = {key: [InForce(sample)] for key, sample in samples().items()}
        for row, by in session.execute(_VERSIONS):
            held[row.key].insert(0, InForce(checklist_of(row.key, row.data), row.version, by, row.set_at))
    return {key: tuple(versions) for key, versions in held.items()}


def checklists_in_view(desk: Desk, ref: str, categories: tuple[ConcernCategory | None, ...] = ()) -> ChecklistsView:
    """The checklists of one concern, for whoever may work it or read its decisions again.

    Raises:
        NotFound: there is no such concern, or none that they may read.
    """
    with desk.reading() as session:
        question = desk.question(session, Action.REVIEW_DECISION, concern=ref)
        if question.concern is None or not decide(question).allowed:
            raise unknown("concern", ref)
        offered = [one for one in in_force(session).values() if one.checklist.on]
        offered.sort(key=lambda one: set(one.checklist.categories).isdisjoint(categories))
        return ChecklistsView(filled_of(session, ref), tuple(offered), question.at)


def filled_of(session: Session, ref: str) -> tuple[Filled, ...]:
    """What was filled in on a concern that the policy has allowed, the newest first."""
    clocks = session.execute(_CLOCKS, {"ref": ref}).all()
    return tuple(_filled(row, by, clocks) for row, by in session.execute(_FILLED, {"ref": ref}))


def _filled(row: FilledChecklist, by: str, clocks: Any) -> Filled:
    told = json.loads(row.told)
    whats = {due_of(row.ref, int(number)): what for number, what in told["due"].items()}
    return Filled(
        ref=row.ref,
        title=told["title"],
        sample=row.version == SAMPLE,
        by=by,
        at=row.filled_at,
        lines=tuple((asked, answer) for asked, answer in told["lines"]),
        result=told["result"],
        reached=row.reached,
        recipients=tuple(told["recipients"]),
        dues=tuple(
            DueInView(one.of, whats[one.of], one.due_at, one.ended_at, one.ended_how)
            for one in clocks
            if one.of in whats
        ),
    )
