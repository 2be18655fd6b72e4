"""Partner organisations and their own agreements with OKF (C7)."""

from __future__ import annotations

import streamlit as st

from okf.agreements.views.partners import one_partner, partners
from okf.desk import Desk
from okf.shell.navigation import link


def render(desk: Desk) -> None:
    """The list, or the organisation that the address names."""
    st.title("Partner organisations")
    name = st.query_params.get("organisation", "").strip()
    if name:
        link("All organisations", "partners", icon=":material/arrow_back:")
        one_partner(desk, name)
    else:
        partners(desk)
