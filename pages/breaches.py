"""Data breaches: records that may be in the wrong place, and the register with its 72 hours."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.records.views.breaches import register
from okf.records.views.misfilings import to_decide
from okf.terms import Action


def render(desk: Desk) -> None:
    """What waits for somebody to decide where it belongs, and the register."""
    st.title("Data breaches")
    to_decide(desk)
    if desk.decide(Action.LIST_BREACHES).allowed:
        register(desk)
