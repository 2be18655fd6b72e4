"""The tab Mediation of a case: its mediations, and starting one with a mediator who is free."""

from __future__ import annotations

from typing import Final

import streamlit as st

from okf.cases.queries.case import CaseView
from okf.desk import Desk
from okf.mediation.commands.mediations import change_mediator, start_mediation
from okf.mediation.queries.mediations import CaseMediationRow, free_mediators, mediations_on
from okf.mediation.views.head import without_prejudice
from okf.policy.mediation import stands
from okf.shell.navigation import link
from okf.shell.words import errors_shown, flash, show_flash, told
from okf.terms import MediationKind

_SAID: Final = "okf_case_mediation_said"


def mediation(desk: Desk, view: CaseView) -> None:
    """The mediations of this case; for whoever may, the form that starts one."""
    without_prejudice()
    show_flash(_SAID)
    found = mediations_on(desk, view.ref)
    for one in found.rows:
        with st.container(border=True, gap="small"):
            st.text(f"{told(one.kind)} mediation {one.ref}: {stands(one.status)}")
            st.caption(f"Mediator: {one.mediator_name or 'not named'}")
            if found.may_open:
                link("Open this mediation", "mediation", icon=":material/forum:", ref=one.ref)
            if found.may_change and not one.over:
                _change(desk, view, one)
    if found.may_start:
        _start(desk, view)
    elif not found.rows:
        st.text("There is no mediation in this case. A manager starts one, between two parties.")


def _change(desk: Desk, view: CaseView, one: CaseMediationRow) -> None:
    """The form that gives a mediation to another mediator."""
    with st.expander("Another mediator", icon=":material/swap_horiz:"):
        free = {who.username: who for who in free_mediators(desk, view.ref) if who.name != one.mediator_name}
        if not free:
            st.warning("No other mediator is free for this case. Ask one from outside, and give them an account first.")
            return
        with st.form(f"change_{one.ref}", border=False):
            to = st.selectbox(
                "Who mediates from now on",
                list(free),
                index=None,
                format_func=lambda who: str(free[who]),
                help="Nobody with a tie to the family, and nobody who worked for one of the parties, is in this list.",
            )
            st.caption(
                "The access of the mediator before ends at once. The next one gets what is joint, the sessions that are"
                " planned and the tasks, and nothing that a participant told the one before alone: each is screened"
                " again before anybody meets. Whoever leads for a party gets a task to tell them."
            )
            if st.form_submit_button("Change the mediator"):
                with errors_shown():
                    change_mediator(desk, one.ref, to=to or "")
                    flash(_SAID, f"{free[str(to)].name} mediates in {one.ref} from now on.")
                    st.rerun()


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
