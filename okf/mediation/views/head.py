"""The head of a mediation's page: its status, what its mediator can do, and the words without prejudice (C10)."""

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
from okf.policy.mediation import ENDED_IN_WORDS, NOT_BINDING, REASONS_TO_END, EndedBecause, stands, words_to_avoid
from okf.shell.navigation import link
from okf.shell.tables import table
from okf.shell.words import errors_shown, moment, show_flash, told
from okf.terms import MediationStatus

_SAID = "okf_mediation_said"


def look_into(desk: Desk, ref: str) -> MediationView | None:
    """The mediation, and the opening of its case on record; None, with the reason shown, if they may not see it."""
    try:
        view = mediation_in_view(desk, ref)
        open_case_file(desk, view.case_ref)
    except (NotFound, Refused) as told_so:
        st.title("Mediation")
        st.text(str(told_so))
        return None
    return view


def head(desk: Desk, view: MediationView) -> None:
    """Which mediation it is and its status; for its mediator, the buttons that change the status."""
    st.title(f"Mediation {view.ref}")
    without_prejudice()
    st.text(f"{told(view.kind)} mediation, {stands(view.status)}. Mediator: {view.mediator_name or 'not named'}.")
    st.text(f"Between {' and '.join(one.name for one in view.participants)}.")
    contact_warning.on_case(desk, view.case_ref)
    link(f"Case {view.case_ref}", "case", icon=":material/folder_open:", case=view.case_ref, part="Mediation")
    if view.mine and not view.over:
        _moves(desk, view)


def history(_desk: Desk, view: MediationView) -> None:
    """The tab History: the steps so far, newest first."""
    if not view.steps:
        st.text("Nothing is on record of how this mediation began: it was taken over from before.")
        return
    steps = list(reversed(view.steps))
    table({"When": [moment(one.at) for one in steps], "What": [one.what for one in steps]}, caption="What happened")


def without_prejudice() -> None:
    """Say that it is without prejudice and not legally binding."""
    st.info(f"**{NOT_BINDING}**", icon=":material/handshake:")


def warn_of_words(text: str) -> None:
    """Warn a writer of words that promise more than mediation is."""
    found = words_to_avoid(text)
    if found:
        st.warning(
            f"Mediation makes proposals and an outcome summary. Better without: {', '.join(found)}.",
            icon=":material/edit_note:",
        )


def _moves(desk: Desk, view: MediationView) -> None:
    with st.container(horizontal=True):
        if view.status is MediationStatus.IN_PROGRESS:
            st.button(
                "Pause", icon=":material/pause:", on_click=_do, args=(desk, view, pause_mediation, "It is paused.")
            )
        if view.status is MediationStatus.PAUSED:
            st.button(
                "Resume it",
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
            because = st.radio("Why", REASONS_TO_END, format_func=ENDED_IN_WORDS.__getitem__, key="end_because")
            ending = partial(end_mediation, because=because or EndedBecause.BY_CHOICE)
            st.button(
                "End this mediation", key="end_sure", on_click=_do, args=(desk, view, ending, "It is not going ahead.")
            )
    show_flash(_SAID)


def _do(desk: Desk, view: MediationView, command: Callable[[Desk, str], None], said: str) -> None:
    with errors_shown():
        command(desk, view.ref)
        st.session_state[_SAID] = said
