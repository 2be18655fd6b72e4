"""The directory of local authorities: whom concerns are referred to, kept right by the safeguarding leads (C9)."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.safeguarding.views.directory import authority, listed
from okf.shell.navigation import link


def render(desk: Desk) -> None:
    """The list, or the authority that the address names."""
    st.title("Local authorities")
    key = st.query_params.get("authority", "").strip()
    if key:
        link("All authorities", "directory", icon=":material/arrow_back:")
        authority(desk, key)
    else:
        listed(desk)
