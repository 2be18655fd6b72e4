"""Records handed over: what somebody wrote into the part that it belongs to, for whoever works there."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.records.views.handed import handed


def render(desk: Desk) -> None:
    """What it is for, and the lists."""
    st.title("Records handed over")
    st.write(
        "What one side tells another side's caseworker is written where it belongs, and read there alone. Whoever wrote"
        " it down reads it no more."
    )
    handed(desk)
