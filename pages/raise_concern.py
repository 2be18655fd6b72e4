"""Raise a concern: by anyone, about anyone, in a minute; never a gate (C9)."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.safeguarding.views.raise_form import danger_first, form


def render(desk: Desk) -> None:
    """What comes first in danger, then the form."""
    st.title("Raise a concern")
    danger_first()
    form(desk)
