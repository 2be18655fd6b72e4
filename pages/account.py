"""Your account: password, second factor, sessions, access, days away, and what the audit record says you did."""

from __future__ import annotations

import streamlit as st

from okf.caseload.queries.digest import own_digest
from okf.caseload.views import digest
from okf.cases.views import conflicts
from okf.desk import Desk
from okf.people.commands.accounts import change_own_password
from okf.people.queries.own import own_account
from okf.people.views.account import access, audit_trail, sessions
from okf.people.views.second_factor import own_second_factor, username_shown
from okf.safeguarding.views.on_duty import own_days
from okf.shell.scripts import hand_over
from okf.shell.words import day, errors_shown, told


def render(desk: Desk) -> None:
    """Show one's own account."""
    account = own_account(desk)
    st.title("Your account")
    roles = ", ".join(told(role) for role in account.roles) or "no role"
    st.text(f"{account.name} ({account.username})")
    st.text(f"{told(account.capacity)} · {roles} · {account.email or 'no e-mail address'}")
    weekly = own_digest(desk, email=account.email)
    names = ["Password", "Second factor", "Sessions", "Access", "Conflicts", "Days away", "Audit trail"]
    tabs = st.tabs([*names, "Weekly digest"] if weekly.offered or weekly.wanted else names)
    with tabs[0]:
        st.write(f"Last changed on {day(account.password_changed_at)}. Changing it ends every session of yours.")
        _password(desk, account.username)
    with tabs[1]:
        own_second_factor(desk, account)
    with tabs[2]:
        sessions(desk)
    with tabs[3]:
        access(desk)
    with tabs[4]:
        conflicts.own(desk)
    with tabs[5]:
        own_days(desk)
    with tabs[6]:
        audit_trail(desk)
    if len(tabs) > len(names):
        with tabs[-1]:
            digest.own(desk, weekly)


def _password(desk: Desk, username: str) -> None:
    with st.form("okf_change_password", border=False):
        username_shown(username)
        present = st.text_input("Present password", type="password", autocomplete="current-password")
        new = st.text_input("New password", type="password", autocomplete="new-password")
        again = st.text_input("New password again", type="password", autocomplete="new-password")
        sent = st.form_submit_button("Change password", type="primary")
    if sent and new != again:
        st.error("The two are not the same. Type the new password twice.")
    elif sent:
        with errors_shown():
            hand_over(change_own_password(desk, present, new).token)
