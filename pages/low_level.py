"""Low-level concerns: conduct of a worker below the harm threshold, kept apart from every other list (C9)."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.safeguarding.views import low_level


def render(desk: Desk) -> None:
    """What it is for, the form, and the log."""
    st.title("Low-level concerns")
    low_level.what_it_is()
    low_level.new(desk)
    low_level.log(desk)
