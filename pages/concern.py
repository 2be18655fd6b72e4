"""Concern: one, whole for those who work it; for who raised it, their own report and that it was received (C9)."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.errors import NotFound
from okf.safeguarding.queries.concern import ClosedConcern, OwnReport, concern_in_view
from okf.safeguarding.views import checklists, concern, decisions, handover, paper, people, reviews, serious_incident
from okf.safeguarding.views.on_duty import whom_to_ring
from okf.shell.navigation import link
from okf.shell.words import plain

# What stands under a concern's head: a tab each, for those who work it.
PARTS = {
    "Concern": concern.work,
    "Decisions": decisions.tab,
    "Checklists": checklists.tab,
    "Family": people.family,
    "People": people.people,
    "Reviews": reviews.reviews,
    "Hand over": handover.one,
    "Paper": paper.papers,
    "Incident": serious_incident.report,
}
# What whoever only reads a decision again sees: what its maker saw.
TO_READ = ("Concern", "Decisions", "Checklists", "Paper")


def render(desk: Desk) -> None:
    """The concern that the address names, as far as the reader may see it."""
    ref = st.query_params.get("ref", "").strip()
    st.title(plain(f"Concern {ref}"[:60]))
    link("All concerns", "concerns", icon=":material/arrow_back:")
    if not ref:
        st.info("Choose a concern from the list.")
        return
    try:
        view = concern_in_view(desk, ref)
    except NotFound as error:
        if not decisions.reading_said():
            st.warning(plain(str(error)))
            whom_to_ring(desk)
        return
    if isinstance(view, ClosedConcern):
        concern.closed(view)
    elif isinstance(view, OwnReport):
        concern.own_report(desk, view)
    else:
        concern.head(view, desk.now())
        handover.presence(desk, view)
        names = [name for name in PARTS if view.works or name in TO_READ]
        tabs = dict(zip(names, st.tabs(names, key="part", on_change="rerun", bind="query-params"), strict=True))
        for name, tab in tabs.items():
            if tab.open:  # the others are neither read nor sent
                with tab:
                    PARTS[name](desk, view)
