"""Leavers: one action ends everything but the duty (C15)."""

from __future__ import annotations

import streamlit as st

from okf.agreements.views.duty_letter import print_letter
from okf.cases.views.tasks import left_tasks
from okf.desk import Desk
from okf.people.views.leaving import choose, one_person
from okf.shell.navigation import link


def render(desk: Desk) -> None:
    """Choose somebody, or show whom the address names."""
    st.title("Leavers")
    username = st.query_params.get("person", "").strip()
    if username:
        link("Somebody else", "leaving", icon=":material/arrow_back:")
        one_person(desk, username, letter=print_letter, tasks=left_tasks)
    else:
        choose(desk)
    link("Signature register, leavers too", "bound", icon=":material/menu_book:")
