"""Checklists: the questions, thresholds and clocks of safeguarding, as the Safeguarding Policy has them (C9)."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.safeguarding.views import checklist_texts


def render(desk: Desk) -> None:
    """The checklists with what holds, and the form to change one."""
    st.title("Checklists")
    checklist_texts.page(desk)
