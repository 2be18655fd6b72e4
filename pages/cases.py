"""Cases: one's own with names, and for managers the whole caseload by what it is."""

from __future__ import annotations

import streamlit as st

from okf.cases.views import lists as case_lists
from okf.cases.views.filters import KEYS, filters, order
from okf.desk import Desk
from okf.shell.navigation import as_asked
from okf.shell.tables import first_page
from okf.terms import Action

OWN, CASELOAD, ENDING = "mine", "caseload", "ending"
VIEWS = {
    OWN: "Your cases",
    CASELOAD: "Whole caseload",
    ENDING: "Access ending this week",
}


def render(desk: Desk) -> None:
    """Show the list that the address names, of those that this person may open."""
    st.title("Cases")
    as_asked("view", *KEYS)
    view = _view(desk)
    if view == ENDING:
        case_lists.ending(desk)
    else:
        whole = view == CASELOAD
        chosen = filters(desk, whole_caseload=whole)
        sorted_by = order(chosen, whole_caseload=whole)
        (case_lists.caseload if whole else case_lists.own_cases)(desk, chosen, sorted_by)


def _view(desk: Desk) -> str:
    views = [OWN]
    if desk.decide(Action.LIST_CASELOAD).allowed:
        views = [CASELOAD, OWN, ENDING]
    if len(views) == 1:
        return OWN
    picked = st.segmented_control(
        "List",
        views,
        default=views[0],
        format_func=VIEWS.__getitem__,
        key="view",
        bind="query-params",
        required=True,
        on_change=first_page,
        label_visibility="collapsed",
    )
    return picked or views[0]
