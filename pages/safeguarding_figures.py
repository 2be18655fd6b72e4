"""Safeguarding figures: a quarter in numbers, for the leads and the trustees, nobody recognisable in them."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.safeguarding.views.figures import quarter


def render(desk: Desk) -> None:
    """One quarter."""
    st.title("Safeguarding figures")
    quarter(desk)
