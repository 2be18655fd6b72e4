"""The head of one mediation: what it is, where it stands, and how its mediator takes it on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from okf.cases.commands.cases import open_case_file
from okf.cases.views import contact_warning
from okf.desk import Desk
from okf.errors import NotFound, Refused
from okf.mediation.commands.mediations import conclude_mediation, end_mediation, pause_mediation, resume_mediation
from okf.mediation.queries.mediation import MediationView, mediation_in_view
from okf.mediation.views.prejudice import without_prejudice
from okf.policy.mediation import ENDED_IN_WORDS, EndedBecause, stands
from okf.shell.navigation import link
from okf.shell.tables import table
from okf.shell.words import moment, told, told_plainly
from okf.terms import MediationStatus


def look_into(desk: Desk, ref: str) -> MediationView | None:
    """The mediation, its case's opening put on record; None, told as it must be, where there is none to see."""
    try:
        view = mediation_in_view(desk, ref)
        open_case_file(desk, view.case_ref)
    except (NotFound, Refused) as told_so:
        st.title("Mediation")
        st.text(str(told_so))
        return None
    return view


def head(desk: Desk, view: MediationView) -> None:
    """Which mediation it is and where it stands; for its mediator, what can be done with it now."""
    st.title(f"Mediation {view.ref}")
    without_prejudice()
    st.text(f"{told(view.kind)} mediation, {stands(view.status)}. Mediator: {view.mediator_name or 'not named'}.")
    st.text(f"Between {' and '.join(one.name for one in view.participants)}.")
    contact_warning.on_case(desk, view.case_ref)
    link(f"Case {view.case_ref}", "case", icon=":material/folder_open:", case=view.case_ref, part="Mediation")
    if view.mine and not view.over:
        _moves(desk, view)


def history(_desk: Desk, view: MediationView) -> None:
    """How it came to where it stands."""
    if not view.steps:
        st.text("Nothing is on record of how this mediation began: it was taken over from before.")
        return
    steps = list(reversed(view.steps))
    table({"When": [moment(one.at) for one in steps], "What": [one.what for one in steps]}, alt="What happened")


def _moves(desk: Desk, view: MediationView) -> None:
    with st.container(horizontal=True):
        if view.status is MediationStatus.IN_PROGRESS:
            st.button(
                "Pause", icon=":material/pause:", on_click=_do, args=(desk, view, pause_mediation, "It is paused.")
            )
        if view.status is MediationStatus.PAUSED:
            st.button(
                "Go on with it",
                icon=":material/play_arrow:",
                on_click=_do,
                args=(desk, view, resume_mediation, "It goes on."),
            )
        if view.status is not MediationStatus.ASSESSMENT:
            with st.popover("Conclude", icon=":material/done_all:"):
                st.text("It came to its end. No more sessions; the outcome summary may still be issued.")
                st.button(
                    "Conclude it",
                    on_click=_do,
                    args=(desk, view, conclude_mediation, "It is concluded."),
                    key="conclude_sure",
                )
        with st.popover("End it", icon=":material/stop_circle:"):
            st.text("It can't be taken up again. Everybody learns these words and no others:")
            because = st.radio("Why", list(EndedBecause), format_func=ENDED_IN_WORDS.__getitem__, key="end_because")
            ending = partial(end_mediation, because=because or EndedBecause.BY_CHOICE)
            st.button(
                "End this mediation",
                key="end_sure",
                on_click=_do,
                args=(desk, view, ending, "It is not going ahead."),
            )
    if said := st.session_state.pop(_SAID, None):
        st.success(said)


_SAID = "okf_mediation_said"


def _do(desk: Desk, view: MediationView, command: Callable[[Desk, str], None], said: str) -> None:
    with told_plainly():
        command(desk, view.ref)
        st.session_state[_SAID] = said
