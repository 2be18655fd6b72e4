"""Forecast: what the next eight weeks bring, and the enquiries to expect; for managers."""

from __future__ import annotations

import streamlit as st

from okf.caseload.views.forecast import asked_for, coming_weeks, enquiries, list_behind
from okf.desk import Desk
from okf.safeguarding.views.on_duty import leave


def render(desk: Desk) -> None:
    """The coming weeks, or the list behind one of their figures."""
    st.title("Forecast")
    asked = asked_for()
    if asked:
        list_behind(desk, *asked)
        return
    coming_weeks(desk)
    leave(desk)
    enquiries(desk)
