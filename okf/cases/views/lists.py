"""The lists of the cases page: one's own cases, the whole caseload, access that ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import streamlit as st

from okf.cases.queries.cases import CaseloadRow, caseload_count, caseload_page
from okf.cases.queries.exports import caseload_to_export, own_cases_to_export
from okf.cases.queries.filters import CaseFilters, CaseOrder
from okf.cases.queries.own_cases import OwnCaseRow, cases_in_view, search_own_cases
from okf.cases.queries.watch_lists import grants_ending
from okf.cases.views.allocation import not_signed
from okf.clock import london_date
from okf.desk import Desk
from okf.paging import SIZE
from okf.shell.exports import download_buttons
from okf.shell.sheets import Cell, address
from okf.shell.tables import columns_of, page_asked_for, pager, table
from okf.shell.words import day, errors_shown, told, until

T = TypeVar("T")
CASELOAD: Mapping[str, Callable[[CaseloadRow], object]] = {
    "Reference": lambda row: row.ref,
    "Status": lambda row: told(row.status),
    "Kind of support": lambda row: told(row.kind_of_support),
    "Area": lambda row: row.area or "—",
    "Caseworker": lambda row: ", ".join(row.caseworkers) or "None",
    "Allocation": lambda row: _allocation(row),
    "Opened": lambda row: row.opened_on,
    "Closed": lambda row: row.closed_at and london_date(row.closed_at),
    "Open concerns": lambda row: row.open_concerns,
}
OWN: Mapping[str, Callable[[OwnCaseRow], object]] = {
    "Reference": lambda row: row.ref,
    "Parties": lambda row: ", ".join(row.parties),
    "Children": lambda row: ", ".join(row.children) or "—",
    "Status": lambda row: told(row.status),
    "Kind of support": lambda row: told(row.kind_of_support),
    "Opened": lambda row: row.opened_on,
    "Your access": lambda row: _access(row),
}


def own_cases(desk: Desk, filters: CaseFilters, order: CaseOrder) -> None:
    """The cases that this person may read, with names."""
    found = search_box(desk)
    oldest = order is CaseOrder.OLDEST
    if found is None:
        page = cases_in_view(desk, page_asked_for(SIZE), filters, oldest_first=oldest)
        rows: Sequence[OwnCaseRow] = page.rows
    else:
        page, rows = None, found
    if not rows:
        st.info(_nothing_own(filters, found is not None))
        return
    table(columns_of(rows, {**OWN, "Reference": lambda row: _case(row.ref)}), caption="Your cases")
    if page is not None:
        pager(page, key="own")
        download_buttons(
            "my-cases",
            lambda form: _cells(OWN, own_cases_to_export(desk, filters, oldest_first=oldest, form=form).rows),
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


def caseload(desk: Desk, filters: CaseFilters, order: CaseOrder) -> None:
    """Every case, without names of service users."""
    page = caseload_page(desk, page_asked_for(SIZE), filters, order)
    count = caseload_count(desk, filters)
    if not page.rows:
        st.info("No case fits these filters. Clear one of them to see more.")
        return
    if count is not None:
        st.text(f"{count} {'case' if str(count) == '1' else 'cases'}")
    table(columns_of(page.rows, {**CASELOAD, "Reference": lambda row: _case(row.ref)}), caption="The caseload")
    pager(page, key="caseload")
    download_buttons(
        "caseload", lambda form: _cells(CASELOAD, caseload_to_export(desk, filters, order, form=form).rows)
    )


def ending(desk: Desk) -> None:
    """Access that stops within the week."""
    page = grants_ending(desk, page_asked_for(SIZE))
    if not page.rows:
        st.info("No access ends within the next seven days.")
        return
    cells = columns_of(
        page.rows,
        {
            "Ends": lambda row: until(row.until),
            "Person": lambda row: row.name,
            "As": lambda row: told(row.capacity),
            "Case": lambda row: _case(row.case_ref),
            "Lead caseworker": lambda row: "Yes: hand over first" if row.leads else "No",
        },
    )
    table(cells, caption="Access that ends soon")
    pager(page, key="ending")


def _case(ref: str) -> Cell:
    return Cell(ref, address("case", case=ref))


def _cells(columns: Mapping[str, Callable[[T], object]], rows: Sequence[T]) -> tuple[list[str], list[list[object]]]:
    return list(columns), [[cell(row) for cell in columns.values()] for row in rows]


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
        return "None of your cases fits these filters. Clear one of them to see more."
    return (
        "You can open no case at the moment. A manager grants access; if you hold some already, look at Agreements:"
        " a signature may be due."
    )
