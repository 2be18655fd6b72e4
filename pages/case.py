"""Case: one case by its reference, as far as whoever looks may see it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from okf.cases.views import (
    access as case_access,
    custody,
    emergency as case_emergency,
    head as case_head,
    parts as case_parts,
    people as case_people,
    run as case_run,
)
from okf.desk import Desk
from okf.mediation.views import case_tab as case_mediation
from okf.proof.views.record import log_of_case
from okf.records.views import list as record_list, reading, timeline
from okf.sharing.views import lists as share_lists
from okf.shell.links import link
from okf.terms import Action

RECORDS, TASKS, TIMELINE, ACCESS, CONCERNS, RUN = "Records", "Tasks", "Timeline", "Access", "Concerns", "Manage"
PEOPLE = "People"
MEDIATION = "Mediation"
SHARING = "Sharing"


def render(desk: Desk) -> None:
    """Show the case that the address names."""
    case_ref = st.query_params.get("case", "").strip()
    if not case_ref:
        st.title("Case")
        case_emergency.door(desk)
        return
    view = case_head.look_into(desk, case_ref)
    if view is None:
        case_emergency.ways(desk, case_ref)
        link("Back to the cases", "cases", icon=":material/arrow_back:")
        return
    case_head.head(desk, view)
    if not view.opened and Action.OPEN_CUSTODY in view.may and view.closed_at:
        custody.offer(desk, case_ref)
    shown = [RECORDS, TASKS, SHARING, TIMELINE, PEOPLE] if view.opened else []
    shown += [MEDIATION] if view.opened or Action.START_MEDIATION in view.may else []
    shown += [ACCESS, CONCERNS]
    if view.may & {Action.GRANT, Action.CLOSE_CASE, Action.REOPEN_CASE, Action.CHANGE_CASE}:
        shown.append(RUN)
    tabs = dict(zip(shown, st.tabs(shown, key="part", on_change="rerun", bind="query-params"), strict=True))
    parts = {
        RECORDS: record_list.records,
        TASKS: case_parts.tasks,
        SHARING: share_lists.sharing,
        TIMELINE: timeline.timeline,
        PEOPLE: case_people.people,
        MEDIATION: case_mediation.mediation,
        ACCESS: partial(case_access.access, log=log_of_case),
        CONCERNS: case_parts.concerns,
        RUN: case_run.run,
    }
    for name, tab in tabs.items():
        if tab.open:  # the others are neither read nor sent
            with tab:
                reading.noted(desk, view, name)
                parts[name](desk, view)
