"""Case: one case by its reference, as far as whoever looks may see it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from okf.cases.views import access, access_routes, head, people, run, tasks
from okf.desk import Desk
from okf.mediation.views import case_tab
from okf.proof.views.record import log_of_case
from okf.records.views import list as record_list
from okf.sharing.views import lists as share_lists
from okf.shell.navigation import link
from okf.terms import Action

RECORDS, TASKS, SHARING, TIMELINE, PEOPLE = "Records", "Tasks", "Sharing", "Timeline", "People"
MEDIATION, ACCESS, CONCERNS, RUN = "Mediation", "Access", "Concerns", "Manage"


def render(desk: Desk) -> None:
    """Show the case that the address names."""
    case_ref = st.query_params.get("case", "").strip()
    if not case_ref:
        st.title("Case")
        access_routes.no_case_named(desk)
        return
    view = head.look_into(desk, case_ref)
    if view is None:
        access_routes.ways(desk, case_ref)
        link("Back to the cases", "cases", icon=":material/arrow_back:")
        return
    head.head(desk, view)
    if not view.opened and Action.OPEN_CUSTODY in view.may and view.closed_at:
        access_routes.offer_custody(desk, case_ref)
    shown = [RECORDS, TASKS, SHARING, TIMELINE, PEOPLE] if view.opened else []
    shown += [MEDIATION] if view.opened or Action.START_MEDIATION in view.may else []
    shown += [ACCESS, CONCERNS]
    if view.may & {Action.GRANT, Action.CLOSE_CASE, Action.REOPEN_CASE, Action.CHANGE_CASE}:
        shown.append(RUN)
    tabs = dict(zip(shown, st.tabs(shown, key="part", on_change="rerun", bind="query-params"), strict=True))
    parts = {
        RECORDS: record_list.records,
        TASKS: tasks.on_case,
        SHARING: share_lists.sharing,
        TIMELINE: record_list.timeline,
        PEOPLE: people.people,
        MEDIATION: case_tab.mediation,
        ACCESS: partial(access.access, log=log_of_case),
        CONCERNS: head.concerns,
        RUN: run.run,
    }
    for name, tab in tabs.items():
        if tab.open:  # the others are neither read nor sent
            with tab:
                record_list.noted(desk, view, name)
                parts[name](desk, view)
