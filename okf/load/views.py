"""What an import found and did, on the screen: counts and faults, never a name or a text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Final

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from okf.load.faults import SHOWN, Fault, Unreadable
from okf.load.files import read_files
from okf.load.importing import ImportOutcome
from okf.load.plan import Count
from okf.load.tables import Tables
from okf.load.template import template
from okf.shell.exports import csv_of, download
from okf.shell.tables import columns_of, table
from okf.shell.words import told

_COUNT: Final[Mapping[str, Callable[[Count], str | int]]] = {
    "Table": lambda count: told(count.table),
    "New": lambda count: count.new,
    "Changed": lambda count: count.changed,
    "As on file": lambda count: count.unchanged,
}
_FAULT: Final[Mapping[str, Callable[[Fault], str | int | None]]] = {
    "Where": lambda fault: fault.where,
    "Row": lambda fault: fault.row,
    "Column": lambda fault: fault.column,
    "What is wrong": lambda fault: fault.wrong,
    "What is expected": lambda fault: fault.expected,
}


def show_outcome(outcome: ImportOutcome) -> None:
    """The faults if there are any, else how much is new, changed, and as it was."""
    for remark in outcome.remarks:
        st.info(remark)
    if outcome.faults:
        _faults(outcome)
    elif outcome.changes_nothing:
        st.success("Everything is on file already; there is nothing to import.")
    else:
        table(columns_of(outcome.counts, _COUNT), caption="What the import would change")


def _faults(outcome: ImportOutcome) -> None:
    many = len(outcome.faults)
    st.error(f"{'1 fault was' if many == 1 else f'{many} faults were'} found; nothing was imported.")
    table(columns_of(outcome.faults[:SHOWN], _FAULT), caption="Faults in the file")
    if many > SHOWN:
        st.caption(f"These are the first {SHOWN}. The download has them all.")
    rows = [[cell(fault) for cell in _FAULT.values()] for fault in outcome.faults]
    download("All faults as CSV", lambda: csv_of([title.lower() for title in _FAULT], rows), "faults", "csv")


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
