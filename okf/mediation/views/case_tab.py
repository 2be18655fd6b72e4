"""The tab Mediation of a case: its mediations, and starting one with a mediator who is free."""

from __future__ import annotations

import streamlit as st

from okf.cases.queries.case import CaseView
from okf.desk import Desk
from okf.mediation.commands.mediations import start_mediation
from okf.mediation.queries.mediations import free_mediators, mediations_on
from okf.mediation.views.head import without_prejudice
from okf.policy.mediation import stands
from okf.shell.navigation import link
from okf.shell.words import errors_shown, told
from okf.terms import MediationKind


def mediation(desk: Desk, view: CaseView) -> None:
    """The mediations of this case; for whoever may, the form that starts one."""
    without_prejudice()
    found = mediations_on(desk, view.ref)
    for one in found.rows:
        with st.container(border=True, gap="small"):
            st.text(f"{told(one.kind)} mediation {one.ref}: {stands(one.status)}")
            st.caption(f"Mediator: {one.mediator_name or 'not named'}")
            if found.may_open:
                link("Open this mediation", "mediation", icon=":material/forum:", ref=one.ref)
    if found.may_start:
        _start(desk, view)
    elif not found.rows:
        st.text("There is no mediation in this case. A manager starts one, between two parties.")


def _start(desk: Desk, view: CaseView) -> None:
    free = {one.username: one for one in free_mediators(desk, view.ref)}
    st.header("Start a mediation")
    if not free:
        st.warning(
            "No mediator is free for this case: each has a tie to the family, or worked for one of the parties. Ask a"
            " mediator from outside, and give them an account first."
        )
        return
    with st.form("start_mediation", border=False):
        kind = st.radio(
            "Which kind",
            list(MediationKind),
            format_func=told,
            horizontal=True,
            help="The promise protects both alike.",
        )
        mediator = st.selectbox(
            "Mediator",
            list(free),
            index=None,
            format_func=lambda one: str(free[one]),
            help="Nobody with a tie to the family, and nobody who worked for one of the parties, is in this list.",
        )
        st.caption(
            "The mediator is let in at the same moment: into what is joint, and their own private notes with each"
            " participant. Nobody meets before each was screened alone, found suitable and agreed."
        )
        if st.form_submit_button("Start the mediation", type="primary"):
            with errors_shown():
                ref = start_mediation(desk, view.ref, kind=kind or MediationKind.INFORMAL, mediator=mediator or "")
                st.success(f"Mediation {ref} has started. Its mediator finds it in their list.")
