"""Signature register: whoever ever signed an agreement, those who left too (C7, C15)."""

from __future__ import annotations

import streamlit as st

from okf.agreements.views.bound import register
from okf.desk import Desk


def render(desk: Desk) -> None:
    """The register."""
    st.title("Signature register")
    st.caption("The duty of confidentiality has no end: whoever signed stays here, also after they left.")
    register(desk)
