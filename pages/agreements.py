"""Agreements: who has signed what, and who has not (C7)."""

from __future__ import annotations

import streamlit as st

from okf.agreements.views.board import board, person
from okf.desk import Desk
from okf.shell.navigation import link


def render(desk: Desk) -> None:
    """The board, or the person that the address names."""
    st.title("Agreements")
    username = st.query_params.get("person", "").strip()
    if username:
        link("Everybody", "agreements", icon=":material/arrow_back:")
        person(desk, username)
    else:
        board(desk)
