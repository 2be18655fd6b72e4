"""One set of figures for funders: what it shows, its approval, its files."""

from __future__ import annotations

import streamlit as st

from okf.caseload.queries.figures import figures
from okf.caseload.views.figures import actions, head, parts
from okf.desk import Desk
from okf.policy.figures import why_hidden
from okf.shell.navigation import link


def render(desk: Desk) -> None:
    """The set that the address names."""
    ref = st.query_params.get("ref", "")
    found = figures(desk, ref)
    st.title(f"Figures, {found.row.period.in_words()}")
    link("All sets of figures", "figures", icon=":material/arrow_back:")
    head(found)
    parts(found.body["parts"], why=why_hidden(found.body))
    actions(desk, found)
