"""The page of mails: what went, what waits, and what did not go and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.people.commands.outbox import send_again
from okf.people.queries.mails import NEWEST, SORTS, STUCK, MailRow, mails_in_view
from okf.policy.chasing import MailState
from okf.shell import filters
from okf.shell.lists import Column, show, sort_asked_for
from okf.shell.sheets import Cell
from okf.shell.tables import page_asked_for
from okf.shell.words import errors_shown, moment, show_flash, told

DONE = "okf_mail_again"
PAGE = 20
_STUCK, _ALL = "did_not_go", "all"
_SHOWN = {_STUCK: "Did not go", _ALL: "All"} | {
    state.value: told(state) for state in (MailState.WAITING, MailState.SENT, MailState.WITHDRAWN)
}


def mails(desk: Desk) -> None:
    """A page of mails of the kind asked for; those that did not go can be sent again."""
    show_flash(DONE)
    shown = filters.switch("Show", _SHOWN, "show", labelled=True)
    stuck = shown == _STUCK
    state = None if shown in (_STUCK, _ALL) else MailState(shown)
    sort = sort_asked_for(SORTS, NEWEST)
    view = mails_in_view(desk, state=state, stuck=stuck, page=page_asked_for(PAGE), sort=sort)
    if not view.set_up:
        st.info(
            "No mail server is set, so nothing is sent: reminders stand on Today. Whoever runs Casebook"
            " sets one up (OKF_SMTP_HOST and the settings beside it, in docs/operations.md)."
        )
    show(
        _COLUMNS,
        view.page,
        key="mails",
        caption="E-mails, by when they were put in the outbox",
        many=("mail", "mails"),
        count=view.count,
        sort=sort,
        first=NEWEST,
        sorts=SORTS,
        nothing="Every mail has gone." if stuck else "There is no such mail.",
    )
    again = {row.id: row for row in view.page.rows if row.state in STUCK}
    if again:
        _again(desk, again)


def _again(desk: Desk, rows: dict[str, MailRow]) -> None:
    st.header("Send one again")
    st.caption(
        "It goes to the address that is on file now: correct it first where the server refused it. Of one that is"
        " unsure, nobody knows whether it went: sent again, it may arrive twice."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Which", list(rows), format_func=lambda key: f"{rows[key].name}, {moment(rows[key].queued_at)}", width=340
        )
        if st.button("Send again", icon=":material/forward_to_inbox:"):
            with errors_shown():
                send_again(desk, chosen)
                st.session_state[DONE] = "It is back in the outbox and will be sent within the hour."
                st.rerun()


def _when(row: MailRow) -> str:
    if row.state in STUCK:
        return "—"
    return moment(row.next_try_at if row.state is MailState.WAITING else row.settled_at)


_COLUMNS: Final[Sequence[Column[MailRow]]] = (
    Column("To", lambda row: f"{row.name}\n{row.address}"),
    Column("About", lambda row: told(row.kind)),
    Column("State", lambda row: Cell(told(row.state), late=row.state in STUCK)),
    Column("Put in the outbox", lambda row: row.queued_at, sort="queued", down=True),
    Column("Tries", lambda row: row.tries),
    Column("What the mail server said", lambda row: row.answer),
    Column("Sent, or next try", _when),
)
