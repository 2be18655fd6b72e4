"""A count of the open concerns that keeps itself up to date, and leaves the page under it as it is (C9)."""

from __future__ import annotations

from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.safeguarding.queries.figures import QueueFigures, live_figures
from okf.shell import scripts

EVERY: Final = "10s"
_SHOWN: Final = "okf_count_shown"


def live_count(desk: Desk, *, over_a_list: bool = False) -> None:
    """The count; over a list also the way to show that list anew, once the count has changed under it."""
    st.session_state.pop(_SHOWN, None)
    _count(desk, over_a_list)


@st.fragment(run_every=EVERY)
def _count(desk: Desk, over_a_list: bool) -> None:
    figures = live_figures(desk)
    if figures is None:
        return
    said = in_words(figures)
    scripts.live(said)
    if not over_a_list or st.session_state.setdefault(_SHOWN, said) == said:
        return
    if st.button("The queue has changed: show it as it is now", icon=":material/refresh:"):
        st.rerun(scope="app")


def in_words(figures: QueueFigures) -> str:
    """`5 concerns open, 2 overdue, 1 immediate, 3 not triaged yet`."""
    open_now = f"{figures.open} {'concern' if str(figures.open) == '1' else 'concerns'} open"
    return f"{open_now}, {figures.overdue} overdue, {figures.immediate} immediate, {figures.untriaged} not triaged yet"
