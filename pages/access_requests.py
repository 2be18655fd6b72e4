"""Access requests: ask for a case, read the answers; for those who may grant, what waits for their decision."""

from __future__ import annotations

import streamlit as st

from okf.cases.queries.access_requests import own_requests, requests_to_decide
from okf.cases.views import access_requests, allocation
from okf.desk import Desk
from okf.terms import Action


def render(desk: Desk) -> None:
    """What waits for this person's decision, then their own requests."""
    st.title("Access requests")
    allocation.just_given()
    if desk.decide(Action.DECIDE_ACCESS_REQUEST).allowed:
        waiting = requests_to_decide(desk)
        st.header("To decide")
        if not waiting:
            st.info("No request waits for your decision.")
        labels = {one.ref: f"{one.name}: {one.asked_for}" for one in waiting}
        if labels:
            chosen = st.selectbox("Request", list(labels), format_func=labels.__getitem__, key="request")
            access_requests.decide(desk, next(one for one in waiting if one.ref == chosen))
        st.header("Your own")
    access_requests.ask(desk)
    access_requests.own(own_requests(desk))
