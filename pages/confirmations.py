"""Confirm access: what nobody has looked at for ninety days, to be confirmed or ended."""

from __future__ import annotations

import streamlit as st

from okf.cases.views.confirm import to_confirm
from okf.desk import Desk


def render(desk: Desk) -> None:
    """The accesses that were longest not looked at, person by person."""
    st.title("Confirm access")
    st.write("Say of each whether it is still needed. Your own is confirmed by somebody else.")
    to_confirm(desk)
