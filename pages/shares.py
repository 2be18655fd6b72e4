"""Shares: what waits for whoever is here, what they asked for, and for the leads all that was ever asked."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.sharing.queries.lists import ShareList
from okf.sharing.views import ask, lists
from okf.shell import filters
from okf.terms import Action

VIEWS = {ShareList.WAITING: "Waiting for you", ShareList.OWN: "Asked for by you", ShareList.ALL: "All"}


def render(desk: Desk) -> None:
    """Show the list that the address names, and the form for what danger made somebody share."""
    st.title("Shares")
    st.write(
        "What leaves Our Kids First, on whose word, and what was refused. To ask for a share, open the case and its"
        " part Sharing."
    )
    ask.danger_form(desk)
    reads_all = desk.decide(Action.READ_AUDIT).allowed
    views = {one: said for one, said in VIEWS.items() if reads_all or one is not ShareList.ALL}
    lists.shares(desk, filters.switch("List", views, "list"))
