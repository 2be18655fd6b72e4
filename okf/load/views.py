"""What an import asks, found and did, on the screen: of names and texts what changes alone, to who may read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from okf.dates import Order
from okf.desk import Desk
from okf.load.answers import Answers
from okf.load.apart import read_apart
from okf.load.changes import CellChange
from okf.load.faults import SHOWN, Fault, Unreadable
from okf.load.gives import Given
from okf.load.importing import left_out_before
from okf.load.outcome import ImportOutcome
from okf.load.plan import Count
from okf.load.tables import Tables
from okf.shell.exports import csv_of, download
from okf.shell.tables import columns_of, table
from okf.shell.words import moment, plain, told, until

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
_CHANGE: Final[Mapping[str, Callable[[CellChange], str]]] = {
    "Where": lambda change: f"{change.where}, {change.row}",
    "Column": lambda change: change.column,
    "On file": lambda change: change.old,
    "From now on": lambda change: change.new,
}
_GIVEN: Final[Mapping[str, Callable[[Given], str]]] = {
    "Who": lambda one: one.person,
    "Case": lambda one: one.case,
    "As": lambda one: told(one.capacity),
    "Will see": lambda one: one.sees,
    "From": lambda one: moment(one.from_),
    "Until": lambda one: until(one.until, "Until it is ended"),
}
T = TypeVar("T")
KINDS: Final = ["xlsx", "xlsm", "yaml", "yml", "csv", "zip"]
_ROUND: Final = "okf_import_round"
_AT_ONCE: Final = 100  # rows on a page
_ORDERS: Final = {Order.DAY_FIRST: "The day: 31/12/1975", Order.MONTH_FIRST: "The month: 12/31/1975"}


def ask_about(desk: Desk, outcome: ImportOutcome, *, key: str) -> Answers:
    """One question for each thing that the file leaves open; `key` tells one file's from another's."""
    order, leave_out = None, False
    if outcome.is_unclear:
        order = st.radio(
            "Which comes first in this file's dates?",
            list(Order),
            index=None,
            format_func=_ORDERS.__getitem__,
            key=f"okf_import_order_{key}",
            help="One of them can only have its month first, and others could be read either way.",
            horizontal=True,
        )
    if outcome.unknown:
        st.text(f"Not known here: {', '.join(outcome.unknown)}.")
        leave_out = st.checkbox(
            "Leave these out",
            value=set(outcome.unknown) <= left_out_before(desk),
            key=f"okf_import_leave_out_{key}",
            help="Sheets and columns that Casebook doesn't know. What is left out stays with the import's record.",
        )
    return Answers(order, leave_out)


def show_outcome(outcome: ImportOutcome, caption: str = "What the import would change") -> None:
    """The faults if there are any, else how much is new, changed, and as it was, and each cell that changes."""
    if outcome.remarks:
        st.info("  \n".join(map(plain, outcome.remarks)))
    if outcome.faults:
        _faults(outcome)
    elif outcome.changes_nothing:
        st.success("Everything is on file already; there is nothing to import.")
    else:
        table(columns_of(outcome.counts, _COUNT), caption=caption)
        _changes(outcome.changes)
        _gives(outcome.gives)


def _changes(changes: Sequence[CellChange]) -> None:
    if changes:
        cells = "1 cell changes" if len(changes) == 1 else f"{len(changes):,} cells change"
        st.subheader(f"{cells} what is on file")
        _paged(changes, _CHANGE, "What is on file, and what would take its place", key="okf_import_changes")


def _gives(gives: Sequence[Given]) -> None:
    if gives:
        st.subheader(f"Who will see what: {'1 access' if len(gives) == 1 else f'{len(gives):,} accesses'}")
        _paged(gives, _GIVEN, "What each access opens; what it does not name stays closed", key="okf_import_gives")
        st.caption(
            "To whoever has not signed it opens once they have. It ends for anybody whom a tie to the family bars."
        )


def _paged(rows: Sequence[T], titles: Mapping[str, Callable[[T], str]], caption: str, *, key: str) -> None:
    pages = -(-len(rows) // _AT_ONCE)
    first = int(st.number_input(f"Page, of {pages:,}", 1, pages, key=key)) if pages > 1 else 1
    table(columns_of(rows[(first - 1) * _AT_ONCE : first * _AT_ONCE], titles), caption=caption)


def _faults(outcome: ImportOutcome) -> None:
    many = len(outcome.faults)
    st.error(f"{'1 fault was' if many == 1 else f'{many} faults were'} found; nothing was imported.")
    table(columns_of(outcome.faults[:SHOWN], _FAULT), caption="Faults in the file")
    if many > SHOWN:
        st.caption(f"These are the first {SHOWN}. The download has them all.")
    rows = [[cell(fault) for cell in _FAULT.values()] for fault in outcome.faults]
    download("All faults as CSV", lambda: csv_of([title.lower() for title in _FAULT], rows), "faults", "csv")


def upload() -> list[UploadedFile]:
    """The field in which files are uploaded, and what is in it."""
    return st.file_uploader(
        "An Excel workbook, YAML, a zip of CSV files, or several CSV files",
        KINDS,
        accept_multiple_files=True,
        key=f"okf_import_files_{st.session_state.get(_ROUND, 0)}",
    )


def let_go() -> None:
    """Let the uploaded bytes go."""
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def uploaded(files: Sequence[UploadedFile]) -> dict[str, bytes]:
    """What was uploaded, by name.

    Raises:
        Unreadable: two files have one name.
    """
    named = {file.name: file.getvalue() for file in files}
    if len(named) < len(files):
        raise Unreadable("Two of the files have the same name. Take one of them away.")
    return named


def uploaded_tables(files: Sequence[UploadedFile]) -> Tables:
    """The tables of what was uploaded.

    Raises:
        Unreadable: it can't be read, or two files have one name.
    """
    return read_apart(uploaded(files))
