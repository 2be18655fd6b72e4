"""What is due on decisions, in two lists: readings for this reader to make, and what is to be followed up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from okf.desk import Desk
from okf.safeguarding.queries.decisions_due import DueRow, count_overdue, decisions_due
from okf.shell.navigation import link
from okf.shell.sheets import Cell, address, sheet
from okf.shell.words import left_until, told
from okf.terms import Action


def lists(desk: Desk) -> None:
    """Both lists, the least time left first; each row links to its concern."""
    view = decisions_due(desk)
    st.header("To read again")
    if view.readings:
        _sheet(view.readings, view.at, "Decisions of others that wait for your reading")
    else:
        st.info("No decision waits for you to read it. Decisions that you made are read by somebody else.")
    st.header("To follow up")
    if view.follow_ups:
        _sheet(view.follow_ups, view.at, "Answers to chase, and what is to be decided anew")
    else:
        st.info("No answer is awaited, and nothing is to be decided anew.")


def line(desk: Desk) -> None:
    """One line over the queue: how much is due, with the link to it; nothing if nothing is due."""
    view = decisions_due(desk)
    late = sum(1 for one in (*view.readings, *view.follow_ups) if one.overdue(view.at))
    if view.readings or view.follow_ups:
        with st.container(horizontal=True, vertical_alignment="center"):
            told_ = f"Decisions to read: {len(view.readings)}. To follow up: {len(view.follow_ups)}. Overdue: {late}."
            st.text(told_, width="content")
            link("Open them", "decisions", icon=":material/arrow_forward:")


def overdue(desk: Desk) -> None:
    """For managers: how many decisions nobody else has read again in time, and nothing of what they are about."""
    if desk.decide(Action.COUNT_CONCERNS).allowed:
        st.text(f"Decisions on concerns that nobody else has read again in time, in all cases: {count_overdue(desk)}.")


def _sheet(rows: Sequence[DueRow], at: datetime, caption: str) -> None:
    cells = [
        (
            Cell(one.concern_ref, address("concern", ref=one.concern_ref, part="Decisions")),
            told(one.what),
            one.told,
            Cell(left_until(one.due_at, at), late=one.overdue(at)),
        )
        for one in rows
    ]
    sheet(("Concern", "What is due", "On", "Time left"), cells, caption=caption)
