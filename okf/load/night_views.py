"""What an import that waits for the night says on the screen: before, meanwhile, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from okf.desk import Desk
from okf.load.answers import Answers
from okf.load.night import WHEN, waits_for_the_night
from okf.load.outcome import ImportOutcome
from okf.load.views import let_go, show_outcome, uploaded
from okf.load.waiting import call_off, forget_told, import_tonight
from okf.load.waiting_files import waiting_files, what_came
from okf.shell.words import day, errors_shown, flash, moment, show_flash

_SAID: Final = "okf_import_night"


def ask_for_the_night(desk: Desk, outcome: ImportOutcome, *, key: str) -> bool:
    """For a large import in the hours of work: whether it waits for the night, unless they insist on it now."""
    if not waits_for_the_night(desk.now(), outcome.rows):
        return False
    st.warning(
        f"While {outcome.rows:,} rows are written, nobody else can save anything. Casebook imports them tonight by"
        f" itself, {WHEN}, if you may still import then; what came of it is told here and on Today.",
        icon=":material/bedtime:",
    )
    return not st.checkbox(
        "Import them now all the same",
        key=f"okf_import_by_day_{key}",
        help="A concern that is raised meanwhile is kept, and taken in after it; whoever saves anything else must wait,"
        " or try again.",
    )


def offer_tonight(desk: Desk, files: Sequence[UploadedFile], answers: Answers, outcome: ImportOutcome) -> None:
    """The word by which the files wait for the night."""
    if st.button("Tonight", type="primary"):
        import_tonight(desk, uploaded(files), answers, outcome)
        let_go()
        flash(_SAID, f"The file is kept, encrypted, and imported tonight, {WHEN}. Nobody has to wait for it.")


def show_nights(desk: Desk) -> None:
    """Their files that wait for the night, each with the way to call it off, and what came of those that waited."""
    show_flash(_SAID)
    for asked in waiting_files(desk):
        with st.container(border=True):
            st.text(
                f"Your file of {moment(asked.at)} waits for the night: {asked.rows:,} rows, imported {WHEN} of"
                f" {day(asked.night)}."
            )
            if st.button("Cancel the import", key=f"okf_night_off_{asked.ref}"):
                with errors_shown():
                    call_off(desk, asked.ref)
                    flash(_SAID, "The file is called off; nothing of it is kept.")
    for came in what_came(desk):
        with st.container(border=True):
            st.subheader(f"Your file of {moment(came.handed_in)}, {moment(came.at)}")
            if came.outcome:
                show_outcome(came.outcome, caption="What the import changed")
            else:
                st.error(f"It was not imported. {came.why}")
            if st.button("I have read this", key=f"okf_night_read_{came.ref}"):
                forget_told(desk, came.ref)
                st.rerun()
