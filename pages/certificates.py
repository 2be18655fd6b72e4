"""Certificates: is one that somebody shows whole, and Casebook's own (C7)?"""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.ui.certificates import check


def render(desk: Desk) -> None:
    """Check one."""
    st.title("Check a certificate")
    check(desk)
