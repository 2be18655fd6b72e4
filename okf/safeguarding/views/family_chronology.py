"""The tab of a family's chronology: every concern about the same people, across cases, oldest line first (C9)."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.paging import SIZE
from okf.safeguarding.queries.concern import ConcernInView
from okf.safeguarding.queries.family_chronology import family_chronology
from okf.shell.sheets import Cell, address, sheet
from okf.shell.tables import first_page, page_asked_for, pager
from okf.shell.words import moment, told


def tab(desk: Desk, view: ConcernInView) -> None:
    """The concerns in a table, then their lines one after the other."""
    notes = st.toggle("Show plain notes too", key=f"okf_family_notes_{view.ref}", on_change=first_page)
    family = family_chronology(desk, view.ref, page_asked_for(SIZE), notes=notes)
    if len(family.concerns) == 1:
        st.info("No other concern about these people is listed here.")
    else:
        concerns = [
            (
                Cell(one.ref, address("concern", ref=one.ref)),
                moment(one.raised_at),
                Cell(told(one.severity), look=one.severity),
                told(one.status),
                ", ".join(one.about) or "Not said",
                Cell(one.case_ref, address("case", case=one.case_ref)) if one.case_ref else "No case",
            )
            for one in family.concerns
        ]
        titles = ("Concern", "Raised", "Severity", "Status", "About", "Case")
        sheet(titles, concerns, caption="Concerns about this family, newest first")
    lines = [
        (
            moment(one.entered_at),
            Cell(one.concern_ref, address("concern", ref=one.concern_ref)),
            one.by,
            one.what,
            one.text or "—",
        )
        for one in family.entries.rows
    ]
    sheet(("When", "Concern", "Who", "What", "In their words"), lines, caption="What happened, oldest first")
    pager(family.entries, key="family")
