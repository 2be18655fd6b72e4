"""Outstanding signatures: who has something to sign, and reminders to them (C7)."""

from __future__ import annotations

import streamlit as st

from okf.agreements.views.chasing import outstanding_list
from okf.desk import Desk
from okf.shell.navigation import link


def render(desk: Desk) -> None:
    """The list, the worst first."""
    st.title("Outstanding signatures")
    st.caption(
        "Casebook reminds by itself 14, 7 and 1 days before the last day to sign, on it, and every week after."
        " A mail names no case and no family: it says that something waits, and to sign in."
    )
    outstanding_list(desk)
    link("E-mails that were sent, and that were not", "mail", icon=":material/outgoing_mail:")
