"""Explain a decision: what somebody may or may not do, now or on a past day, in plain words with the clauses (C5)."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.proof.views.why_form import ask, show


def render(desk: Desk) -> None:
    """The question and its answer."""
    st.title("Explain a decision")
    st.write("Ask why something is open to you or not. That you asked goes on the record, what you asked of does not.")
    explained = ask(desk)
    if explained:
        show(explained)
