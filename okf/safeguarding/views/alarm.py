"""The banner of what can't wait, on every page of those who may have to act: immediate concerns, and past clocks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.pending import counted
from okf.people.queries.doors import doors_closed
from okf.policy.words import due_told
from okf.safeguarding.queries.alarm import MOST, AtOnce, may_have_to_act, waiting_at_once
from okf.safeguarding.queries.ladder import NOBODY_ACTS, heard_now
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
    if waiting:
        _undecided(desk, waiting)
    _climbed(desk, {one.ref for one in waiting})


def _undecided(desk: Desk, waiting: Sequence[AtOnce]) -> None:
    first = waiting[0]
    many = len(waiting)
    how_many = (
        "A concern of severity immediate waits"
        if many == 1
        else f"{many}{' or more' if many == MOST else ''} concerns of severity immediate wait"
    )
    which = "it" if many == 1 else "the first"
    has_it = f"{plain(first.taken_by)} has {which}" if first.taken_by else f"Nobody has taken {which} up yet"
    late = "overdue: it was to" if first.decide_by <= desk.now() else "to"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.error(
            f"**{how_many} for a decision.** {has_it}; {late} be decided {due_told(first.decide_by)}.",
            icon=":material/e911_emergency:",
        )
        if doors_closed(desk):
            st.write("It opens as soon as two people have signed here.")
        else:
            link(_open(many), "concern", icon=":material/arrow_forward:", ref=first.ref)


def _climbed(desk: Desk, but: Collection[str]) -> None:
    """What the reader heard of on the ladder: the concerns that they work, or that somebody is to be rung."""
    found = heard_now(desk)
    past = [ref for ref in found.past if ref not in but]
    many = found.past_count - (len(found.past) - len(past))
    if many:
        taken = " Somebody has taken it up, and has not ended it." if found.taken and past == list(found.past) else ""
        said = counted(many, "concern is past its time", "concerns are past their time")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.error(f"**{said}.**{taken}", icon=":material/alarm:")
            if not doors_closed(desk):
                page, asked = ("concern", {"ref": past[0]}) if past else ("concerns", {})
                link(_open(many), page, icon=":material/arrow_forward:", **asked)
    if found.others:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.error(f"**{NOBODY_ACTS}.**", icon=":material/alarm:")
            link("See whom to ring", "on_duty", icon=":material/call:")


def _open(many: int) -> str:
    return "Open it now" if many == 1 else "Open the first now"
