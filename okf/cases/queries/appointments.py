"""Appointments as a person may see them: their own, and those of others on the parts of cases that they may read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select

from okf.asker import Asker, may_read_part
from okf.cases.queries.case import opened_question
from okf.clock import end_of, london_date, start_of
from okf.desk import Desk
from okf.paging import AnySelect
from okf.policy.access import decide
from okf.store.least import least_on, leasts
from okf.store.models import AccessGrant, Appointment, Person
from okf.store.rows import from_row
from okf.store.visible import cases_held
from okf.terms import Action, FamilyField
from okf.terms.records import AppointmentKind

MOST = 300
_DAY = timedelta(days=1)

_ROWS: AnySelect = (
    select(
        Appointment.ref,
        Appointment.case_ref,
        Appointment.kind,
        Appointment.compartment,
        Appointment.worker,
        Person.name.label("worker_name"),
        Appointment.starts_at,
        Appointment.ends_at,
        Appointment.about,
        Appointment.place,
    )
    .join(Person, Person.username == Appointment.worker)
    .where(Appointment.cancelled_at.is_(None))
    .order_by(Appointment.starts_at, Appointment.ref)
)
_IN_SPAN = _ROWS.where(
    Appointment.starts_at >= bindparam("first", type_=Appointment.starts_at.type),
    Appointment.starts_at < bindparam("last", type_=Appointment.starts_at.type),
).limit(MOST)
_MINE = _IN_SPAN.where(Appointment.worker == bindparam("who"))
_ON_MY_CASES = _IN_SPAN.where(cases_held().where(AccessGrant.case_ref == Appointment.case_ref).exists())
_ON_CASE = _ROWS.where(
    Appointment.case_ref == bindparam("ref"), Appointment.ends_at >= bindparam("since", type_=Appointment.ends_at.type)
).limit(MOST)


@dataclass(frozen=True, slots=True)
class AppointmentRow:
    """An appointment, in words that its reader may read. Instants are UTC."""

    ref: str
    case_ref: str
    kind: AppointmentKind
    compartment: str
    worker: str
    worker_name: str
    starts_at: datetime
    ends_at: datetime
    about: str
    place: str | None
    may_change: bool


def appointments_between(desk: Desk, first: date, last: date, *, others: bool = False) -> tuple[AppointmentRow, ...]:
    """This person's appointments from one London date to another, in order; with `others`, all on their cases.

    At most 300. One whose part of its case they may not read is left out, an own one too.
    """
    with desk.reading() as session:
        asker = Asker.of(desk, session)
        span = {"first": start_of(first), "last": end_of(last), "who": asker.who, "at": asker.at}
        return _readable(asker, session.execute(_ON_MY_CASES if others else _MINE, span).all())


def still_today(asker: Asker) -> tuple[AppointmentRow, ...]:
    """This person's appointments of today that are not over, in order, by the same rules."""
    today = london_date(asker.at)
    rows = asker.session.execute(_MINE, {"first": start_of(today), "last": end_of(today), "who": asker.who}).all()
    return _readable(asker, [row for row in rows if row.ends_at > asker.at])


def overlapping(desk: Desk, rows: Sequence[AppointmentRow]) -> dict[str, tuple[AppointmentRow, ...]]:
    """Of this person's own among these, by reference: their others that take some of the same time, on any case."""
    own = [row for row in rows if row.worker == desk.actor]
    if not own:
        return {}
    first, last = (london_date(edge(row.starts_at for row in own)) for edge in (min, max))
    beside = appointments_between(desk, first - _DAY, last + _DAY)  # one of the evening before may go on past midnight
    found = {row.ref: tuple(one for one in beside if _share_time(row, one)) for row in own}
    return {ref: others for ref, others in found.items() if others}


def _share_time(one: AppointmentRow, other: AppointmentRow) -> bool:
    return one.ref != other.ref and one.starts_at < other.ends_at and other.starts_at < one.ends_at


def appointments_on(desk: Desk, case_ref: str) -> tuple[AppointmentRow, ...]:
    """The appointments still to end on a case that this person may open, of the parts that they may read.

    Those of others are for those alone whose work needs to know who else works here.

    Raises:
        NotFound: there is no such case, or none that they may open.
    """
    with desk.reading() as session:
        question = opened_question(desk, session, case_ref)
        rows = session.execute(_ON_CASE, {"ref": case_ref, "since": question.at}).all()
        others = least_on(session, question).shows(FamilyField.WHO_ELSE_WORKS_HERE)
        return tuple(
            _row(row, question)
            for row in rows
            if may_read_part(question, row.compartment) and (others or row.worker == question.person.username)
        )


def _readable(asker: Asker, rows: Iterable[Any]) -> tuple[AppointmentRow, ...]:
    found = list(rows)
    questions = asker.listed(list(dict.fromkeys(row.case_ref for row in found)))
    seen = leasts(asker.session, questions)
    return tuple(
        _row(row, questions[row.case_ref])
        for row in found
        if row.case_ref in questions
        and (row.worker == asker.who or seen[row.case_ref].shows(FamilyField.WHO_ELSE_WORKS_HERE))
        and may_read_part(questions[row.case_ref], row.compartment)
    )


def _row(row: Any, question: Any) -> AppointmentRow:
    asked = replace(question, action=Action.MAKE_APPOINTMENT, compartment=row.compartment)
    may_change = row.starts_at > question.at and decide(asked).allowed
    return from_row(AppointmentRow, row, may_change=may_change)
