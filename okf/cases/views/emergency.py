"""Opening a case in an emergency: the form, the banner with the time left, and ending it early."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from okf.cases.commands.emergency import SHORTEST, end_emergency_access, open_emergency_access
from okf.cases.queries.access_routes import Opened
from okf.cases.views import custody
from okf.desk import Desk
from okf.shell.navigation import go, link
from okf.shell.words import moment, told_plainly
from okf.terms import Action

EVERY = 20  # seconds: how often the time left is told anew


def door(desk: Desk) -> None:
    """Where the address names no case: how to come to one."""
    st.text("Choose a case in the list.")
    link("To the cases", "cases", icon=":material/arrow_forward:")
    ways(desk, "")


def ways(desk: Desk, case_ref: str) -> None:
    """The ways into a case that one can't open: each for those whose role has it, and a request for everybody."""
    offer(desk, case_ref)
    custody.offer(desk, case_ref)
    link("Ask for access to a case", "access_requests", icon=":material/front_hand:", case=case_ref)


def offer(desk: Desk, case_ref: str) -> None:
    """The form for emergency access, for those whose role includes it."""
    if not desk.decide(Action.OPEN_EMERGENCY_ACCESS).allowed:
        return
    with st.expander("Open a case in an emergency", icon=":material/emergency:"), st.form("emergency", border=False):
        st.text("For a few hours, without a grant. Somebody else reviews it by the end of the next working day.")
        ref = st.text_input("Reference of the case", value=case_ref, max_chars=80)
        reason = st.text_area(
            "Why it cannot wait",
            key="emergency_reason",
            max_chars=4000,
            help=f"At least {SHORTEST} characters. Whoever reviews it reads this.",
        )
        if st.form_submit_button("Open it now"):
            opened = False
            with told_plainly():
                open_emergency_access(desk, ref.strip(), reason=reason)
                opened = True
            if opened:
                go("case", case=ref.strip())


def banner(desk: Desk, opened: Opened) -> None:
    """Until when the case is open, how much of it is left, and the way to end it; when it is over the page goes."""
    with st.container(border=True):
        _left(desk, opened)
        st.button(
            "End the emergency access now",
            key="end_emergency",
            icon=":material/logout:",
            on_click=_end,
            args=(desk, opened.id),
            help="The case closes to you at once. The review stays due.",
        )


@st.fragment(run_every=EVERY)
def _left(desk: Desk, opened: Opened) -> None:
    left = opened.until - desk.now()
    if left <= timedelta():
        st.rerun()
    st.warning(
        f"Emergency access until {moment(opened.until)}: {_in_words(left)} left. Somebody else will review it; what you"
        " read is on record.",
        icon=":material/emergency:",
    )


def _in_words(left: timedelta) -> str:
    minutes = int(left.total_seconds() // 60)
    if minutes < 1:
        return "less than a minute"
    hours, minutes = divmod(minutes, 60)
    said = [f"{hours} {'hour' if hours == 1 else 'hours'}"] if hours else []
    said += [f"{minutes} {'minute' if minutes == 1 else 'minutes'}"] if minutes or not hours else []
    return " ".join(said)


def _end(desk: Desk, emergency: str) -> None:
    with told_plainly():
        end_emergency_access(desk, emergency)
