"""The banner of undecided immediate concerns, on every page of those who may have to act, within seconds of raising."""

from __future__ import annotations

from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.people.queries.doors import doors_closed
from okf.policy.words import due_told
from okf.safeguarding.queries.alarm import MOST, may_have_to_act, waiting_at_once
from okf.shell.navigation import link
from okf.shell.words import plain

EVERY: Final = 10  # seconds


def banner(desk: Desk) -> None:
    """Draw the banner for those who may have to act; nothing at all is sent to anybody else."""
    if may_have_to_act(desk):
        _banner(desk)


@st.fragment(run_every=EVERY)
def _banner(desk: Desk) -> None:
    waiting = waiting_at_once(desk)
    if not waiting:
        return
    first = waiting[0]
    many = len(waiting)
    how_many = (
        "A concern of severity immediate waits"
        if many == 1
        else f"{many}{' or more' if many == MOST else ''} concerns of severity immediate wait"
    )
    has_it = f"{plain(first.taken_by)} has it" if first.taken_by else "Nobody has taken it up yet"
    late = "overdue: it was to" if first.decide_by <= desk.now() else "to"
    st.error(
        f"**{how_many} for a decision.** {has_it}; {late} be decided {due_told(first.decide_by)}.",
        icon=":material/e911_emergency:",
    )
    if doors_closed(desk):
        st.write("It opens as soon as two people have signed here.")
        return
    link(
        "Open it now" if many == 1 else "Open the first now", "concern", icon=":material/arrow_forward:", ref=first.ref
    )
