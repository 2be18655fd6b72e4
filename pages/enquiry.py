"""Enquiry: taken on the phone in one page; then read, completed, registered or ended."""

from __future__ import annotations

import streamlit as st

from okf.cases.views import register
from okf.desk import Desk
from okf.intake.views import enquiry, form as enquiry_form
from okf.safeguarding.views.first_call import alarm_from
from okf.shell.navigation import link


def render(desk: Desk) -> None:
    """A new enquiry, or the one that the address names."""
    ref = st.query_params.get("ref", "").strip()
    if not ref:
        st.title("Take an enquiry")
        enquiry_form.taking(desk, alarm=alarm_from)
        return
    enquiry.shown(desk, ref, decide=register.decide)
    link("All enquiries", "enquiries", icon=":material/arrow_back:")
