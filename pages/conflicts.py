"""Conflicts of interest: allocations and links of cases that wait, and declared ties, for those who may lift them."""

from __future__ import annotations

import streamlit as st

from okf.cases.views import families
from okf.cases.views.conflicts import may_list, standing, stopped
from okf.desk import Desk


def render(desk: Desk) -> None:
    """What waits first, then what stands."""
    st.title("Conflicts of interest")
    if may_list(desk):
        stopped(desk)
    families.waiting(desk)
    standing(desk)
