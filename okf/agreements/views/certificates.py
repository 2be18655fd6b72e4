"""Certificates of signatures on the screen: fetched, and checked."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from okf.agreements.papers import signature_certificate
from okf.agreements.queries.certificates import LARGEST, check_certificate, in_lines
from okf.agreements.queries.own_agreements import SignedVersion
from okf.desk import Desk
from okf.shell.exports import download
from okf.shell.sheets import facts
from okf.shell.words import errors_shown, moment


def fetch(desk: Desk, signed: Sequence[SignedVersion]) -> None:
    """A certificate of one of these signatures, sealed when it is fetched."""
    if not signed:
        return
    by_id = {one.id: one for one in signed}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Certificate of", list(by_id), format_func=lambda key: _named(by_id[key]), key="certificate_of", width=460
        )
        download(
            "Download the certificate (PDF)",
            lambda: signature_certificate(desk, chosen),
            "signature-certificate",
            "pdf",
            icon=":material/verified:",
        )
    st.caption("It says who signed which text and when, under Casebook's own seal. That it was issued goes on record.")


def check(desk: Desk) -> None:
    """The upload of a certificate, and whether it can be relied on."""
    st.write("Choose a certificate that somebody shows you. Every byte of it is compared; the file is not kept.")
    file = st.file_uploader("Certificate of a signature (PDF)", type=["pdf"])
    if file is None:
        return
    if file.size > LARGEST:
        st.error("This file is too large to be a certificate of Casebook's.")
        return
    with errors_shown():
        verdict = check_certificate(desk, file.getvalue())
        if verdict.good:
            st.success("This certificate is good.", icon=":material/verified:")
        else:
            st.error("Don't rely on this file.", icon=":material/gpp_bad:")
        for sentence in verdict.sentences:
            st.text(f"• {sentence}")
        if verdict.says:
            st.subheader("What it says")
            facts([(name, value) for name, _, value in (line.partition(": ") for line in in_lines(verdict.says))])


def _named(one: SignedVersion) -> str:
    return f"{one.title}, version {one.version}, {moment(one.signed_at)}"
