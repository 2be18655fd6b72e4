"""Lists that leave as a file: decided anew when they are fetched, on the audit record, never above a cap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from okf.asker import Asker
from okf.cases.queries import cases, own_cases
from okf.cases.queries.appointments import AppointmentRow, appointments_between
from okf.cases.queries.cases import CaseloadRow
from okf.cases.queries.filters import CaseFilters
from okf.cases.queries.own_cases import OwnCaseRow
from okf.cases.queries.tasks import OwnTask, own_tasks_between
from okf.desk import Desk
from okf.paging import ROWS_MOST, Page, Paged, Sort
from okf.policy.access import decide
from okf.terms import Action

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Export:
    """The rows of a file; `more` says that the list is longer than a file may be."""

    rows: tuple[Any, ...]
    more: bool


def caseload_to_export(desk: Desk, filters: CaseFilters, sort: Sort | None, *, form: str) -> Export:
    """The caseload as shown, for a file; that it left is on the audit record.

    Raises:
        Refused: their role does not include it.
    """
    with desk.permitted(Action.LIST_CASELOAD) as deed:
        asker = Asker.of(desk, deed.session)
        found: list[CaseloadRow] = []
        export = _gathered(found, lambda page: cases.rows_of(asker, page, filters, sort))
        deed.note(export=form, rows=len(export.rows), filters=list(filters.shape))
        return export


def own_cases_to_export(desk: Desk, filters: CaseFilters, sort: Sort, *, form: str) -> Export:
    """One's own cases as shown, with names, for a file: those whose grant covers exporting.

    Raises:
        Refused: the account is not active.
    """
    with desk.permitted(Action.LIST_OWN_CASES) as deed:
        asker = Asker.of(desk, deed.session)
        found: list[OwnCaseRow] = []
        export = _gathered(found, lambda page: own_cases.page_of(asker, page, filters, sort))
        questions = asker.questions([row.ref for row in export.rows], Action.EXPORT_RECORD)
        rows = tuple(row for row in export.rows if decide(questions[row.ref]).allowed)
        deed.note(export=form, rows=len(rows), filters=list(filters.shape), cases=[row.ref for row in rows])
        return Export(rows, export.more)


def calendar_to_export(desk: Desk, first: date, last: date) -> tuple[tuple[AppointmentRow, ...], tuple[OwnTask, ...]]:
    """One's own appointments and tasks as shown, for a calendar file; that it left is on the audit record.

    Raises:
        Refused: the account is not active.
    """
    meetings = tuple(row for row in appointments_between(desk, first, last) if row.worker == desk.actor)
    tasks = own_tasks_between(desk, first, last)
    with desk.permitted(Action.LIST_OWN_CASES) as deed:
        cases = dict.fromkeys([*(row.case_ref for row in meetings), *(row.case_ref for row in tasks)])
        deed.note(export="ics", rows=len(meetings) + len(tasks), cases=list(cases))
    return meetings, tasks


def _gathered(found: list[Any], fetch: Callable[[Page], Paged[Any]]) -> Export:
    mark: str | None = None
    while len(found) <= ROWS_MOST:
        page = fetch(Page(after=mark, size=AT_ONCE))
        found += page.rows
        mark = page.next
        if mark is None:
            break
    return Export(tuple(found[:ROWS_MOST]), len(found) > ROWS_MOST)
