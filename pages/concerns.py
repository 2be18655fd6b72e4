"""Concerns: the queue for those who work them; for everyone what they reported themselves (C9)."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.safeguarding.views import decisions_due
from okf.safeguarding.views.queue import about_leads, own_reports, queue
from okf.shell import filters
from okf.terms import Action

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
    if filters.switch("List", VIEWS, "view") == OWN:
        own_reports(desk)
    else:
        decisions_due.line(desk)
        queue(desk)
