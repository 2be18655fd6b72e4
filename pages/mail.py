"""E-mails: what Casebook sent, what waits, and what did not go."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.people.views.mails import mails


def render(desk: Desk) -> None:
    """The mails, those that did not go first."""
    st.title("E-mails")
    mails(desk)
