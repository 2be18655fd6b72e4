"""Enquiries: who asked for help and waits to be registered, and what came of the others."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.intake.views import list as enquiry_list
from okf.shell.navigation import link


def render(desk: Desk) -> None:
    """The way to a new one, then the list that the address names."""
    st.title("Enquiries")
    link("Take an enquiry", "enquiry", icon=":material/add_call:")
    enquiry_list.search(desk)
    enquiry_list.listed(desk)
