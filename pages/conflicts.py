"""Conflicts of interest: what waits for a look, a decision or a second person, and declared ties that stand."""

from __future__ import annotations

import streamlit as st

from okf.cases.views import families, look_first
from okf.cases.views.conflicts import may_list, standing, stopped
from okf.desk import Desk


def render(desk: Desk) -> None:
    """What waits first, then what stands."""
    st.title("Conflicts of interest")
    look_first.waiting(desk)
    if may_list(desk):
        stopped(desk)
    families.waiting(desk)
    standing(desk)
