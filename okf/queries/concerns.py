"""The safeguarding lead's queue of concerns, by time left (C9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import Select, and_, bindparam, case, func, select
from sqlalchemy.orm import Session, aliased

from okf.clock import end_of, london_date
from okf.desk import Desk
from okf.policy.facts import Question
from okf.queries.concern_about import about_of, names_of, readable_of
from okf.queries.paging import (
    COUNT_MOST,
    FIRST,
    Count,
    Page,
    Paged,
    instant_of,
    keyset,
    mark,
    paged,
    values_of,
)
from okf.queries.reader import permitted_reader
from okf.store.models import Case, Concern, ConcernAbout, Person, PersonRole
from okf.terms import SAFEGUARDING_LEADS, Action, ConcernStatus, Role, Severity
from okf.terms.concerns import ConcernCategory

NOBODY: Final = "nobody"
DUE: Final = ("overdue", "today", "this_week", "next")


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What of the queue is shown; None is everything. `lead` is a username, or `nobody`."""

    due: str | None = None
    severity: Severity | None = None
    status: ConcernStatus | None = None
    lead: str | None = None


ALL = QueueFilter()


@dataclass(frozen=True, slots=True)
class ConcernRow:
    """One open concern in the queue. `about` holds names as far as they are known here."""

    ref: str
    case_ref: str | None
    severity: Severity
    status: ConcernStatus
    category: ConcernCategory | None
    about: tuple[str, ...]
    raised_at: datetime
    due_at: datetime
    lead: str | None

    def overdue(self, at: datetime) -> bool:
        """Whether its time has run out at an instant."""
        return self.due_at <= at


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """How many open concerns there are, counted to a thousand; of those, how many are past their time."""

    open: Count
    overdue: Count
    untriaged: Count
    immediate: Count


@dataclass(frozen=True, slots=True)
class QueueView:
    """The queue as its page shows it, at the instant of its reading."""

    page: Paged[ConcernRow]
    figures: QueueFigures
    at: datetime


# A concern about the reader is left out before anything is counted; the policy decides what is shown.
_NOT_ABOUT_READER = Concern.ref.not_in(select(ConcernAbout.concern_ref).where(ConcernAbout.person == bindparam("me")))
_OPEN = Concern.ended_at.is_(None)
_LEAD = aliased(Person)
_QUEUE = (
    select(
        Concern.ref,
        Concern.case_ref,
        Concern.severity,
        Concern.status,
        Concern.category,
        Concern.about_as_typed,
        Concern.raised_at,
        Concern.due_at,
        Concern.raised_by,
        Concern.ended_at,
        _LEAD.name.label("lead_name"),
        Case.status.label("case_status"),
        Case.opened_on.label("case_opened_on"),
    )
    .outerjoin(Case, Case.ref == Concern.case_ref)
    .outerjoin(_LEAD, _LEAD.username == Concern.lead)
    .where(_OPEN, _NOT_ABOUT_READER)
    .limit(bindparam("size"))
)
_KEYS = (Concern.due_at, Concern.ref)
_FROM = (bindparam("from_due", type_=Concern.due_at.type), bindparam("from_ref", type_=Concern.ref.type))  # fmt: skip
_COUNTED = (
    select(Concern.due_at, Concern.severity, Concern.triaged_at)
    .where(_OPEN, _NOT_ABOUT_READER)
    .order_by(Concern.due_at)
    .limit(COUNT_MOST + 1)
    .subquery()
)
_FIGURES = select(
    func.count(),
    func.sum(case((_COUNTED.c.due_at <= bindparam("at"), 1), else_=0)),
    func.sum(case((_COUNTED.c.triaged_at.is_(None), 1), else_=0)),
    func.sum(case((_COUNTED.c.severity == Severity.IMMEDIATE, 1), else_=0)),
)
_LEADS = (
    select(Person.username, Person.name)
    .where(
        Person.username.in_(
            select(PersonRole.person).where(
                PersonRole.role.in_(bindparam("roles", expanding=True)),
                PersonRole.since.is_(None) | (PersonRole.since <= bindparam("at")),
                PersonRole.until.is_(None) | (PersonRole.until > bindparam("at")),
            )
        ),
        Person.left_at.is_(None) | (Person.left_at > bindparam("at")),
    )
    .order_by(Person.name)
)


def queue_view(desk: Desk, wanted: QueueFilter = ALL, page: Page = FIRST) -> QueueView:
    """The queue as its page shows it, asked once and read in one go.

    Raises:
        Refused: the reader works no concerns.
    """
    question = permitted_reader(desk, Action.LIST_CONCERNS)
    with desk.reading() as session:
        return QueueView(
            _page(session, question, wanted, page),
            _figures(session, question),
            question.at,
        )


def concern_queue(desk: Desk, wanted: QueueFilter = ALL, page: Page = FIRST) -> Paged[ConcernRow]:
    """The open concerns that this lead may read, the least time left first, one page of them.

    Narrowed by an index on the open ones and never one about the reader, then
    decided one by one. Costs by the page, not by the concerns held.

    Raises:
        Refused: the reader works no concerns.
    """
    question = permitted_reader(desk, Action.LIST_CONCERNS)
    with desk.reading() as session:
        return _page(session, question, wanted, page)


def queue_figures(desk: Desk) -> QueueFigures:
    """How many open concerns there are, without one about the reader; for managers too, who see counts alone.

    Raises:
        Refused: the reader may not even count them.
    """
    question = permitted_reader(desk, Action.COUNT_CONCERNS)
    with desk.reading() as session:
        return _figures(session, question)


def safeguarding_leads(desk: Desk) -> tuple[tuple[str, str], ...]:
    """Who the leads and deputies are now, by username and name: everyone here is told to speak to them."""
    with desk.reading() as session:
        return leads_at(session, desk.now(), SAFEGUARDING_LEADS)


def leads_at(session: Session, at: datetime, roles: Iterable[Role]) -> tuple[tuple[str, str], ...]:
    """Who holds one of these roles at an instant, by username and name."""
    return tuple((row.username, row.name) for row in session.execute(_LEADS, {"at": at, "roles": sorted(roles)}))


def _page(session: Session, question: Question, wanted: QueueFilter, page: Page) -> Paged[ConcernRow]:
    backwards = page.after is None and page.before is not None
    start = values_of(page.before if backwards else page.after, instant_of, str)
    me, at = question.person.username, question.at
    bounds = {"me": me, "at": at, "size": page.size + 1, **_bounds(wanted, at)}
    if start:
        bounds |= {"from_due": start[0], "from_ref": start[1]}
    found = paged(
        session.execute(_narrowed(_shape(wanted), start is not None, backwards), bounds).all(),
        page,
        lambda row: mark((row.due_at, row.ref)),
        backwards=backwards,
        started=start is not None,
    )
    refs = [row.ref for row in found.rows]
    about = about_of(session, refs)
    readable = readable_of(session, question, found.rows, about)
    return Paged(tuple(_row(row, about) for row in found.rows if row.ref in readable), found.next, found.previous)


def _figures(session: Session, question: Question) -> QueueFigures:
    counted = session.execute(_FIGURES, {"me": question.person.username, "at": question.at}).one()
    # The soonest thousand are counted: what is past its time is among them.
    return QueueFigures(*(Count.capped(count or 0) for count in counted))


def _row(row: Any, about: Mapping[str, Sequence[Any]]) -> ConcernRow:
    typed = (row.about_as_typed or "").replace("\n", ", ")
    names = names_of(about[row.ref]) or ((f"“{typed[:60]}”",) if typed else ())
    return ConcernRow(
        row.ref, row.case_ref, row.severity, row.status, row.category, names, row.raised_at, row.due_at, row.lead_name
    )


def _shape(wanted: QueueFilter) -> tuple[str, ...]:
    """Which conditions the filter needs: the statement is built once for each set of them."""
    lead = None if wanted.lead is None else "lead_none" if wanted.lead == NOBODY else "lead"
    due = f"due_{wanted.due}" if wanted.due in DUE else None
    by_value = [name for name in ("severity", "status") if getattr(wanted, name) is not None]
    return tuple(filter(None, (due, lead, *by_value)))


def _bounds(wanted: QueueFilter, at: datetime) -> dict[str, Any]:
    today = london_date(at)
    return {
        "severity": wanted.severity,
        "status": wanted.status,
        "lead": wanted.lead,
        "today_ends": end_of(today),
        "week_ends": end_of(today + timedelta(days=6)),
    }


@cache
def _narrowed(shape: tuple[str, ...], started: bool, backwards: bool) -> Select[Any]:
    conditions = {
        "due_overdue": Concern.due_at <= bindparam("at"),
        "due_today": and_(Concern.due_at > bindparam("at"), Concern.due_at <= bindparam("today_ends")),
        "due_this_week": and_(Concern.due_at > bindparam("at"), Concern.due_at <= bindparam("week_ends")),
        "due_next": Concern.due_at > bindparam("today_ends"),
        "severity": Concern.severity == bindparam("severity"),
        "status": Concern.status == bindparam("status"),
        "lead": Concern.lead == bindparam("lead"),
        "lead_none": Concern.lead.is_(None),
    }
    chosen: Any = _QUEUE.where(*(conditions[name] for name in shape))
    return keyset(chosen, _KEYS, _FROM if started else None, descending=backwards)
