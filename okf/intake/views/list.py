"""The list of enquiries: what waits first, with how long; and a search by a name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.intake.queries.enquiries import OVERDUE_DAYS, EnquiryRow, enquiries_in_view, search_enquiries
from okf.paging import SIZE
from okf.pending import counted
from okf.shell import filters
from okf.shell.sheets import Cell, address, sheet
from okf.shell.tables import page_asked_for, pager
from okf.shell.words import errors_shown, moment, told
from okf.terms.intake import EnquiryChannel, EnquiryStatus

ALL: Final = "all"
_VIEWS: Final = {
    EnquiryStatus.NEW.value: "Waiting",
    EnquiryStatus.REGISTERED.value: "Registered",
    EnquiryStatus.DECLINED.value: "Declined",
    EnquiryStatus.DUPLICATE.value: "Duplicates",
    ALL: "All",
}
_TITLES: Final = ("Enquiry", "Who asks", "Waiting", "Help asked for", "Area", "How", "Taken by", "Status")


def search(desk: Desk) -> None:
    """Find an enquiry by the name of somebody in it; the search goes on record."""
    words = st.text_input(
        "Find by name",
        key="enquiry_words",
        placeholder="A name, or part of one",
        help="Of the caller or anybody they named. Searches are on record. Registered ones are found in their cases.",
    )
    if not words.strip():
        return
    with errors_shown():
        found = search_enquiries(desk, words)
        if found:
            sheet(_TITLES, _rows(found, desk.now()), caption=f"Found by name: {len(found)}, the newest first")
        else:
            st.info("No enquiry has this name. Try another spelling, or take a new enquiry.")


def listed(desk: Desk) -> None:
    """One page of the enquiries of one status."""
    view = filters.switch("Which", _VIEWS, "status")
    status = None if view == ALL else EnquiryStatus(view)
    found = enquiries_in_view(desk, status=status, page=page_asked_for(SIZE))
    if not found.of_all:
        st.caption("You see the enquiries that you took. Intake officers and managers register them.")
    if any(row.kept for row in found.page.rows):
        st.caption(
            "**For somebody else:** you work for one side of what may be this family. Another manager reads it, or"
            " the safeguarding lead where every manager does."
        )
    if not found.page.rows:
        waiting = status is EnquiryStatus.NEW
        st.info("No enquiry waits. When somebody calls, take an enquiry." if waiting else "There is none of these.")
        return
    order = "the longest waiting first" if status is EnquiryStatus.NEW else "the newest first"
    sheet(_TITLES, _rows(found.page.rows, found.at), caption=f"Enquiries, {order}")
    pager(found.page, key="enquiries")


def waited(received_at: datetime, at: datetime) -> str:
    """How long somebody waits, in words."""
    span = max(at - received_at, timedelta())
    if span < timedelta(hours=1):
        return f"{int(span.total_seconds() // 60)} min"
    if span < timedelta(days=1):
        return f"{int(span.total_seconds() // 3600)} h"
    return counted(span.days, "day", "days")


def _rows(rows: Sequence[EnquiryRow], at: datetime) -> list[tuple[Cell | str, ...]]:
    return [_row(one, at) for one in rows]


def _row(one: EnquiryRow, at: datetime) -> tuple[Cell | str, ...]:
    waits = one.status is EnquiryStatus.NEW
    late = waits and at - one.received_at >= timedelta(days=OVERDUE_DAYS)
    return (
        Cell(one.ref, address("enquiry", ref=one.ref)),
        "For somebody else" if one.kept else one.caller or "In its case",
        Cell(waited(one.received_at, at), late=late) if waits else f"Came {moment(one.received_at)}",
        told(one.kind_of_support) if one.kind_of_support else "—" if one.kept else "Not said",
        one.area or "—",
        told(one.channel),
        "Imported" if one.channel is EnquiryChannel.WEBSITE else one.taken_by,
        _status(one),
    )


def _status(one: EnquiryRow) -> Cell | str:
    if one.case_ref:
        return Cell(f"Case {one.case_ref}", address("case", case=one.case_ref))
    return "Waits" if one.status is EnquiryStatus.NEW else told(one.status)
