"""Who has access: who can open how much and why, for those who oversee access; no service user's name."""

from __future__ import annotations

import streamlit as st

from okf.caseload.queries.access_map import access_figures
from okf.caseload.views.access_map import VIEWS, alarm, show
from okf.cases.views.unused_access import persons_access, said_before
from okf.desk import Desk
from okf.shell import filters


def render(desk: Desk) -> None:
    """The map by the view that the address names, or what one person holds."""
    st.title("Who has access")
    said_before()
    person = st.query_params.get("person", "").strip()
    if person:
        persons_access(desk, person)
        return
    figures = access_figures(desk)
    alarm(figures)
    show(desk, figures, filters.switch("Show", VIEWS, "view"))
