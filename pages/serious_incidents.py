"""Serious incidents: the reports that were handed over to the trustees, in roles and without names (C9)."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.safeguarding.views.serious_incident import handed_over


def render(desk: Desk) -> None:
    """The reports, newest first."""
    st.title("Serious incidents")
    st.write(
        "Drafts for the Charity Commission. Casebook sends them to nobody: a trustee decides whether one is filed."
    )
    handed_over(desk)
