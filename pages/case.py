"""Case: one case by its reference, as far as whoever looks may see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import streamlit as st

from okf.cases.queries.case import CaseView
from okf.cases.views import access, access_routes, head, people, run, tasks
from okf.desk import Desk
from okf.mediation.views import case_tab
from okf.proof.views.record import log_of_case
from okf.records.views import list as record_list, write
from okf.sharing.views import lists as share_lists
from okf.shell.navigation import link
from okf.terms import Action, FamilyField

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
    head.head(desk, view, to_the_form=write.to_the_form)
    if not view.opened and Action.OPEN_CUSTODY in view.may and view.closed_at:
        access_routes.offer_custody(desk, case_ref)
    shown, parts = _shown(desk, view), _parts()
    tabs = dict(zip(shown, st.tabs(shown, key="part", on_change="rerun", bind="query-params"), strict=True))
    for name, tab in tabs.items():
        if tab.open:  # the others are neither read nor sent
            with tab:
                record_list.noted(desk, view, name)
                parts[name](desk, view)


def _parts() -> Mapping[str, Callable[[Desk, CaseView], None]]:
    """What draws each tab."""
    return {
        RECORDS: record_list.happened,
        TASKS: tasks.on_case,
        SHARING: share_lists.sharing,
        TIMELINE: record_list.timeline,
        PEOPLE: people.people,
        MEDIATION: case_tab.mediation,
        ACCESS: partial(access.access, log=log_of_case),
        CONCERNS: head.concerns,
        RUN: run.run,
    }


def _shown(desk: Desk, view: CaseView) -> list[str]:
    """The tabs in which there is something for this reader."""
    happened = view.opened and record_list.something_happened(desk, view)
    theirs = {
        RECORDS: view.opened and (Action.ADD_RECORD in view.may or happened),
        TASKS: view.opened,
        SHARING: view.opened,
        TIMELINE: happened,
        PEOPLE: view.reaches_anybody,
        MEDIATION: (view.opened and view.least.shows(FamilyField.MEDIATION)) or Action.START_MEDIATION in view.may,
        ACCESS: True,
        CONCERNS: True,
        RUN: bool(view.may & {Action.GRANT, Action.CLOSE_CASE, Action.REOPEN_CASE, Action.CHANGE_CASE}),
    }
    return [name for name, there in theirs.items() if there]
