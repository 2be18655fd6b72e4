"""A record on paper: what its head will say, and the button that fetches it."""

from __future__ import annotations

import streamlit as st

from okf.cases.queries.case import CaseView
from okf.desk import Desk
from okf.records.commands.prints import record_to_print
from okf.records.papers.record import record_paper
from okf.records.queries.case_records import RecordRow
from okf.records.views.restricted import restricted
from okf.shell.exports import unique_name
from okf.shell.words import moment, plain, told


def offer(desk: Desk, view: CaseView, row: RecordRow) -> None:
    """What printing it means, and the button."""
    st.text("Every page says at its head:")
    st.info(plain(restricted(row.source, view)), icon=":material/lock_person:")
    st.download_button(
        "Download for print (PDF)",
        # Asked when it is pressed: the policy decides then, and only a print that was made is on record.
        lambda: printed(desk, view, row.id),
        file_name=unique_name("record", "pdf"),
        mime="application/pdf",
        on_click="ignore",
        icon=":material/print:",
        key=f"print_{row.id}",
        help="Printing it goes on the audit record.",
    )


def printed(desk: Desk, view: CaseView, record_id: str) -> bytes:
    """The record as a PDF, as it reads at this moment."""
    found = record_to_print(desk, record_id)
    row = found.row
    status = f", {told(row.status).lower()}" if row.status else ""
    label = [
        f"Case {view.ref}. {told(row.record_class)}{status}, {moment(row.occurred_at)}.",
        f"Told to us by: {row.told_by}. About: {', '.join(row.about) or '—'}. Restricted to: {row.restricted_to}.",
        *([f"With: {row.with_whom}."] if row.with_whom else []),
    ]
    return record_paper(
        record=row.id,
        marking=restricted(row.source, view),
        mediation=row.mediation,
        title=row.title,
        text=row.text,
        label=label,
        files=[file.name for file in row.files],
        corrected=len(row.earlier),
        printed_by=found.printed_by,
        printed_at=found.printed_at,
    )
