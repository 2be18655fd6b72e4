"""The records of a case on its page: written, searched and read."""

from __future__ import annotations

from datetime import date
from typing import Final

import streamlit as st

from okf.cases.queries.case import CaseView
from okf.desk import Desk
from okf.records.queries.case_records import SAID, records_in_view
from okf.records.queries.search import PAGE, Found, RecordSearch, records_found
from okf.records.views import card as record_card, form as record_form
from okf.shell.tables import page_asked_for, pager
from okf.shell.words import told
from okf.terms import Action, RecordClass

RECORDS_A_PAGE: Final = 20
_NUMBER: Final = "records_page"


def records(desk: Desk, view: CaseView) -> None:
    """The form that adds one, what they are searched by, and the records themselves, newest first."""
    if Action.ADD_RECORD in view.may or view.sides:
        record_form.expander(desk, view)
    wanted = _wanted(view)
    if wanted.is_empty:
        page = records_in_view(desk, view.ref, page_asked_for(RECORDS_A_PAGE))
        if not page.rows:
            st.info("There is no record here that you may read. The form above puts the first one on the case.")
        for row in page.rows:
            record_card.card(desk, view, row)
        pager(page, key="records")
        return
    number = int(st.session_state.get(_NUMBER, 0))
    found = records_found(desk, view.ref, wanted, number)
    if number and not found.rows:
        st.session_state[_NUMBER] = number = 0
        found = records_found(desk, view.ref, wanted)
    _told(found)
    for row in found.rows:
        record_card.card(desk, view, row, words=wanted.words)
    _turn(found, number)


def _wanted(view: CaseView) -> RecordSearch:
    sources = {one.ref: one.name for one in view.family} | SAID
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = st.text_input(
            "Search these records",
            key="record_words",
            max_chars=200,
            on_change=_first,
            icon=":material/search:",
            help="Looks in titles, texts and the names of files, of what you may read in this case. All words must"
            " be there.",
        )
        with st.popover("Filter", icon=":material/filter_list:"):
            kinds = st.multiselect(
                "Kinds of record", list(RecordClass), format_func=told, key="record_kinds", on_change=_first
            )
            told_by = st.multiselect(
                "Told to us by", list(sources), format_func=sources.__getitem__, key="record_sources", on_change=_first
            )
            since = st.date_input("From", value=None, format="DD/MM/YYYY", key="record_since", on_change=_first)
            until = st.date_input("Until", value=None, format="DD/MM/YYYY", key="record_until", on_change=_first)
    return RecordSearch(
        (words or "").strip(),
        tuple(kinds),
        tuple(told_by),
        since if isinstance(since, date) else None,
        until if isinstance(until, date) else None,
    )


def _told(found: Found) -> None:
    if not found.total:
        st.info("Nothing of what you may read here holds that. Try fewer or other words, or take filters off.")
        return
    many = "1 record" if found.total == 1 else f"{found.total:,} records"
    st.caption(f"{many} found." + (" Only the newest 2,000 were looked through." if found.capped else ""))


def _turn(found: Found, number: int) -> None:
    if found.total <= PAGE:
        return
    with st.container(horizontal=True):
        st.button("Previous", key="found_previous", on_click=_to, args=(number - 1,), disabled=number == 0)
        last = (number + 1) * PAGE >= found.total
        st.button("Next", key="found_next", on_click=_to, args=(number + 1,), disabled=last)


def _to(number: int) -> None:
    st.session_state[_NUMBER] = number


def _first() -> None:
    st.session_state[_NUMBER] = 0
