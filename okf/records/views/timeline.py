"""The timeline of a case, as far as its reader may see it."""

from __future__ import annotations

import streamlit as st

from okf.cases.queries.case import CaseView
from okf.desk import Desk
from okf.records.queries.case_records import timeline_of
from okf.shell.tables import table
from okf.shell.words import moment


def timeline(desk: Desk, view: CaseView) -> None:
    """What happened, as far as this reader may see it."""
    happened = timeline_of(desk, view.ref)
    if not happened:
        st.info("Nothing is on the timeline yet.")
        return
    table({"When": [moment(one.at) for one in happened], "What": [one.what for one in happened]}, alt="Timeline")
