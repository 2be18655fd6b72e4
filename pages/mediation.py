"""Mediation: one mediation by its reference, as far as whoever looks may see it."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.mediation.views import head, notes, people, recordings, sessions, summary
from okf.shell.navigation import link

PEOPLE, SESSIONS, NOTES, PROPOSALS = "Participants", "Sessions", "Notes", "Proposals"
SUMMARY, RECORDINGS, HISTORY = "Summary", "Recordings", "History"


def render(desk: Desk) -> None:
    """Show the mediation that the address names."""
    ref = st.query_params.get("ref", "").strip()
    if not ref:
        st.title("Mediation")
        st.text("Open a mediation from your list, or from the case that it is in.")
        link("To the mediations", "mediations", icon=":material/arrow_forward:")
        return
    view = head.look_into(desk, ref)
    if view is None:
        link("Back to the cases", "cases", icon=":material/arrow_back:")
        return
    head.head(desk, view)
    parts = {PEOPLE: people.participants}
    if view.mine or view.reads_joint or view.reads_private:
        parts |= {SESSIONS: sessions.sessions, NOTES: notes.notes, PROPOSALS: notes.proposals}
    parts[SUMMARY] = summary.summary
    if view.reads_joint:
        parts[RECORDINGS] = recordings.recordings
    parts[HISTORY] = head.history
    shown = list(parts)
    tabs = dict(zip(shown, st.tabs(shown, key="part", on_change="rerun", bind="query-params"), strict=True))
    for name, tab in tabs.items():
        if tab.open:  # the others are neither read nor sent
            with tab:
                parts[name](desk, view)
