"""The parts of the overview: figures in frames, each a link to the list that it counts."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from okf.agreements.views.board import UNSIGNED
from okf.cases.views.filters import NOT_ABLE
from okf.pending import PendingItem
from okf.proof.queries.backups import BackupStanding
from okf.shell.navigation import box, link
from okf.shell.words import day, plain, told
from okf.terms import Standing
from okf.today.queries.overview import CaseloadFigures, OwnAgreement, OwnWork, QueueFigures

_STANDS = {
    Standing.NEVER_SIGNED: "not signed: nothing that needs it opens until you sign",
    Standing.OVERDUE: "overdue: access that needs it is suspended until you sign",
    Standing.RESIGN_DUE: "to be signed again",
    Standing.CURRENT: "signed",
    Standing.ENDED: "ended",
}


def pending(items: Sequence[PendingItem]) -> None:
    """What waits for this person, each with the way to it."""
    st.header("To do")
    for one in items:
        with st.container(border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.text(one.text, width="content")
            link("Open", one.page, icon=":material/arrow_forward:", **one.query)


def queue(figures: QueueFigures) -> None:
    """The safeguarding lead's queue by time left."""
    st.header("Concerns by time left")
    with st.grid(min_column_width=200):
        box("Overdue", figures.overdue, "concerns", due="Overdue")
        box("Due today", figures.due_today, "concerns", due="Due today")
        box("Later", figures.next, "concerns", due="Due later")
        box("Emergencies to review", figures.emergencies_to_review, "emergency_reviews", see="Review")


def caseload(figures: CaseloadFigures) -> None:
    """What the caseload asks of a manager."""
    if figures.ledger_waits:
        st.error(
            "What was ended lately could not be written to the ledger of endings: a backup put back now would open it"
            " again. Whoever runs Casebook looks at its disk today.",
            icon=":material/gpp_bad:",
        )
    st.header("The caseload")
    with st.grid(min_column_width=200):
        box("Overdue for a caseworker", figures.overdue, "cases", overdue="true")
        box("Unallocated cases", figures.unallocated, "cases", unallocated="true")
        box("Allocated, not able to open", figures.not_able, "cases", watch=NOT_ABLE)
        box("Access suspended", figures.suspended, "agreements", standing=UNSIGNED, holds_grants="true")
        box("Access ending this week", figures.grants_ending, "cases", view="Access ending this week")
        box("Emergencies to review", figures.emergencies_to_review, "emergency_reviews", see="Review")
    st.header("Open concerns, by age, and their decisions")
    with st.grid(min_column_width=200):
        st.metric("Under a day", str(figures.concerns_under_a_day), border=True)
        st.metric("A day to a week", str(figures.concerns_under_a_week), border=True)
        st.metric("Over a week", str(figures.concerns_older), border=True)
        st.metric("Decisions not read in time", str(figures.readings_overdue), border=True)


def backups(stands: BackupStanding) -> None:
    """The last good backup and its age; in red when it is overdue, or none is made by itself."""
    st.header("Backups")
    words = " ".join(stands.in_words())
    if stands.alarming:
        st.error(plain(words), icon=":material/backup:")
    else:
        st.text(words)


def work(figures: OwnWork) -> None:
    """A person's own cases and tasks."""
    st.header("Your work")
    with st.grid(min_column_width=200):
        box("Your cases", figures.cases, "cases", view="Your cases")
        box("Tasks overdue", figures.tasks_overdue, "calendar", part="Your tasks")
        box("Tasks due today", figures.tasks_today, "calendar", part="Your tasks")
        box("Tasks due this week", figures.tasks_this_week, "calendar", part="Your tasks")


def agreements(own: Sequence[OwnAgreement]) -> None:
    """How one stands to one's own agreements."""
    st.header("Your agreements")
    if not own:
        st.text("You need no agreement at the moment.")
    for one in own:
        with st.container(border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.text(f"{told(one.kind)} agreement: {_STANDS[one.standing]}", width="content")
            if one.signed_at:
                st.caption(f"Version {one.version}, {day(one.signed_at)}", width="content")
            if one.to_sign:
                link("Sign it", "my_agreements", icon=":material/edit_document:")
