"""The safeguarding lead's queue of concerns, the most urgent first (C9)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.asker import permitted_reader
from okf.clock import is_past, london_date
from okf.desk import Desk
from okf.paging import FIRST, AnySelect, Page, Paged, batches, filled, mark, values_of
from okf.policy.clocks import recorded_late
from okf.policy.duty import Leads, acting_for, covers_for
from okf.policy.facts import Question
from okf.safeguarding.queries.about import about_of, names_of, readable_of
from okf.safeguarding.queries.clocks import Running, running_clocks
from okf.safeguarding.queries.filters import ALL, QueueFilter, found_in_order, kinds_of
from okf.safeguarding.queries.parts import added_to
from okf.store import duty
from okf.store.models import Case, Concern, Person
from okf.store.rows import from_row
from okf.store.visible import binds_for
from okf.terms import Action, ConcernStatus, Severity
from okf.terms.concerns import ConcernCategory


@dataclass(frozen=True, slots=True)
class Leading:
    """Who leads a concern now, by name: its lead, or who covers for them until they are back.

    `name` is None where nobody does: nobody has taken it, or who led it is
    away, or has left, and nobody free of it covers for them.
    """

    name: str | None
    instead_of: str | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class ConcernRow:
    """One open concern in the queue. `about` holds names as far as they are known here.

    `late_entry`: it was raised more than a day after it was seen or said;
    `added_to`: who raised it has put something to it that nobody has answered;
    `clocks` are all that run on it, the first that is due first. Of a
    `closed` one nothing is told but how urgent it is and by when: somebody else
    works on it, and the reader, who saw it before, no longer does.
    """

    ref: str
    case_ref: str | None
    severity: Severity
    status: ConcernStatus
    category: ConcernCategory | None
    about: tuple[str, ...]
    raised_at: datetime
    due_at: datetime
    lead: Leading
    late_entry: bool = False
    added_to: bool = False
    clocks: Running = ()
    closed: bool = False

    def overdue(self, at: datetime) -> bool:
        """Whether one of its clocks has run out at an instant."""
        return any(due <= at for due in (self.due_at, *(one.due_at for one in self.clocks)))


@dataclass(frozen=True, slots=True)
class QueueView:
    """The queue as its page shows it, at the instant of its reading."""

    page: Paged[ConcernRow]
    at: datetime


NOBODY_LEADS: Final = Leading(None)
ROWS: Final = (
    select(
        Concern.ref,
        Concern.case_ref,
        Concern.severity,
        Concern.status,
        Concern.category,
        Concern.sealed,
        Concern.about_as_typed,
        Concern.raised_at,
        Concern.due_at,
        Concern.raised_by,
        Concern.ended_at,
        Concern.seen_on,
        Concern.seen_at,
        Concern.lead,
        Person.name.label("lead_name"),
        Person.left_at.label("lead_left_at"),
        Case.status.label("case_status"),
        Case.opened_on.label("case_opened_on"),
    )
    .outerjoin(Case, Case.ref == Concern.case_ref)
    .outerjoin(Person, Person.username == Concern.lead)
    .where(Concern.ref.in_(bindparam("refs", expanding=True)))
)


def queue_view(desk: Desk, wanted: QueueFilter = ALL, page: Page = FIRST) -> QueueView:
    """The open concerns that this lead may read, the most urgent first, one page of them, read in one go.

    Narrowed by an index on the open ones that count for the reader, then
    decided one by one: what came to be about them stays as a row that tells
    nothing of it. Costs by the page, not by the concerns held.

    Raises:
        Refused: the reader works no concerns.
    """
    question = permitted_reader(desk, Action.LIST_CONCERNS)
    with desk.reading() as session:
        return QueueView(_page(session, question, wanted, page), question.at)


def rows_of(session: Session, question: Question, refs: Sequence[str], leads: Leads) -> tuple[ConcernRow, ...]:
    """The rows of these concerns that count for the reader, in the order of the references; some are closed to them."""
    found = {row.ref: row for row in session.execute(ROWS, {"refs": list(refs)})}
    rows = [found[ref] for ref in refs if ref in found]
    about = about_of(session, [row.ref for row in rows])
    readable, closed = readable_of(session, question, rows, about)
    added = added_to(session, readable)
    clocks = running_clocks(session, readable)
    return tuple(
        replace(_row(row, about[row.ref], leads, question.at, added), clocks=clocks[row.ref])
        if row.ref in readable
        else from_row(ConcernRow, row, category=None, about=(), lead=NOBODY_LEADS, closed=True)
        for row in rows
        if row.ref in readable | closed
    )


def leading(lead: str | None, lead_name: str | None, about_people: Collection[str], leads: Leads, day: date) -> Leading:
    """Who leads a concern on a day; never somebody whom it is about."""
    if lead is None:
        heads = [one for one in leads.values() if one.is_first]
        if not heads or heads[0].username in about_people or any(one.away_on(day) is None for one in heads):
            return Leading(None)
        lead, lead_name = heads[0].username, heads[0].name
    away = leads[lead].away_on(day) if lead in leads else None
    if away is None:
        return Leading(lead_name)
    acting = acting_for(leads, lead, day, not_by=about_people)
    return Leading(leads[acting].name if acting else None, lead_name, away.ends_on)


def _page(session: Session, question: Question, wanted: QueueFilter, page: Page) -> Paged[ConcernRow]:
    backwards = page.after is None and page.before is not None
    start = values_of(page.before if backwards else page.after, *kinds_of(wanted.sort))
    me, at = question.person.username, question.at
    leads, today = duty.leads(session, at), london_date(at)
    theirs = [me, *(one.username for one in covers_for(leads, me, today))] if wanted.mine else []
    # What nobody leads yet is the lead's own, or theirs who covers for the lead.
    new_too = wanted.mine and acting_for(leads, None, today) == me
    shape = (*wanted.shape, "new_too") if new_too else wanted.shape
    bounds = binds_for(question) | wanted.values(at, theirs)
    dialect = session.get_bind().dialect.name

    def run(statement: AnySelect, binds: Mapping[str, Any]) -> Sequence[Any]:
        return session.execute(statement, {**bounds, **binds}).all()

    def fetch(start: tuple[Any, ...] | None, size: int) -> Sequence[Any]:
        return found_in_order(run, shape, wanted.sort, start, size, backwards=backwards, dialect=dialect)

    def shown(batch: Sequence[Any]) -> list[tuple[Any, ConcernRow]]:
        made = {one.ref: one for one in rows_of(session, question, [row[-1] for row in batch], leads)}
        return [(row, made[row[-1]]) for row in batch if row[-1] in made]

    found = batches(fetch, start, tuple, first=page.size + 1)
    return filled(found, shown, page, mark, backwards=backwards, started=start is not None)


def _row(row: Any, about: Sequence[Any], leads: Leads, at: datetime, added: Collection[str]) -> ConcernRow:
    typed = (row.about_as_typed or "").replace("\n", ", ")
    names = names_of(about) or ((f"“{typed[:60]}”",) if typed else ())
    workers = {one.person for one in about if one.person}
    gone = is_past(row.lead_left_at, at)
    return from_row(
        ConcernRow,
        row,
        about=names,
        lead=Leading(None, row.lead_name)
        if gone
        else leading(row.lead, row.lead_name, workers, leads, london_date(at)),
        late_entry=recorded_late(row.raised_at, row.seen_on, row.seen_at),
        added_to=row.ref in added,
    )
