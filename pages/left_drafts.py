"""Drafts that go: what somebody had begun when a case closed, for a day (C6)."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.records.views import left


def render(desk: Desk) -> None:
    """Whoever is here sees their own."""
    st.title("Unfinished drafts")
    left.every(desk)
