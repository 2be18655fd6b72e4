"""What was handed over: to be read and taken on, for a side without a caseworker, and by oneself without a word."""

from __future__ import annotations

from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.records.commands.handing import open_handed, take_handed
from okf.records.queries.handed import Handed, handed_in_view, handed_lists
from okf.records.queries.parts import HandedBy
from okf.records.views.files import file_line
from okf.shell.sheets import Cell, address
from okf.shell.tables import table
from okf.shell.words import day, errors_shown, moment, plain, told

_OPENED: Final = "okf_handed_opened"


def handed(desk: Desk) -> None:
    """The lists of whoever is here."""
    lists = handed_lists(desk)
    if not (lists.waiting or lists.for_nobody or lists.own):
        st.info("Nothing was handed over to you, or by you.")
    for one in lists.waiting:
        with st.container(border=True):
            _waiting(desk, one)
    if lists.for_nobody:
        st.header("For a side without a caseworker")
        st.write("Nobody reads these until that side has a caseworker: give it one.")
        table(
            {
                "Case": [Cell(one.case_ref, address("case", case=one.case_ref)) for one in lists.for_nobody],
                "Handed over": [moment(one.handed_at) for one in lists.for_nobody],
            },
            caption="Handed over for a side without a caseworker, the longest waiting first",
        )
    if lists.own:
        st.header("Handed over by you")
        for own in lists.own:
            st.text(f"Case {own.case_ref}: handed over on {day(own.handed_at)}")


def _waiting(desk: Desk, one: Handed) -> None:
    st.caption(f"Case {one.case_ref} · {one.record_id} · handed over {moment(one.handed_at)}")
    opened: set[str] = st.session_state.setdefault(_OPENED, set())
    if one.record_id not in opened:
        if st.button("Read it", key=f"read_{one.record_id}", help="That you read it goes on the audit record."):
            with errors_shown():
                open_handed(desk, one.record_id)
                opened.add(one.record_id)
                st.rerun()
        return
    row = handed_in_view(desk, one.record_id)
    st.caption(
        plain(f"{told(row.record_class)}. Told to us by: {row.told_by}. About: {', '.join(row.about) or '—'}.")
        + plain(f" Written by {row.written_by or 'somebody'}, {moment(row.occurred_at)}.")
    )
    if row.handed:
        st.caption(plain(handed_in_words(row.handed)))
    if row.title:
        st.text(row.title)
    if row.text:
        st.text(row.text)
    for file in row.files:
        file_line(desk, file)
    if st.button("I have taken it on", key=f"take_{one.record_id}", type="primary"):
        with errors_shown():
            take_handed(desk, one.record_id)
            st.rerun()


def handed_in_words(handed: HandedBy) -> str:
    """By whom a record was handed over, in words."""
    return f"Handed over by {handed.name or 'somebody'} ({told(handed.capacity).lower()}), as they heard it."
