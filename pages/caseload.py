"""Caseload: what to watch today, who carries how much, trends and outcomes; every figure opens the list behind it."""

from __future__ import annotations

import streamlit as st

from okf.caseload.queries.caseload import caseload_picture, caseload_team
from okf.caseload.views import caseload as parts
from okf.caseload.views.filters import Addresses, filters
from okf.cases.queries.loads import CaseloadFilter
from okf.cases.queries.watch import to_watch
from okf.desk import Desk
from okf.safeguarding.views import decisions_due
from okf.terms import Action


def render(desk: Desk) -> None:
    """The figures as the filters in the address ask for them; of the tabs the one that is open."""
    st.title("Caseload")
    wanted = filters(desk)
    to = Addresses.of(desk, wanted)
    shown = {"Today": _today, "Team": _team, "Trends": _trends, "Outcomes": _outcomes}
    tabs = st.tabs(list(shown), key="part", on_change="rerun", bind="query-params")
    for tab, show in zip(tabs, shown.values(), strict=True):
        if tab.open:  # the others ask nothing of the database
            with tab:
                show(desk, wanted, to)


def _today(desk: Desk, wanted: CaseloadFilter, to: Addresses) -> None:
    parts.watch(to_watch(desk, wanted), to)
    decisions_due.overdue(desk)


def _team(desk: Desk, wanted: CaseloadFilter, to: Addresses) -> None:
    parts.loads(caseload_team(desk, wanted), wanted, to)
    if desk.decide(Action.SET_CASELOAD_LIMIT).allowed:
        parts.limits(desk)


def _trends(desk: Desk, wanted: CaseloadFilter, to: Addresses) -> None:
    picture = caseload_picture(desk, wanted)
    if wanted.caseworker is None:
        parts.over_time(picture, to)
    else:
        parts.open_alone()
    parts.waiting(picture, wanted, to)
    left, right = st.columns(2)
    with left:
        parts.ages(picture, wanted, to)
        parts.areas(picture, to)
    with right:
        parts.kinds(picture, to)


def _outcomes(desk: Desk, wanted: CaseloadFilter, to: Addresses) -> None:
    picture = caseload_picture(desk, wanted)
    if wanted.caseworker is None:
        parts.outcomes(picture, wanted, to)
    else:
        parts.open_alone()
    parts.stands(picture, wanted, to)
