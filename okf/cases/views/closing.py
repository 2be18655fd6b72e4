"""Closing a case after a checklist, and reopening it with the access that it starts with."""

from __future__ import annotations

import streamlit as st

from okf.cases.commands.cases import close_case, reopen_case
from okf.cases.queries.case import CaseView
from okf.cases.queries.closing import Checklist, closing_checklist
from okf.cases.views import allocation
from okf.desk import Desk
from okf.shell.drafts import views as drafts
from okf.shell.sheets import facts
from okf.shell.words import day, plain, told, told_plainly
from okf.terms import Action
from okf.terms.caseload import ClosureOutcome


def close(desk: Desk, view: CaseView) -> None:
    """What stands open, who loses access, and the form that closes."""
    found = closing_checklist(desk, view.ref)
    _checklist(found)
    draft = drafts.resume(desk, "closing", view.ref, action=Action.CLOSE_CASE)
    reason = draft.text_area("Reason for closing", "reason", max_chars=500)
    outcome = draft.text_area(
        "What came of it",
        "outcome",
        max_chars=20_000,
        help="Kept with the case, for whoever opens it again: what was agreed, what helps, what to watch for.",
    )
    came_to = st.selectbox(
        "In one word, for the figures",
        list(ClosureOutcome),
        index=None,
        format_func=told,
        key="close_came_to",
        placeholder="Choose what fits best",
    )
    draft.told()
    sure = st.checkbox("Close it, and end everybody's access", key="close_sure")
    if not st.button("Close the case", type="primary", key="close_save"):
        return
    if not sure:
        st.error("Tick the box first: closing ends everybody's access.")
        return
    with told_plainly():
        close_case(desk, view.ref, reason=reason, outcome=outcome, came_to=came_to)
        draft.done()
        allocation.say_above("The case is closed. It has left everybody's list.")


def _checklist(found: Checklist) -> None:
    until = "Not known: a date of birth is missing"
    if found.kept_until:
        until = day(found.kept_until) if found.to_the_day else f"some day in {found.kept_until.year}"
    facts(
        [
            ("Concerns", "An open concern asks for the safeguarding lead's word: Casebook asks as you close."),
            ("Open tasks", _count(found.tasks, "to be done or handed on first")),
            ("Appointments to come", _count(found.appointments, "to be cancelled or kept first")),
            ("Drafts", _count(found.drafts, "half-written by people on this case; they go with the closing")),
            ("Shares waiting", _count(found.shares, "to be sent or refused first")),
            ("Mediations going on", _count(found.mediations, "to be concluded or ended first")),
            ("Lose access at this moment", plain(", ".join(found.losing)) or "Nobody holds access"),
            ("Proposed to be kept until", until),
        ]
    )


def _count(number: int, what: str) -> str:
    return f"{number}: {what}" if number else "None"


def reopen(desk: Desk, view: CaseView) -> None:
    """Reopening, with the access that somebody gets in the same moment; nobody's earlier access comes back."""
    st.text("No earlier access comes back. Choose who works on it now; more can be given afterwards.")
    new = None
    if st.toggle("Give somebody access in the same step", value=True, key="reopen_with"):
        new = allocation.chosen_for(desk, view.ref)
        if new is None:
            return
        allocation.tell(desk, view.ref, new)
    if st.button("Reopen the case", type="primary", key="reopen_save"):
        with told_plainly():
            reopen_case(desk, view.ref, grants=[new] if new else [])
            allocation.say_above("The case is open again." + ("" if new else " Nobody holds access to it yet."))
