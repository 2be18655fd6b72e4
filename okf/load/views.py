"""What an import found and did, on the screen: counts and faults, never a name or a text."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from okf.load.faults import SHOWN, Unreadable
from okf.load.files import read_files
from okf.load.importing import ImportOutcome
from okf.load.tables import Tables
from okf.load.template import template
from okf.shell.exports import csv_of, unique_name
from okf.shell.words import told


def show_outcome(outcome: ImportOutcome) -> None:
    """The faults if there are any, else how much is new, changed, and as it was."""
    for remark in outcome.remarks:
        st.info(remark)
    if outcome.faults:
        _faults(outcome)
    elif outcome.changes_nothing:
        st.success("Everything is on file already; there is nothing to import.")
    else:
        columns = {
            "Table": [told(count.table) for count in outcome.counts],
            "New": [count.new for count in outcome.counts],
            "Changed": [count.changed for count in outcome.counts],
            "As on file": [count.unchanged for count in outcome.counts],
        }
        st.dataframe(columns, hide_index=True)


def _faults(outcome: ImportOutcome) -> None:
    many = len(outcome.faults)
    st.error(f"{'1 fault was' if many == 1 else f'{many} faults were'} found; nothing was imported.")
    first = outcome.faults[:SHOWN]
    columns = {
        "Where": [fault.where for fault in first],
        "Row": [fault.row for fault in first],
        "Column": [fault.column for fault in first],
        "What is wrong": [fault.wrong for fault in first],
        "What is expected": [fault.expected for fault in first],
    }
    st.dataframe(columns, hide_index=True)
    if many > SHOWN:
        st.caption(f"These are the first {SHOWN}. The download has them all.")
    titles = ("where", "row", "column", "what is wrong", "what is expected")
    rows = [(fault.where, fault.row, fault.column, fault.wrong, fault.expected) for fault in outcome.faults]
    st.download_button("All faults as CSV", csv_of(titles, rows), unique_name("faults", "csv"), "text/csv")


def uploaded_tables(files: Sequence[UploadedFile]) -> Tables:
    """The tables of what was uploaded.

    Raises:
        Unreadable: it can't be read, or two files have one name.
    """
    named = {file.name: file.getvalue() for file in files}
    if len(named) < len(files):
        raise Unreadable("Two of the files have the same name. Take one of them away.")
    return read_files(named)


def empty_workbook() -> bytes:
    """The template's bytes, made when somebody asks for them."""
    held = BytesIO()
    template().save(held)
    return held.getvalue()
