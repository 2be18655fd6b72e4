"""A person's own day: what they are to do and whom they meet, by family, and with whom nobody was in touch (C2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import bindparam, select

from okf.asker import Asker, may_read_part
from okf.cases.queries import own_cases
from okf.cases.queries.appointments import AppointmentRow, still_today
from okf.clock import clock_time, london_date, start_of
from okf.paging import Count
from okf.pending import PendingItem, counted
from okf.policy.facts import Question
from okf.store.models import Record, Task
from okf.store.visible import in_its_place
from okf.terms import CaseStatus, RecordClass, Role

CASES_MOST: Final = 50
TASKS_MOST: Final = 200
TASKS_SHOWN: Final = 8
QUIET_SHOWN: Final = 5
_TASKS = (
    select(Task.case_ref, Task.text, Task.due_on)
    .where(Task.assigned_to == bindparam("who"), Task.done_at.is_(None), Task.due_on <= bindparam("soon"))
    .order_by(Task.due_on, Task.ref)
    .limit(TASKS_MOST + 1)
)
_TOUCHED = (
    select(Record.case_ref, Record.compartment)
    .where(
        Record.case_ref.in_(bindparam("refs", expanding=True)),
        Record.occurred_at >= bindparam("since", type_=Record.occurred_at.type),
        Record.record_class == RecordClass.COMMUNICATION,
        in_its_place(),
    )
    .distinct()
)


@dataclass(frozen=True, slots=True)
class OwnWork:
    """A person's own cases and what is to be done on those that they may open.

    `quiet` are a caseworker's, with what the family is called for them, of
    whose parts that they read none has a contact of the last days (C2); the
    first of so many, the longest open first.
    """

    cases: Count
    items: tuple[PendingItem, ...] = ()
    quiet: tuple[tuple[str, str], ...] = ()
    quiet_count: Count | None = None
    no_contact_days: int = 0


def own_work(asker: Asker) -> OwnWork:
    """What this person has to do on their own cases today and this week."""
    today = london_date(asker.at)
    tasks = asker.session.execute(_TASKS, {"who": asker.who, "soon": today + timedelta(days=7)}).all()
    of_tasks = list(dict.fromkeys(row.case_ref for row in tasks))
    own = own_cases.newest(asker, CASES_MOST, beside=of_tasks)
    cases = Count.capped(len(own), CASES_MOST)
    if not own:
        return OwnWork(cases)
    own |= asker.listed(of_tasks)
    theirs = [row for row in tasks if row.case_ref in own]
    meetings = still_today(asker)
    quiet = _quiet(asker, own)
    shown = [row.case_ref for row in theirs[:TASKS_SHOWN]] + [row.case_ref for row in meetings] + quiet[:QUIET_SHOWN]
    called = own_cases.families_of(asker, asker.listed(dict.fromkeys(shown))) if shown else {}
    return OwnWork(
        cases,
        (
            *(_meeting(row, called[row.case_ref]) for row in meetings),
            *(_task(asker, row, called[row.case_ref]) for row in theirs[:TASKS_SHOWN]),
            *_further(asker, theirs[TASKS_SHOWN:], more=len(tasks) > TASKS_MOST),
        ),
        tuple((ref, called[ref]) for ref in quiet[:QUIET_SHOWN]),
        Count(len(quiet), cases.more),
        asker.settings.no_contact_days,
    )


def _quiet(asker: Asker, own: Mapping[str, Question]) -> list[str]:
    """Of these cases those on which a caseworker finds no contact lately: on another side they know of none (C2)."""
    if Role.CASEWORKER not in asker.roles:
        return []
    first = london_date(asker.at) - timedelta(days=asker.settings.no_contact_days)
    old = {
        ref: question
        for ref, question in own.items()
        if question.case and question.case.status is not CaseStatus.CLOSED and question.case.opened_on <= first
    }
    rows = asker.session.execute(_TOUCHED, {"refs": list(old), "since": start_of(first)}) if old else ()
    touched = {row.case_ref for row in rows if may_read_part(old[row.case_ref], row.compartment)}
    return sorted(old.keys() - touched, key=lambda ref: (old[ref].case.opened_on, ref))  # type: ignore[union-attr]


def _meeting(row: AppointmentRow, family: str) -> PendingItem:
    said = f"{clock_time(row.starts_at)} to {clock_time(row.ends_at)}, {family}"
    query = {"case": row.case_ref, "part": "Tasks"}
    return PendingItem(said, "case", query, due=london_date(row.ends_at), why=row.about, act="Prepare")


def _task(asker: Asker, row: Any, family: str) -> PendingItem:
    overdue = row.due_on < london_date(asker.at)
    query = {"case": row.case_ref, "part": "Tasks"}
    return PendingItem(f"{family}: {row.text}", "case", query, overdue=overdue, due=row.due_on, act="Do it")


def _further(asker: Asker, rows: list[Any], *, more: bool) -> tuple[PendingItem, ...]:
    if not rows:
        return ()
    said = f"{len(rows):,}+ more tasks" if more else counted(len(rows), "more task", "more tasks")
    due = rows[0].due_on
    overdue = due < london_date(asker.at)
    query = {"part": "Your tasks"}
    return (PendingItem(f"{said} within the week", "calendar", query, overdue=overdue, due=due, act="See them"),)
