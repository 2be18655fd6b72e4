"""Cases: one's own with names, and for managers the whole caseload by what it is."""

from __future__ import annotations

import streamlit as st

from okf.cases.views import lists as case_lists
from okf.cases.views.filters import KEYS
from okf.desk import Desk
from okf.shell import filters as shell_filters
from okf.shell.navigation import as_asked
from okf.terms import Action

OWN, CASELOAD, ENDING = "mine", "caseload", "ending"
VIEWS = {CASELOAD: "Whole caseload", OWN: "Your cases", ENDING: "Access ending this week"}


def render(desk: Desk) -> None:
    """Show the list that the address names, of those that this person may open."""
    st.title("Cases")
    as_asked("view", *KEYS)
    view = _view(desk)
    {ENDING: case_lists.ending, CASELOAD: case_lists.caseload, OWN: case_lists.own_cases}[view](desk)


def _view(desk: Desk) -> str:
    if not desk.decide(Action.LIST_CASELOAD).allowed:
        return OWN
    return shell_filters.switch("List", VIEWS, "view")
