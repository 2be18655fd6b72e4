"""Paper signatures: scans filed by one person and verified by another (C7)."""

from __future__ import annotations

import streamlit as st

from okf.agreements.views import paper_signatures
from okf.desk import Desk


def render(desk: Desk) -> None:
    """What waits to be verified, the form to file a scan, and what was decided last."""
    st.title("Paper signatures")
    st.text(
        "One person files the scan, another verifies it. Neither the signer nor who filed it may verify it; access"
        " starts when it is verified."
    )
    paper_signatures.waiting(desk)
    paper_signatures.filing(desk)
    paper_signatures.decided(desk)
