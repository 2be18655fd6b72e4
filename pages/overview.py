"""Overview: what needs this person today."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk


def render(desk: Desk) -> None:
    """Show it."""
    st.title("Overview")
    st.text(f"Good day, {desk.actor}.")
