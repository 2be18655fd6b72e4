"""What managers and leads do to a case: grant, hand over, change its status, close, reopen."""

from __future__ import annotations

import streamlit as st

from okf.cases.commands.cases import HEAVIEST, change_case_status, weigh_case
from okf.cases.queries.case import CaseView
from okf.cases.queries.closing import may_ask_to_close
from okf.cases.views import allocation, closing, handover, match_reports
from okf.desk import Desk
from okf.shell.words import told, told_plainly
from okf.terms import Action, CaseStatus


def run(desk: Desk, view: CaseView) -> None:
    """The forms that this person may use on this case as it stands."""
    closed = view.status is CaseStatus.CLOSED
    match_reports.reports(desk, view)
    allocation.just_given()
    if Action.GRANT in view.may:
        with st.expander("Grant access", icon=":material/person_add:", expanded=bool(view.unallocated_since)):
            allocation.give(desk, view.ref)
        with st.expander("Who sees what now", icon=":material/visibility:"):
            allocation.matrix(desk, view.ref)
        with st.expander("Hand over", icon=":material/swap_horiz:"):
            handover.form(desk, view)
    if Action.CHANGE_CASE in view.may:
        with st.expander("Change the status", icon=":material/flag:"), st.form("status", border=False):
            options = [one for one in CaseStatus if one is not CaseStatus.CLOSED]
            status = st.selectbox("Status", options, format_func=told)
            if st.form_submit_button("Change"):
                with told_plainly():
                    change_case_status(desk, view.ref, status=status)
                    allocation.say_above(f"The case is now: {told(status).lower()}.")
        with st.expander("What it counts as", icon=":material/scale:"), st.form("weight", border=False):
            weight = st.slider(
                "Counts as so many ordinary cases",
                1,
                HEAVIEST,
                value=view.complexity,
                help="Against the number that its caseworker can carry.",
            )
            if st.form_submit_button("Change"):
                with told_plainly():
                    weigh_case(desk, view.ref, complexity=weight)
                    allocation.say_above(f"The case counts as {weight} from now on.")
    if not closed and may_ask_to_close(desk, view.ref):
        with st.expander("Close the case", icon=":material/lock:"):
            closing.close(desk, view)
    if Action.REOPEN_CASE in view.may and closed:
        with st.expander("Reopen the case", icon=":material/lock_open:"):
            closing.reopen(desk, view)
