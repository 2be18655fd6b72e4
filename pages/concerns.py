"""Concerns: the queue for those who work them; for everyone what they reported themselves (C9)."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.terms import Action
from okf.ui import decisions_due
from okf.ui.concern_queue import own_reports, queue
from okf.ui.lead_allegations import about_leads
from okf.ui.tables import first_page

QUEUE, OWN = "queue", "own"
VIEWS = {QUEUE: "Queue", OWN: "Reported by you"}


def render(desk: Desk) -> None:
    """The queue or one's own reports."""
    st.title("Concerns")
    if desk.decide(Action.LIST_LEAD_ALLEGATIONS).allowed:
        about_leads(desk)
    if not desk.decide(Action.LIST_CONCERNS).allowed:
        own_reports(desk)
        return
    view = st.segmented_control(
        "List", list(VIEWS), default=QUEUE, format_func=VIEWS.__getitem__, key="view", bind="query-params",
        required=True, on_change=first_page, label_visibility="collapsed",
    )  # fmt: skip
    if view == OWN:
        own_reports(desk)
    else:
        decisions_due.line(desk)
        queue(desk)
