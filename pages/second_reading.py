"""Second reading: what would go out, for one of the pool of second readers in their turn (C8)."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.errors import NotFound
from okf.sharing.views import second_reading
from okf.shell.navigation import link


def render(desk: Desk) -> None:
    """The version that the address names."""
    st.title("Second reading")
    try:
        second_reading.reading(desk, st.query_params.get("ref", "").strip())
    except NotFound:
        st.info("Nothing of this address waits for you. What does is listed among the shares.")
    link("To the shares", "shares", icon=":material/arrow_back:")
