"""People and accounts: who may sign in, and how; for administrators. No case and no service user stands here."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.paging import SIZE
from okf.people.queries.accounts import BY_NAME, SORTS, AccountRow, accounts_in_view
from okf.people.views.accounts import actions, listed
from okf.shell.lists import sort_asked_for
from okf.shell.tables import first_page, page_asked_for


def render(desk: Desk) -> None:
    """What can be done about an account, and a page of them."""
    st.title("People and accounts")
    words = st.text_input("Name or username", key="okf_accounts_words", on_change=first_page)
    sort = sort_asked_for(SORTS, BY_NAME)
    page = accounts_in_view(desk, words=words, page=page_asked_for(SIZE), sort=sort)
    rows = {row.username: row for row in page.rows}
    chosen = st.selectbox(
        "Do something about", list(rows), index=None, key="okf_account", format_func=lambda name: _named(rows, name)
    )
    if chosen:
        actions(desk, rows[chosen])
    listed(page, sort)
    st.caption("New people and their roles come from the host's command line or an import, never from here.")


def _named(rows: dict[str, AccountRow], username: str) -> str:
    return f"{rows[username].name} ({username})" if username in rows else username
