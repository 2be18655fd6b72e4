"""Audit record: who did what, what was decided, and why; for the data protection lead and the safeguarding leads."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.proof.queries.record import record_page
from okf.proof.views.record import as_file, shown, wanted
from okf.shell.exports import download_buttons


def render(desk: Desk) -> None:
    """The search, and one page of what it found."""
    st.title("Audit record")
    st.write(
        "Everything that was opened, changed, shared or refused, without confidential words. Your search is on it too."
    )
    asked = wanted(desk)
    if asked is None:
        return
    key = repr(asked)
    if st.session_state.get("record_of") != key:
        st.session_state["record_of"], st.session_state["record_trail"] = key, []
    trail: list[int] = st.session_state["record_trail"]
    page = record_page(desk, asked, before=trail[-1] if trail else None)
    shown(page)
    with st.container(horizontal=True):
        if trail and st.button("Newer", icon=":material/arrow_back:"):
            trail.pop()
            st.rerun()
        if page.older is not None and st.button("Older", icon=":material/arrow_forward:"):
            trail.append(page.older)
            st.rerun()
    if page.rows:
        download_buttons("record", lambda form: as_file(desk, asked, form))
