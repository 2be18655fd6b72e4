"""What is shown of a case that is open by an emergency or custody: each part put on record as it is opened."""

from __future__ import annotations

from typing import Final

import streamlit as st

from okf.cases.queries.case import CaseView
from okf.desk import Desk
from okf.records.commands.records import note_reading
from okf.records.queries.case_records import records_in_view
from okf.records.views.list import RECORDS_A_PAGE
from okf.shell.tables import page_asked_for

NOTED: Final = "okf_readings_noted"
WITH_RECORDS: Final = frozenset({"Records"})


def noted(desk: Desk, view: CaseView, part: str) -> None:
    """Put on record that this part was opened, and which records it shows; once for each."""
    opened = view.emergency or view.custody
    if opened is None:
        return
    shown: tuple[str, ...] = ()
    if part in WITH_RECORDS:
        shown = tuple(row.id for row in records_in_view(desk, view.ref, page_asked_for(RECORDS_A_PAGE)).rows)
    already = st.session_state.setdefault(NOTED, set())
    if (opened.id, part, shown) not in already:
        note_reading(desk, view.ref, part=part, records=shown)
        already.add((opened.id, part, shown))
