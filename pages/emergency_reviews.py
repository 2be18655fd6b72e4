"""Emergency reviews: emergency accesses of others, each to be looked at by the end of the next working day."""

from __future__ import annotations

import streamlit as st

from okf.cases.queries.emergencies import emergencies_reviewed, emergencies_to_review
from okf.cases.views import access_routes
from okf.desk import Desk
from okf.shell import filters

WAITING, DONE = "waiting", "done"
VIEWS = {WAITING: "To review", DONE: "Reviewed"}


def render(desk: Desk) -> None:
    """Those that wait, the longest first; or those that were reviewed."""
    st.title("Emergency reviews")
    with st.container():  # always there, so that what stands below keeps its place
        if st.session_state.pop("okf_reviewed", None):
            st.success("The review is on record.")
    view = filters.switch("List", VIEWS, "view")
    if view == DONE:
        rows = emergencies_reviewed(desk)
        if not rows:
            st.info("No emergency access of somebody else was reviewed yet.")
        for one in rows:
            access_routes.reviewed(one)
        return
    waiting = emergencies_to_review(desk)
    if not waiting:
        st.info("No emergency access waits for a review by you. One's own is reviewed by somebody else.")
    for one in waiting:
        access_routes.to_review(desk, one)
