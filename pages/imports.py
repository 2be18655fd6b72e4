"""Import a caseload: a file in, what would change, and only then, on a second word, the change itself."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from okf.desk import Desk
from okf.load.answers import NONE, Answers
from okf.load.importing import import_caseload
from okf.load.night_views import ask_for_the_night, offer_tonight, show_nights
from okf.load.outcome import ImportOutcome
from okf.load.template import template
from okf.load.views import ask_about, let_go, show_outcome, upload, uploaded_tables
from okf.shell.exports import download
from okf.shell.words import errors_shown

SEEN, DONE = "okf_import_seen", "okf_import_done"


def render(desk: Desk) -> None:
    """The template, the upload, the preview, and the word to import."""
    st.title("Import a caseload")
    with st.container():  # always there, so that what stands below keeps its place
        if st.session_state.pop(DONE, False):
            st.success("The caseload is imported.")
    show_nights(desk)
    st.write("Nothing is taken in unless all of it can be. Importing the same file again changes nothing.")
    st.caption(
        "Enquiries of the website's form come in as a file named enquiries.csv, with the columns of that sheet of the"
        " workbook. A submission that is on file already is skipped."
    )
    download("Empty workbook with instructions", template, "casebook-template", "xlsx")
    files = upload()
    if not files:
        st.session_state.pop(SEEN, None)
        return
    with errors_shown():
        which = tuple(file.file_id for file in files)
        outcome, answers = _previewed(desk, files, which)
        asked = ask_about(desk, outcome, key="-".join(which))
        if asked != answers:
            outcome, answers = _previewed(desk, files, which, asked)
        show_outcome(outcome)
        if outcome.faults or outcome.changes_nothing:
            return
        if ask_for_the_night(desk, outcome, key="-".join(which)):
            offer_tonight(desk, files, answers, outcome)
        elif st.button("Import this caseload", type="primary"):
            bar = st.progress(0.0, "Importing")
            tables = uploaded_tables(files)
            done = import_caseload(
                desk, tables, answers, by_day=True, progress=lambda at, of: bar.progress(min(at / max(of, 1), 1.0))
            )
            bar.empty()
            st.session_state[SEEN] = (which, answers, done)
            if done.is_written:
                let_go()
                st.session_state[DONE] = True
            st.rerun()


def _previewed(
    desk: Desk, files: Sequence[UploadedFile], which: tuple[str, ...], answers: Answers | None = None
) -> tuple[ImportOutcome, Answers]:
    """What these files would change by these answers, read once for them; without answers, as it was last read."""
    seen = st.session_state.get(SEEN)
    if seen is None or seen[0] != which or answers not in (None, seen[1]):
        answers = answers or NONE
        with st.spinner("Reading"):
            outcome = import_caseload(desk, uploaded_tables(files), answers, dry_run=True)
            st.session_state[SEEN] = seen = (which, answers, outcome)
    return seen[2], seen[1]
