"""Try out a decision: put a question to the policy in an imagined case; nothing real is read or changed."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.proof.views.rehearse import opening_form, sharing_form


def render(desk: Desk) -> None:
    """The two kinds of question, and their answers."""
    st.title("Try out a decision")
    st.write(
        "Ask before it matters. The case is imagined, the answer is the policy's own. Nothing is changed by asking."
    )
    share, access = st.tabs(["May this be shared?", "May this person open it?"])
    with share:
        sharing_form(desk)
    with access:
        opening_form(desk)
