"""Calendar and tasks: what this person has to do and when, and what their team has."""

from __future__ import annotations

import streamlit as st

from okf.cases.views import calendar, tasks
from okf.desk import Desk

MONTH, OWN, TEAM = "Calendar", "Your tasks", "Your team"


def render(desk: Desk) -> None:
    """Show the part that is asked for."""
    st.title("Calendar and tasks")
    parts = {MONTH: calendar.month, OWN: tasks.own, TEAM: tasks.team}
    tabs = st.tabs(list(parts), key="part", on_change="rerun", bind="query-params")
    for tab, show in zip(tabs, parts.values(), strict=True):
        if tab.open:  # the others are neither read nor sent
            with tab:
                show(desk)
