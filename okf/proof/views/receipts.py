"""The parts of the Receipts page: prepare a letter, look at it, approve it, hand it over."""

from __future__ import annotations

import streamlit as st

from okf.cases.queries.cases import case_meant
from okf.desk import Desk
from okf.pending import counted
from okf.proof.commands.receipts import approve_receipt, prepare_receipt, release_receipt
from okf.proof.papers import receipt_letter
from okf.proof.queries.receipts import ReceiptRow
from okf.shell.exports import download
from okf.shell.words import errors_shown, moment
from okf.terms import Action


def prepare(desk: Desk) -> None:
    """The form that prepares a letter."""
    with st.form("receipt"):
        left, right = st.columns(2)
        case_ref = left.text_input("Case", key="case", bind="query-params")
        service_user = right.text_input("Service user: their name", max_chars=200)
        asked = st.form_submit_button("Prepare the letter", type="primary")
    if asked:
        with errors_shown():
            case_ref = case_meant(desk, case_ref or "", Action.PREPARE_RECEIPT)
            ref = prepare_receipt(desk, case_ref, service_user=service_user or "")
            st.success(f"Letter {ref} is prepared. The data protection lead approves it before it is released.")


def letter(desk: Desk, row: ReceiptRow) -> None:
    """One letter: what it would say, and what can be done with it now."""
    st.subheader(f"Letter {row.ref}")
    st.write(f"Case {row.case_ref}, for {row.service_user}. Prepared by {row.prepared_by}, {moment(row.prepared_at)}.")
    for line in row.body["opened"]:
        st.markdown(
            f"- **{line['who']}** ({line['capacity'].replace('_', ' ')}): {line['why']}."
            f" {counted(line['times'], 'time', 'times')}."
        )
    for line in row.body["shared"]:
        st.markdown(
            f"- Left OKF: {counted(line['what'], 'record', 'records')} to {line['to'].replace('_', ' ')}"
            f" ({', '.join(line['clauses'])})"
        )
    if not row.body["opened"] and not row.body["shared"]:
        st.info("This letter lists nobody and nothing: it says so in plain words.")
    if row.approved_at is None:
        _approve(desk, row)
    else:
        st.success(f"Approved by {row.approved_by}, {moment(row.approved_at)}.")
        download(
            "Download the letter (PDF)", lambda: receipt_letter(release_receipt(desk, row.ref)), "access-receipt", "pdf"
        )


def _approve(desk: Desk, row: ReceiptRow) -> None:
    if not desk.decide(Action.APPROVE_RECEIPT, row.case_ref, about=row.prepared_by).allowed:
        st.info("It waits for the data protection lead, and nobody approves their own.")
        return
    sure = st.checkbox("I have read it, and nothing in it gives away what must be withheld.", key=f"read_{row.ref}")
    if st.button("Approve for release", disabled=not sure, key=f"approve_{row.ref}"):
        with errors_shown():
            approve_receipt(desk, row.ref)
            st.rerun()
