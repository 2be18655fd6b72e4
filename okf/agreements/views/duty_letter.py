"""The letter on the duty that stays, for whoever records that somebody leaves (C15)."""

from __future__ import annotations

import streamlit as st

from okf.agreements.papers.duty_letter import duty_letter
from okf.agreements.queries.duty_letter import duty_letter_of
from okf.desk import Desk
from okf.shell.exports import unique_name


def print_letter(desk: Desk, username: str) -> None:
    """The button that prints somebody's letter."""
    st.download_button(
        "Print the letter (PDF)",
        lambda: duty_letter(duty_letter_of(desk, username)),
        file_name=unique_name("continuing-duty", "pdf"),
        mime="application/pdf",
        on_click="ignore",
        icon=":material/print:",
    )
