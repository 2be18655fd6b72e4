"""Vetting and training: what has run out, what soon will, and what that means for access (C5)."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.people.views.worker_checks import worker_checks


def render(desk: Desk) -> None:
    """The checks of everybody here, and the rules."""
    st.title("Vetting and training")
    worker_checks(desk)
