"""The list of enquiries: what waits first, with how long; and a search by a name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.intake.queries.enquiries import OVERDUE_DAYS, SORTS, EnquiryRow, enquiries_in_view, search_enquiries, sort_of
from okf.paging import SIZE, Paged
from okf.pending import counted
from okf.shell import filters
from okf.shell.lists import Column, show, sort_asked_for
from okf.shell.sheets import Cell, address
from okf.shell.tables import page_asked_for
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
_MANY: Final = ("enquiry", "enquiries")


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
        show(
            _columns(desk.now()),
            Paged(found),
            key="found",
            caption="Found by name, the newest first",
            many=_MANY,
            nothing="No enquiry has this name. Try another spelling, or take a new enquiry.",
        )


def listed(desk: Desk) -> None:
    """One page of the enquiries of one status."""
    view = filters.switch("Which", _VIEWS, "status")
    status = None if view == ALL else EnquiryStatus(view)
    sort = sort_asked_for(SORTS, sort_of(status))
    found = enquiries_in_view(desk, status=status, page=page_asked_for(SIZE), sort=sort)
    if not found.of_all:
        st.caption("You see the enquiries that you took. Intake officers and managers register them.")
    if any(row.kept for row in found.page.rows):
        st.caption(
            "**For somebody else:** you work for one side of what may be this family. Another manager reads it, or"
            " the safeguarding lead where every manager does."
        )
    waiting = status is EnquiryStatus.NEW
    show(
        _columns(found.at),
        found.page,
        key="enquiries",
        caption="Enquiries, by how long they wait" if waiting else "Enquiries, by when they came",
        many=_MANY,
        count=found.count,
        sort=sort,
        first=sort_of(status),
        sorts=SORTS,
        nothing="No enquiry waits. When somebody calls, take an enquiry." if waiting else "There is none of these.",
    )


def waited(received_at: datetime, at: datetime) -> str:
    """How long somebody waits, in words."""
    span = max(at - received_at, timedelta())
    if span < timedelta(hours=1):
        return f"{int(span.total_seconds() // 60)} min"
    if span < timedelta(days=1):
        return f"{int(span.total_seconds() // 3600)} h"
    return counted(span.days, "day", "days")


def _columns(at: datetime) -> Sequence[Column[EnquiryRow]]:
    return (
        Column("Enquiry", lambda row: row.ref, lambda row: Cell(row.ref, address("enquiry", ref=row.ref))),
        Column("Who asks", lambda row: "For somebody else" if row.kept else row.caller or "In its case"),
        Column("Waiting", lambda row: row.received_at, lambda row: _waiting(row, at), "came"),
        Column("Help asked for", _help),
        Column("Area", lambda row: row.area),
        Column("How", lambda row: told(row.channel)),
        Column("Taken by", lambda row: "Imported" if row.channel is EnquiryChannel.WEBSITE else row.taken_by),
        Column("Status", lambda row: told(row.status), _status),
    )


def _waiting(row: EnquiryRow, at: datetime) -> Cell | str:
    if row.status is not EnquiryStatus.NEW:
        return f"Came {moment(row.received_at)}"
    return Cell(waited(row.received_at, at), late=at - row.received_at >= timedelta(days=OVERDUE_DAYS))


def _help(row: EnquiryRow) -> str:
    return told(row.kind_of_support) if row.kind_of_support else "—" if row.kept else "Not said"


def _status(row: EnquiryRow) -> Cell | str:
    if row.case_ref:
        return Cell(f"Case {row.case_ref}", address("case", case=row.case_ref))
    return "Waits" if row.status is EnquiryStatus.NEW else told(row.status)
