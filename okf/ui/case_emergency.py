"""Opening a case without a grant: in an emergency, or as custodian of a closed one."""

from __future__ import annotations

import streamlit as st

from okf.commands.emergency import open_emergency_access
from okf.desk import Desk
from okf.terms import Action
from okf.ui.links import go, link
from okf.ui.words import told_plainly


def door(desk: Desk) -> None:
    """Where the address names no case: how to come to one."""
    st.text("Choose a case in the list.")
    link("To the cases", "cases", icon=":material/arrow_forward:")
    offer(desk, "")


def offer(desk: Desk, case_ref: str) -> None:
    """The form for emergency access, for those whose role includes it."""
    if not desk.decide(Action.OPEN_EMERGENCY_ACCESS).allowed:
        return
    with st.expander("Open a case in an emergency", icon=":material/emergency:"), st.form("emergency", border=False):
        st.text("For a few hours, without a grant. Somebody else reviews it by the end of the next working day.")
        ref = st.text_input("Reference of the case", value=case_ref, max_chars=80)
        reason = st.text_area("Why it cannot wait", key="emergency_reason", max_chars=4000)
        if st.form_submit_button("Open it now"):
            opened = False
            with told_plainly():
                open_emergency_access(desk, ref.strip(), reason=reason)
                opened = True
            if opened:
                go("case", case=ref.strip())
