"""The records of a case on its page: written, searched and read, and the timeline."""

from __future__ import annotations

from datetime import date
from typing import Final

import streamlit as st

from okf.cases.queries.case import CaseView
from okf.cases.views import head, tasks
from okf.clock import london_date
from okf.dates import Side
from okf.desk import Desk
from okf.pending import counted
from okf.records.commands.records import note_reading
from okf.records.queries.case_records import SAID, records_in_view, timeline_of
from okf.records.queries.search import PAGE, Found, RecordSearch, records_found
from okf.records.views import write
from okf.records.views.card import card
from okf.records.views.misfilings import stubs
from okf.shell.dates import day_or_none, known
from okf.shell.tables import page_asked_for, pager, table
from okf.shell.words import moment, told
from okf.terms import Action, FamilyField, RecordClass

RECORDS_A_PAGE: Final = 20
_NUMBER: Final = "records_page"
NOTED: Final = "okf_readings_noted"


def happened(desk: Desk, view: CaseView) -> None:
    """What happened, and beside it what comes next and the family."""
    left, right = st.columns([5, 3], gap="medium")
    with left:
        records(desk, view)
    with right:
        tasks.next_on_case(desk, view)
        head.family(desk, view, key="beside")


def records(desk: Desk, view: CaseView) -> None:
    """The form that adds one, what they are searched by, and the records themselves, newest first."""
    if Action.ADD_RECORD in view.may or view.sides:
        write.record_form(desk, view)
    wanted = _wanted(view, london_date(desk.now()))
    if wanted.is_empty:
        stubs(desk, view.ref)
        page = records_in_view(desk, view.ref, page_asked_for(RECORDS_A_PAGE))
        if not page.rows:
            st.info("There is no record here that you may read. The form above puts the first one on the case.")
        for row in page.rows:
            card(desk, view, row)
        pager(page, key="records")
        return
    number = int(st.session_state.get(_NUMBER, 0))
    found = records_found(desk, view.ref, wanted, number)
    if number and not found.rows:
        st.session_state[_NUMBER] = number = 0
        found = records_found(desk, view.ref, wanted)
    _told(found)
    for row in found.rows:
        card(desk, view, row, words=wanted.words)
    _turn(found, number)


def noted(desk: Desk, view: CaseView, part: str) -> None:
    """Put on record that this part was opened, and which records it shows; once for each."""
    opened = view.emergency or view.custody
    if opened is None:
        return
    shown: tuple[str, ...] = ()
    if part == "Records":
        shown = tuple(row.id for row in records_in_view(desk, view.ref, page_asked_for(RECORDS_A_PAGE)).rows)
    already = st.session_state.setdefault(NOTED, set())
    if (opened.id, part, shown) not in already:
        note_reading(desk, view.ref, part=part, records=shown)
        already.add((opened.id, part, shown))


def something_happened(desk: Desk, view: CaseView) -> bool:
    """Whether the timeline has a line for this reader; of those who work the whole case it is not asked."""
    return view.least.shows(FamilyField.WHO_ELSE_WORKS_HERE) or bool(timeline_of(desk, view.ref))


def timeline(desk: Desk, view: CaseView) -> None:
    """What happened, as far as this reader may see it."""
    happened = timeline_of(desk, view.ref)
    if not happened:
        st.info("Nothing is on the timeline yet.")
        return
    table({"When": [moment(one.at) for one in happened], "What": [one.what for one in happened]}, caption="Timeline")


def _wanted(view: CaseView, today: date) -> RecordSearch:
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
            since = day_or_none("From", today, side=Side.PAST, key="record_since", on_change=_first)
            until = day_or_none("Until", today, side=Side.PAST, key="record_until", on_change=_first)
    return RecordSearch((words or "").strip(), tuple(kinds), tuple(told_by), known(since), known(until))


def _told(found: Found) -> None:
    if not found.total:
        st.info("Nothing of what you may read here holds that. Try fewer or other words, or take filters off.")
        return
    st.caption(
        f"{counted(found.total, 'record', 'records')} found."
        + (" Only the newest 2,000 were looked through." if found.capped else "")
    )


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
