"""Decisions: the second and third readings that wait for whoever looks, and the answers to chase (C9)."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.safeguarding.views import decisions_due


def render(desk: Desk) -> None:
    """What is due on decisions, the least time left first."""
    st.title("Decisions to read and follow up")
    decisions_due.lists(desk)
