"""Access receipts: tell a service user who opened their case, and what left OKF."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.proof.queries.receipts import receipts
from okf.proof.views.receipts import letter, prepare
from okf.shell.sheets import Cell, address
from okf.shell.tables import table
from okf.shell.words import day


def render(desk: Desk) -> None:
    """The form for a new letter, and the letters there are."""
    st.title("Access receipts")
    st.write(
        "A service user may ask who opened their case. The letter is made from the audit record; what must be withheld"
        " is left out without trace, and the data protection lead approves it before it leaves."
    )
    prepare(desk)
    rows = receipts(desk)
    if not rows:
        st.info("No letter has been prepared yet.")
        return
    found = next((row for row in rows if row.ref == st.query_params.get("letter")), None)
    if found:
        letter(desk, found)
    table(
        {
            "Letter": [Cell(row.ref, address("receipts", letter=row.ref)) for row in rows],
            "Case": [row.case_ref for row in rows],
            "For": [row.service_user for row in rows],
            "Prepared": [day(row.prepared_at) for row in rows],
            "Approved": [day(row.approved_at) if row.approved_at else "Waits for approval" for row in rows],
        },
        caption="Access receipts, newest first",
    )
