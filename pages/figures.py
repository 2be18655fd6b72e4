"""Figures for funders: numbers about groups, from which nobody can be recognised."""

from __future__ import annotations

import streamlit as st

from okf.caseload.queries.figures import figure_sets
from okf.caseload.views.figures import listed, prepare
from okf.desk import Desk
from okf.terms import Action


def render(desk: Desk) -> None:
    """The form for new figures, for those who make them, and all sets there are."""
    st.title("Figures for funders")
    rows = figure_sets(desk)
    st.write(
        "Numbers by period, area and kind, kept as they were counted. Small numbers are hidden, and so are those that"
        " would give them away. Somebody else approves each set before it leaves."
    )
    if desk.decide(Action.PREPARE_FIGURES).allowed:
        with st.expander("Make a new set", expanded=not rows):
            prepare(desk, rows)
    listed(rows)
