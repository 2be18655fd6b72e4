"""Accounts as an administrator sees them, and what can be done about one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.paging import Paged, Sort
from okf.pending import counted
from okf.people.commands.accounts import end_sessions, lift_lockout, switch_off, switch_on
from okf.people.commands.invitations import invite_again
from okf.people.queries.accounts import BY_NAME, SORTS, AccountRow, AccountState
from okf.people.queries.leaving import Leaver, leaver
from okf.policy.words import until_told
from okf.shell.lists import Column, show
from okf.shell.navigation import link
from okf.shell.words import errors_shown, plain, told

_COLUMNS: Final[Sequence[Column[AccountRow]]] = (
    Column("Name", lambda row: row.name, sort="name"),
    Column("Username", lambda row: row.username, sort="username"),
    Column("Capacity", lambda row: told(row.capacity), sort="capacity"),
    Column("Roles", lambda row: ", ".join(told(role) for role in row.roles)),
    Column("Account", lambda row: _state(row)),
    Column("Second factor", lambda row: row.second_factor),
    Column("Last sign-in", lambda row: row.last_sign_in, sort="signed_in", down=True),
    Column("Sessions", lambda row: row.live_sessions),
    Column("Failed tries today", lambda row: row.failed_tries),
)


def listed(page: Paged[AccountRow], sort: Sort) -> None:
    """A page of accounts."""
    show(
        _COLUMNS,
        page,
        key="accounts",
        caption="Accounts",
        many=("account", "accounts"),
        sort=sort,
        first=BY_NAME,
        sorts=SORTS,
        nothing="Nobody has such a name.",
    )


def actions(desk: Desk, row: AccountRow) -> None:
    """Switch on or off, end sessions, lift a lockout, invite again."""
    with errors_shown(), st.container(horizontal=True):
        if row.state is AccountState.OFF:
            with st.popover("Switch on…"):
                st.write(
                    f"{plain(row.name)} can sign in again. No access to a case comes back, and no role that opens cases"
                    " without one: managers grant what is needed, and the host names safeguarding leads and the data"
                    " protection lead."
                )
                if st.button(plain(f"Switch on {row.name}"), type="primary"):
                    switch_on(desk, row.username)
                    st.rerun()
            return
        invited = st.button("New invitation")
        if st.button("End sessions", disabled=not row.live_sessions):
            end_sessions(desk, row.username)
            st.rerun()
        if st.button("Lift lockout", disabled=not row.failed_tries):
            lift_lockout(desk, row.username)
            st.rerun()
        link("They leave…", "leaving", person=row.username)
        with st.popover("Switch off…"):
            st.markdown(_switching_off(leaver(desk, row.username)))
            if st.button(f"Switch off {row.name}", type="primary"):
                switch_off(desk, row.username)
                st.rerun()
    if invited:
        with errors_shown():
            invite_again(desk, row.username)
            st.success(
                plain(
                    f"An invitation goes to {row.name} by mail, to the address on file, and is shown to nobody else. It"
                    " works once, for 72 hours. Every sign-in of theirs has ended, and they are told."
                )
            )


def _switching_off(found: Leaver) -> str:
    """What switching off will do to somebody."""
    ends = counted(found.grants, "access to a case ends for good", "accesses to cases end for good")
    leads = counted(
        found.leads,
        "party is without its lead caseworker then, and waits for a manager",
        "parties are without their lead caseworker then, and wait for a manager",
    )
    return (
        f"{plain(found.name)} is signed out at once and can't sign in again. {ends}"
        f"{f', and {leads}' if found.leads else ''}. A role that opens cases without an access ends too. Switching on"
        " again brings none of it back. The duty of confidentiality stays (C15)."
    )


def _state(row: AccountRow) -> str:
    return f"Invited {until_told(row.invited_until)}" if row.state is AccountState.INVITED else told(row.state)
