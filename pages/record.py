"""Audit record: who did what, what was decided, and why; for the data protection lead and the safeguarding leads."""

from __future__ import annotations

import streamlit as st

from okf.clock import london_date
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
    before = st.query_params.get("after", "")
    page = record_page(desk, asked, before=int(before) if before.isdecimal() and len(before) < 19 else None)
    shown(page)
    if page.rows:
        download_buttons("Record", lambda form: as_file(desk, asked, form), on=london_date(desk.now()))
