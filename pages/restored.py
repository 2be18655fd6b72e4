"""Restored backup from a backup: what is missing, what to do about it, and the two signatures."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.proof.queries.restorations import restorations
from okf.proof.views.restored import done_before, waits


def render(desk: Desk) -> None:
    """What waits for signatures, and every restoration there was."""
    st.title("Restored backup")
    found = restorations(desk)
    if not found:
        st.info("No earlier copy of the database was ever put back.")
    for one in found:
        if one.opened_at is None:
            waits(desk, one)
    done_before([one for one in found if one.opened_at is not None])
