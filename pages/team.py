"""Team: one worker's caseload for supervision; figures and dates, no content and no service user's name."""

from __future__ import annotations

import streamlit as st

from okf.caseload.views.team import chosen, supervision
from okf.desk import Desk


def render(desk: Desk) -> None:
    """The person whom the address names."""
    st.title("Team")
    username = chosen(desk)
    if username is None:
        st.info("Choose a person to see their caseload, what is overdue and what comes. It can be printed.")
        return
    supervision(desk, username)
