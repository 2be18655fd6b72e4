"""Certificates: is one that somebody shows whole, and Casebook's own (C7)?"""

from __future__ import annotations

import streamlit as st

from okf.agreements.views.certificates import check
from okf.desk import Desk


def render(desk: Desk) -> None:
    """Check one."""
    st.title("Check a certificate")
    check(desk)
