"""People and accounts: who may sign in, and how; for administrators. No case and no service user stands here."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.people.queries.accounts import AccountRow, accounts_in_view
from okf.people.views.accounts import actions, listed

AFTER = "okf_accounts_after"


def render(desk: Desk) -> None:
    """What can be done about an account, and a page of them."""
    st.title("People and accounts")
    words = st.text_input(
        "Name or username", key="okf_accounts_words", on_change=st.session_state.pop, args=(AFTER, None)
    )
    page = accounts_in_view(desk, words=words, after=st.session_state.get(AFTER))
    rows = {row.username: row for row in page.rows}
    chosen = st.selectbox(
        "Do something about", list(rows), index=None, key="okf_account", format_func=lambda name: _named(rows, name)
    )
    if chosen:
        actions(desk, rows[chosen])
    if page.rows:
        listed(page.rows)
    else:
        st.write("Nobody has such a name.")
    with st.container(horizontal=True):
        st.button(
            "First page", disabled=not st.session_state.get(AFTER), on_click=st.session_state.pop, args=(AFTER, None)
        )
        st.button(
            "Next page",
            disabled=not page.next_after,
            on_click=st.session_state.update,
            args=({AFTER: page.next_after},),
        )
    st.caption("New people and their roles come from the host's command line or an import, never from here.")


def _named(rows: dict[str, AccountRow], username: str) -> str:
    return f"{rows[username].name} ({username})" if username in rows else username
