"""Sets of figures for funders: where each stands, and what one shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from okf.desk import Desk
from okf.errors import NotFound
from okf.pending import PendingItem, counted
from okf.policy.decision import Decision
from okf.policy.facts import PersonFacts
from okf.policy.figures import Period, fingerprint
from okf.policy.table import FIGURE_READERS
from okf.store.models import FigureSet, FigureWords, Person
from okf.store.rows import from_row
from okf.terms import Action
from okf.terms.caseload import FigureStatus

PAGE: Final = 100

_preparer, _approver = aliased(Person), aliased(Person)
_ROWS = (
    select(
        FigureSet.ref,
        FigureSet.from_on,
        FigureSet.until_on,
        FigureSet.prepared_at,
        FigureSet.approved_at,
        FigureSet.filed_at,
        FigureSet.withdrawn_at,
        _preparer.name.label("prepared_by"),
        _approver.name.label("approved_by"),
    )
    .join(_preparer, _preparer.username == FigureSet.prepared_by)
    .outerjoin(_approver, _approver.username == FigureSet.approved_by)
    .order_by(FigureSet.prepared_at.desc(), FigureSet.ref)
    .limit(PAGE)
)
_ONE = _ROWS.add_columns(
    FigureSet.body, FigureSet.approved_sha256, FigureSet.withdrawn_because, FigureSet.prepared_by.label("author")
).where(FigureSet.ref == bindparam("ref"))
_WORDS = (
    select(FigureWords.text, FigureWords.written_by, FigureWords.written_at, Person.name)
    .join(Person, Person.username == FigureWords.written_by)
    .where(FigureWords.figure_set == bindparam("ref"))
    .order_by(FigureWords.id)
)
_TO_APPROVE = select(FigureSet.ref).where(
    FigureSet.approved_at.is_(None),
    FigureSet.withdrawn_at.is_(None),
    FigureSet.prepared_by != bindparam("who"),
    FigureSet.ref.not_in(select(FigureWords.figure_set).where(FigureWords.written_by == bindparam("who"))),
)


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One set of figures, and where it stands."""

    ref: str
    period: Period
    status: FigureStatus
    prepared_by: str
    prepared_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    filed_at: datetime | None
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Figures:
    """A set of figures as it is shown; `mark` stands for it, and `intact` says that it is what was approved."""

    row: FigureRow
    body: Mapping[str, Any]
    words: str
    written_by: str
    written_at: datetime
    mark: str
    intact: bool
    withdrawn_because: str | None
    approving: Decision
    preparing: Decision


def figure_sets(desk: Desk) -> list[FigureRow]:
    """The newest sets of figures, drafts and withdrawn ones too.

    Raises:
        Refused: their role does not include it.
    """
    desk.require(Action.READ_FIGURES)
    with desk.reading() as session:
        return [_row(row) for row in session.execute(_ROWS)]


def figures(desk: Desk, ref: str) -> Figures:
    """One set of figures, and what this person may do with it.

    Raises:
        Refused: their role does not include it.
        NotFound: there are no such figures.
    """
    desk.require(Action.READ_FIGURES)
    with desk.reading() as session:
        found = session.execute(_ONE, {"ref": ref}).one_or_none()
        written = session.execute(_WORDS, {"ref": ref}).all()
    if found is None or not written:
        raise NotFound(f"There are no figures {ref!r} that you may open.")
    last = written[-1]
    mark = fingerprint(found.body, last.text)
    authors = {found.author, *(one.written_by for one in written)}
    author = desk.actor if desk.actor in authors else found.author
    return Figures(
        row=_row(found),
        body=found.body,
        words=last.text,
        written_by=last.name,
        written_at=last.written_at,
        mark=mark,
        intact=found.approved_sha256 in (None, mark),
        withdrawn_because=found.withdrawn_because,
        approving=desk.decide(Action.APPROVE_FIGURES, about=author),
        preparing=desk.decide(Action.PREPARE_FIGURES),
    )


def figures_to_approve(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """How many drafts of figures wait for this person's approval."""
    if not person.roles(desk.now()) & FIGURE_READERS:
        return None
    waiting = session.scalars(_TO_APPROVE, {"who": person.username}).all()
    if not waiting:
        return None
    said = f"{counted(len(waiting), 'set', 'sets')} of figures for funders to approve"
    return PendingItem(said, "figures", count=len(waiting), act="Approve")


def _row(row: Any) -> FigureRow:
    if row.withdrawn_at is not None:
        status = FigureStatus.WITHDRAWN
    elif row.filed_at is not None:
        status = FigureStatus.FILED
    else:
        status = FigureStatus.APPROVED if row.approved_at is not None else FigureStatus.DRAFT
    return from_row(FigureRow, row, period=Period(row.from_on, row.until_on), status=status)
