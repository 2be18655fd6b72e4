"""What an administrator can do about one account."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.people.commands.accounts import end_sessions, lift_lockout, switch_off, switch_on
from okf.people.commands.invitations import invite_again
from okf.people.queries.accounts import AccountRow, AccountState
from okf.shell.navigation import link
from okf.shell.words import errors_shown, moment


def actions(desk: Desk, row: AccountRow) -> None:
    """Switch on or off, end sessions, lift a lockout, invite again."""
    with errors_shown(), st.container(horizontal=True):
        if row.state is AccountState.OFF:
            if st.button("Switch on"):
                switch_on(desk, row.username)
                st.rerun()
            return
        if st.button("New invitation"):
            st.session_state["okf_new_invitation"] = invite_again(desk, row.username)
        if st.button("End sessions", disabled=not row.live_sessions):
            end_sessions(desk, row.username)
            st.rerun()
        if st.button("Lift lockout", disabled=not row.failed_tries):
            lift_lockout(desk, row.username)
            st.rerun()
        link("They leave…", "leaving", person=row.username)
        with st.popover("Switch off…"):
            st.write(
                f"{row.name} is signed out at once and can't sign in again. The duty of confidentiality stays (C15)."
            )
            if st.button(f"Switch off {row.name}", type="primary"):
                switch_off(desk, row.username)
                st.rerun()
    invited = st.session_state.pop("okf_new_invitation", None)
    if invited:
        st.write(
            f"Give this to {row.name} alone. It works once, until {moment(invited.expires_at)}, and is shown this once."
        )
        st.code(invited.address(st.context.headers.get("Origin") or "http://127.0.0.1:8501"), language=None)
