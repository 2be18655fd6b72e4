"""The tab Reviews of a concern: those made, and the form of the next."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from okf.clock import london_date
from okf.desk import Desk
from okf.policy.clocks import review_due
from okf.policy.words import due_told
from okf.safeguarding.commands.concerns import review_concern
from okf.safeguarding.queries.concern import ConcernInView
from okf.safeguarding.queries.reviews import reviews_of
from okf.shell.dates import taken
from okf.shell.drafts import views as drafts
from okf.shell.sheets import sheet
from okf.shell.words import day, errors_shown, flash, moment, show_flash, told
from okf.terms import Severity

_SAID = "okf_review_said"
_EVERY = {
    Severity.IMMEDIATE: "every day",
    Severity.HIGH: "every week",
    Severity.MEDIUM: "every fortnight",
    Severity.LOW: "every month",
}


def reviews(desk: Desk, view: ConcernInView) -> None:
    """When the next review is due, what each review found, and the form."""
    show_flash(_SAID)
    today = london_date(desk.now())
    if view.ended_at is None and view.triaged_at is None:
        st.info("It is reviewed once it is decided on. Triage it first, under Concern.")
    elif view.ended_at is None and view.next_review_on is not None:
        late = view.next_review_on < today
        say = st.error if late else st.text
        say(
            f"{'Overdue: to' if late else 'To'} be looked at {due_told(view.next_review_on)}. A concern of"
            f" {told(view.severity).lower()} severity is looked at {_EVERY[view.severity]} until it is closed."
        )
    made = reviews_of(desk, view.ref)
    if made:
        rows = [
            (
                moment(one.at),
                one.by,
                day(one.due_on) if one.due_on else "Not set",
                told(one.severity)
                if one.severity is one.severity_before
                else f"{told(one.severity_before)} → {told(one.severity)}",
                f"{told(one.outcome)}{f', next {day(one.next_review_on)}' if one.next_review_on else ''}",
                one.found,
            )
            for one in made
        ]
        sheet(("When", "Who", "Was due", "Severity", "Outcome", "What it found"), rows, caption="Reviews so far")
    elif view.triaged_at is not None:
        st.caption("Nobody has reviewed it yet.")
    if view.ended_at is None and view.triaged_at is not None:
        _form(desk, view)


def _form(desk: Desk, view: ConcernInView) -> None:
    st.header("Review it now")
    draft = drafts.resume(desk, "concern_review", view.ref)
    levels = list(Severity)
    severity = draft.radio(
        "How severe is it now?",
        "severity",
        levels,
        index=levels.index(view.severity),
        format_func=told,
        horizontal=True,
    )
    severity = severity or view.severity
    today = london_date(desk.now())
    latest = review_due(severity, today)
    following = draft.date_input(
        "Next review",
        "next",
        min_value=today,
        max_value=today + timedelta(days=366),
        help="Left empty, it is the latest day that the severity allows.",
    )
    st.caption(f"At this severity by {day(latest)} at the latest.")
    found = draft.text_area("What the review found", "found", max_chars=20_000)
    draft.told()
    st.caption("Nothing more to do? End it instead, under Concern, with its outcome and lessons.")
    if st.button("Save the review: it stays open", type="primary", key=f"review_{view.ref}"):
        with errors_shown():
            on = review_concern(desk, view.ref, severity=severity, found=found, next_review_on=taken(following))
            draft.done()
            flash(_SAID, f"The review is on record. Next: {day(on)}.")
