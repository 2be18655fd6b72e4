"""How many concerns are open, and how many of them are late: each counted by an index, to a thousand (C9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from okf.asker import permitted_reader
from okf.clock import end_of, london_date
from okf.desk import Desk
from okf.paging import COUNT_MOST, AnySelect, Count
from okf.policy.access import decide
from okf.policy.facts import Question
from okf.safeguarding.queries.filters import IN_QUEUE
from okf.store.models import Concern
from okf.store.visible import binds_for
from okf.terms import Action, Severity


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """How many open concerns there are; of those, how many are past a clock, undecided, immediate."""

    open: Count
    overdue: Count
    undecided: Count
    immediate: Count


@dataclass(frozen=True, slots=True)
class QueuePicture:
    """The open concerns by severity, the most urgent first: how many are overdue, due today and due later."""

    rows: tuple[tuple[Severity, int, int, int], ...]


_AT: Final = bindparam("at", type_=Concern.due_at.type)


def _capped(*conditions: Any) -> AnySelect:
    some = select(Concern.ref).where(*IN_QUEUE, *conditions).limit(COUNT_MOST + 1).subquery()
    return select(func.count()).select_from(some)


_FIGURES: Any = select(
    _capped().scalar_subquery().label("open"),
    _capped(Concern.due_at <= _AT).scalar_subquery().label("overdue"),
    _capped(Concern.decide_by.is_not(None)).scalar_subquery().label("undecided"),
    _capped(Concern.severity == Severity.IMMEDIATE).scalar_subquery().label("immediate"),
)
_TONIGHT: Final = bindparam("tonight", type_=Concern.due_at.type)
_PICTURE = (
    select(
        Concern.severity,
        func.count().filter(Concern.due_at <= _AT),
        func.count().filter(Concern.due_at > _AT, Concern.due_at <= _TONIGHT),
        func.count().filter(Concern.due_at > _TONIGHT),
    )
    .where(*IN_QUEUE)
    .group_by(Concern.severity)
)


def live_figures(desk: Desk) -> QueueFigures | None:
    """How many open concerns the reader may see or count; for managers too, who see counts alone.

    The count asks again by itself: None, and nothing on record, for who may no longer count them.
    """
    with desk.reading() as session:
        question = desk.question(session, Action.COUNT_CONCERNS)
        return figures_of(session, question) if decide(question).allowed else None


def queue_picture(desk: Desk) -> QueuePicture:
    """The open concerns by severity and time left, for those who work them.

    Raises:
        Refused: the reader works no concerns.
    """
    question = permitted_reader(desk, Action.LIST_CONCERNS)
    bounds = {**binds_for(question), "tonight": end_of(london_date(question.at))}
    with desk.reading() as session:
        found = {severity: (late, today, later) for severity, late, today, later in session.execute(_PICTURE, bounds)}
    return QueuePicture(tuple((one, *found.get(one, (0, 0, 0))) for one in Severity))


def figures_of(session: Session, question: Question) -> QueueFigures:
    """The same for a reader whom the policy has allowed them."""
    counted = session.execute(_FIGURES, binds_for(question)).one()
    return QueueFigures(**{name: Count.capped(count or 0) for name, count in counted._mapping.items()})
