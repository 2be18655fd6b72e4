"""The lists of the cases page: one's own cases, the whole caseload, access that ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from okf.cases.queries import own_cases as own_queries
from okf.cases.queries.cases import CaseloadRow, caseload_count, caseload_page
from okf.cases.queries.exports import caseload_to_export, own_cases_to_export
from okf.cases.queries.filters import CaseFilters, CaseOrder
from okf.cases.queries.own_cases import OwnCaseRow, cases_in_view, search_own_cases
from okf.cases.queries.watch_lists import SOONEST, SORTS, EndingGrant, grants_ending
from okf.cases.views.allocation import not_signed
from okf.cases.views.filters import LABELS, filters as case_filters
from okf.clock import london_date
from okf.desk import Desk
from okf.paging import SIZE, Paged
from okf.shell.exports import download_buttons
from okf.shell.lists import Column, file_of, show, sort_asked_for
from okf.shell.sheets import Cell, address
from okf.shell.tables import page_asked_for
from okf.shell.words import day, errors_shown, told, until

_CASES: Final = ("case", "cases")
CASELOAD: Final[Sequence[Column[CaseloadRow]]] = (
    Column("Reference", lambda row: row.ref, lambda row: _of_caseload(row), CaseOrder.REFERENCE),
    Column("Status", lambda row: told(row.status), sort=CaseOrder.STATUS),
    Column("Kind of support", lambda row: told(row.kind_of_support), sort=CaseOrder.KIND),
    Column("Area", lambda row: row.area, sort=CaseOrder.AREA),
    Column("Caseworker", lambda row: ", ".join(row.caseworkers) or "None"),
    Column("Allocation", lambda row: _allocation(row), sort=CaseOrder.ALLOCATION),
    Column("Opened", lambda row: row.opened_on, sort=CaseOrder.OPENED, down=True),
    Column("Closed", lambda row: row.closed_at and london_date(row.closed_at), sort=CaseOrder.CLOSED, down=True),
    Column("Open concerns", lambda row: row.open_concerns),
)
OWN: Final[Sequence[Column[OwnCaseRow]]] = (
    Column("Parties", lambda row: ", ".join(row.parties), lambda row: _family(row)),
    Column("Reference", lambda row: row.ref, sort=CaseOrder.REFERENCE),
    Column("Children", lambda row: ", ".join(row.children) or None),
    Column("Status", lambda row: told(row.status), sort=CaseOrder.STATUS),
    Column("Kind of support", lambda row: told(row.kind_of_support)),
    Column("Opened", lambda row: row.opened_on, sort=CaseOrder.OPENED, down=True),
    Column("Your access", lambda row: _access(row)),
)
_ENDING: Final[Sequence[Column[EndingGrant]]] = (
    Column("Case", lambda row: row.case_ref, lambda row: _case(row.case_ref), "case"),
    Column("Ends", lambda row: until(row.until), sort="ends"),
    Column("Person", lambda row: row.name, sort="person"),
    Column("As", lambda row: told(row.capacity)),
    Column("Lead caseworker", lambda row: "Yes: hand over first" if row.leads else "No"),
)
_BY: Final = {
    CaseOrder.OPENED: "by the day of opening",
    CaseOrder.REFERENCE: "by reference",
    CaseOrder.STATUS: "by status",
    CaseOrder.KIND: "by kind of support",
    CaseOrder.AREA: "by area",
    CaseOrder.ALLOCATION: "by how long they have been unallocated",
    CaseOrder.CLOSED: "by the day of closing",
    CaseOrder.QUIET: "by how long nobody was in touch",
}


def own_cases(desk: Desk) -> None:
    """The cases that this person may read, with names."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        found = search_box(desk)
        filters = case_filters(desk, whole_caseload=False)
    sort = sort_asked_for(own_queries.SORTS, own_queries.NEWEST)
    page = cases_in_view(desk, page_asked_for(SIZE), filters, sort) if found is None else Paged(found)
    nothing = _nothing_own(filters, found is not None)
    if found is not None:
        show(OWN, page, key="own", caption="Your cases of this name, newest first", many=_CASES, nothing=nothing)
        return
    show(
        OWN,
        page,
        key="own",
        caption=f"Your cases, {_BY[CaseOrder(sort.by)]}",
        many=_CASES,
        sort=sort,
        first=own_queries.NEWEST,
        sorts=own_queries.SORTS,
        filters=LABELS,
        nothing=nothing,
    )
    if page.rows:
        download_buttons(
            "Your cases",
            lambda form: file_of(OWN, own_cases_to_export(desk, filters, sort, form=form).rows),
            on=london_date(desk.now()),
        )


def search_box(desk: Desk) -> tuple[OwnCaseRow, ...] | None:
    """A search by name among one's own cases; None when nothing is asked. The words stay out of the address."""
    words = st.text_input("Search your own cases by name", key="name_words", type="search", max_chars=100, width=320)
    if not words.strip():
        return None
    found: list[OwnCaseRow] = []
    with errors_shown():
        found += search_own_cases(desk, words)
    return tuple(found)


def caseload(desk: Desk) -> None:
    """Every case, without names of service users."""
    filters = case_filters(desk, whole_caseload=True)
    count = caseload_count(desk, filters)
    sorts = filters.sorts(count)
    sort = sort_asked_for(sorts, filters.sort)
    page = caseload_page(desk, page_asked_for(SIZE), filters, sort)
    show(
        CASELOAD,
        page,
        key="caseload",
        caption=f"The caseload, {_BY[CaseOrder(sort.by)]}",
        many=_CASES,
        count=count,
        sort=sort,
        first=filters.sort,
        sorts=sorts,
        filters=LABELS,
        nothing="No case fits these filters. Take one of them away to see more.",
    )
    if page.rows:
        download_buttons(
            "Caseload",
            lambda form: file_of(CASELOAD, caseload_to_export(desk, filters, sort, form=form).rows),
            on=london_date(desk.now()),
        )


def ending(desk: Desk) -> None:
    """Access that stops within the week."""
    sort = sort_asked_for(SORTS, SOONEST)
    page = grants_ending(desk, page_asked_for(SIZE), sort)
    show(
        _ENDING,
        page,
        key="ending",
        caption="Access that ends within seven days",
        many=("access", "accesses"),
        sort=sort,
        first=SOONEST,
        sorts=SORTS,
        nothing="No access ends within the next seven days.",
    )


def _of_caseload(row: CaseloadRow) -> Cell:
    """A case that waits for its caseworker opens where one is given to it."""
    waits = {"part": "Manage"} if row.unallocated_since else {}
    return Cell(row.ref, address("case", case=row.ref, **waits))


def _case(ref: str) -> Cell:
    return Cell(ref, address("case", case=ref))


def _family(row: OwnCaseRow) -> Cell:
    return Cell(", ".join(row.parties) or row.ref, address("case", case=row.ref))


def _allocation(row: CaseloadRow) -> str:
    if row.joined_into:
        return f"Joined into {row.joined_into}"
    if row.closed_at:
        return "—"
    allocated = "Allocated"
    if row.unallocated_since is not None:
        allocated = f"{'OVERDUE, u' if row.overdue else 'U'}nallocated since {day(row.unallocated_since)}"
    return ", ".join([allocated, *([not_signed(row.not_able)] if row.not_able else [])])


def _access(row: OwnCaseRow) -> str:
    if not row.by_grant:
        return "By your safeguarding role"
    return until(row.until)


def _nothing_own(filters: CaseFilters, searched: bool) -> str:
    if searched:
        return "Nobody of that name is in your own cases. Try fewer letters, or clear the search."
    if filters.shape:
        return "None of your cases fits these filters. Take one of them away to see more."
    return (
        "You can open no case at the moment. A manager grants access; if you hold some already, look at Agreements:"
        " a signature may be due."
    )
