"""Mediations: a mediator's own, and the unauthorised recordings that wait for a review."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.mediation.queries.mediations import own_mediations
from okf.mediation.views import recordings
from okf.mediation.views.head import without_prejudice
from okf.policy.mediation import stands
from okf.shell.sheets import Cell, address, sheet
from okf.shell.words import moment, told
from okf.terms import Action


def render(desk: Desk) -> None:
    """The lists that this person may see."""
    st.title("Mediations")
    without_prejudice()
    if desk.decide(Action.LIST_MEDIATIONS).allowed:
        _own(desk)
    if desk.decide(Action.REVIEW_INCIDENT).allowed:
        recordings.review(desk)


def _own(desk: Desk) -> None:
    rows = own_mediations(desk)
    if not rows:
        st.info("You have no mediation yet. A manager starts one on its case and chooses the mediator.")
        return
    words = st.text_input("Find by mediation or case reference", key="find_mediation", type="search")
    found = [one for one in rows if words.strip().lower() in f"{one.ref} {one.case_ref}".lower()]
    if not found:
        st.text("No mediation of yours has these letters in its reference.")
        return
    sheet(
        ("Mediation", "Case", "Kind", "Where it stands", "Next session"),
        [
            (
                Cell(one.ref, address("mediation", ref=one.ref)),
                Cell(one.case_ref, address("case", case=one.case_ref)),
                told(one.kind),
                stands(one.status).capitalize(),
                moment(one.next_at),
            )
            for one in found
        ],
        caption="Your mediations, those that go on first",
    )
