"""Agreements: who has signed what, and who has not (C7)."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.terms import Action
from okf.ui.agreement_board import board, person
from okf.ui.links import link


def render(desk: Desk) -> None:
    """The board, or the person that the address names."""
    st.title("Agreements")
    username = st.query_params.get("person", "").strip()
    if username:
        link("Everybody", "agreements", icon=":material/arrow_back:")
        person(desk, username)
    else:
        with st.container(horizontal=True):
            if desk.decide(Action.DRAFT_AGREEMENT).allowed:
                link("Agreement texts", "agreement_texts", icon=":material/edit_note:")
            if desk.decide(Action.FILE_PAPER_SIGNATURE).allowed:
                link("Signatures on paper", "paper_signatures", icon=":material/contract:")
        board(desk)
