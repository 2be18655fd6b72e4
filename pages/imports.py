"""Import a caseload: a file in, what would change, and only then, on a second word, the change itself."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.load.importing import ImportOutcome, import_caseload
from okf.load.views import empty_workbook, show_outcome, uploaded_tables
from okf.shell.exports import download
from okf.shell.words import errors_shown

KINDS = ["xlsx", "xlsm", "yaml", "yml", "csv", "zip"]
SEEN, ROUND, DONE = "okf_import_seen", "okf_import_round", "okf_import_done"


def render(desk: Desk) -> None:
    """The template, the upload, the preview, and the word to import."""
    st.title("Import a caseload")
    if st.session_state.pop(DONE, False):
        st.success("The caseload is imported.")
    st.write("Nothing is taken in unless all of it can be. Importing the same file again changes nothing.")
    st.caption(
        "Enquiries of the website's form come in as a file named enquiries.csv, with the columns of that sheet of the"
        " workbook. A submission that is on file already is skipped."
    )
    download("Empty workbook with instructions", empty_workbook, "casebook-template", "xlsx")
    files = st.file_uploader(
        "An Excel workbook, YAML, a zip of CSV files, or several CSV files",
        KINDS,
        accept_multiple_files=True,
        key=f"okf_import_files_{st.session_state.get(ROUND, 0)}",
    )
    if not files:
        st.session_state.pop(SEEN, None)
        return
    with errors_shown():
        which = tuple(file.file_id for file in files)
        seen = st.session_state.get(SEEN)
        if seen is None or seen[0] != which:
            with st.spinner("Reading"):
                tables = uploaded_tables(files)
                st.session_state[SEEN] = seen = (which, import_caseload(desk, tables, dry_run=True))
        outcome: ImportOutcome = seen[1]
        show_outcome(outcome)
        if outcome.faults or outcome.changes_nothing:
            return
        if st.button("Import this caseload", type="primary"):
            bar = st.progress(0.0, "Importing")
            tables = uploaded_tables(files)
            done = import_caseload(desk, tables, progress=lambda at, of: bar.progress(min(at / max(of, 1), 1.0)))
            bar.empty()
            st.session_state[SEEN] = (which, done)
            if done.is_written:
                st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1  # lets the uploaded bytes go
                st.session_state[DONE] = True
            st.rerun()
