"""Caseload: how much there is, who carries it, what to watch; every figure opens the list behind it."""

from __future__ import annotations

import streamlit as st

from okf.caseload.queries.caseload import caseload_picture
from okf.caseload.views import caseload as parts
from okf.caseload.views.filters import Addresses, filters
from okf.cases.queries.watch import to_watch
from okf.desk import Desk
from okf.safeguarding.views import decisions_due
from okf.terms import Action


def render(desk: Desk) -> None:
    """The figures as the filters in the address ask for them."""
    st.title("Caseload")
    wanted = filters(desk)
    to = Addresses.of(desk, wanted)
    parts.watch(to_watch(desk, wanted), to)
    decisions_due.overdue(desk)
    picture = caseload_picture(desk, wanted)
    parts.loads(picture, wanted, to)
    if desk.decide(Action.SET_CASELOAD_LIMIT).allowed:
        parts.limits(desk)
    if wanted.caseworker is None:
        parts.over_time(picture, to)
    parts.waiting(picture, wanted, to)
    left, right = st.columns(2)
    with left:
        parts.ages(picture, wanted, to)
        parts.areas(picture, to)
    with right:
        parts.kinds(picture, to)
        if wanted.caseworker is None:
            parts.outcomes(picture, wanted, to)
    parts.stands(picture, wanted, to)
