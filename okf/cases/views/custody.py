"""A closed case opened by its custodian: the purpose and the end stated first, the banner, and ending it."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from okf.cases.commands.custody import SHORTEST, end_custody, open_custody
from okf.cases.queries.access_routes import Opened
from okf.cases.queries.custody import custodies_of, custody_in_view, longest_custody
from okf.clock import london_date
from okf.desk import Desk
from okf.shell.navigation import go
from okf.shell.sheets import verbatim
from okf.shell.words import day, moment, told_plainly
from okf.terms import Action


def offer(desk: Desk, case_ref: str, *, expanded: bool = False) -> None:
    """The form that opens a closed case, for records custodians."""
    if not desk.decide(Action.OPEN_CUSTODY).allowed:
        return
    today = london_date(desk.now())
    longest = longest_custody(desk)
    with (
        st.expander("Open a closed case as its custodian", icon=":material/inventory_2:", expanded=expanded),
        st.form("custody", border=False),
    ):
        st.text(
            "To read and export, for a purpose and until a day that you name. Both are on record; nothing can be added"
            " or changed."
        )
        ref = st.text_input("Reference of the closed case", value=case_ref, max_chars=80)
        purpose = st.text_area(
            "Purpose",
            key="custody_purpose",
            max_chars=2000,
            help=f"At least {SHORTEST} characters: whose request it answers, or what must be checked.",
        )
        until = st.date_input(
            "Until the end of",
            value=today,
            min_value=today,
            max_value=today + timedelta(days=longest),
            format="DD/MM/YYYY",
            key="custody_until",
            help=f"At most {longest} days ahead.",
        )
        if st.form_submit_button("Open it"):
            opened = False
            with told_plainly():
                open_custody(desk, ref.strip(), purpose=purpose, until=until)
                opened = True
            if opened:
                go("case", case=ref.strip())


def banner(desk: Desk, opened: Opened) -> None:
    """That the case is closed and open to its custodian alone, for what and until when; how the case ended."""
    view = custody_in_view(desk, opened.id)
    with st.container(border=True):
        st.warning(
            f"This case is closed. You have opened it as its custodian until {moment(opened.until)}; what you"
            " read is on record.",
            icon=":material/inventory_2:",
        )
        st.caption("Your purpose")
        verbatim(view.purpose)
        if view.closed_at:
            st.caption(f"Closed {day(view.closed_at)} by {view.closed_by or 'somebody'}")
            verbatim("\n".join(filter(None, (view.reason, view.outcome))) or "No reason is on file.")
        st.button(
            "End this custody access now",
            key="end_custody",
            icon=":material/logout:",
            on_click=_end,
            args=(desk, opened.id),
        )


def _end(desk: Desk, custody: str) -> None:
    with told_plainly():
        end_custody(desk, custody)


def register(desk: Desk, case_ref: str) -> None:
    """Who opened the case as its custodian, for what and until when: for those who run access."""
    for one in custodies_of(desk, case_ref):
        ended = f", ended {moment(one.ended_at)}" if one.ended_at else ""
        st.caption(f"Custody: {one.name}, {moment(one.opened_at)} to {moment(one.until)}{ended}")
        verbatim(one.purpose)
