"""The review of emergency accesses: why each was opened, what was done in it, and whether it was justified."""

from __future__ import annotations

import streamlit as st

from okf.cases.commands.emergency import review_emergency_access
from okf.cases.queries.emergencies import Done, EmergencyReview
from okf.desk import Desk
from okf.shell.sheets import facts, sheet, verbatim
from okf.shell.words import moment, plain, told_plainly
from okf.terms import Action

_DID = {
    Action.OPEN_CASE: "Opened the case",
    Action.READ_RECORD: "Read",
    Action.ADD_RECORD: "Added a record",
    Action.EXPORT_RECORD: "Exported",
}
JUSTIFIED = {True: "Justified: it could not have waited", False: "Not justified"}


def to_review(desk: Desk, one: EmergencyReview) -> None:
    """One that waits, with the form that reviews it."""
    with st.container(border=True):
        _told(one)
        with st.form(f"review_{one.id}", border=False):
            justified = st.radio(
                "Was it justified?",
                list(JUSTIFIED),
                index=None,
                format_func=JUSTIFIED.__getitem__,
                key=f"justified_{one.id}",
            )
            finding = st.text_area(
                "What you found (name nobody of the family)",
                key=f"finding_{one.id}",
                max_chars=4000,
                help="Whether it was needed at that moment, and whether more was read than was needed.",
            )
            if st.form_submit_button("Keep the review"):
                if justified is None:
                    st.error("Say first whether it was justified.")
                    return
                kept = False
                with told_plainly():
                    review_emergency_access(desk, one.id, justified=justified, finding=finding)
                    kept = True
                if kept:
                    st.session_state["okf_reviewed"] = one.id
                    st.rerun()


def reviewed(one: EmergencyReview) -> None:
    """One that was reviewed, with what was found."""
    verdict = "Justified" if one.justified else "Not justified" if one.justified is False else "Reviewed"
    with st.expander(plain(f"{verdict}: {one.name}, {one.case_ref}, {moment(one.opened_at)}")):
        _told(one)
        st.caption(f"Reviewed {moment(one.reviewed_at)} by {plain(one.reviewed_by or 'somebody')}")
        verbatim(one.finding or "—")


def _told(one: EmergencyReview) -> None:
    st.markdown(f"**{plain(one.name)}** opened case **{plain(one.case_ref)}**")
    ended = "ended early" if one.ended_early else "ran out"
    facts(
        [
            ("Opened", moment(one.opened_at)),
            ("Until", f"{moment(one.until)} ({ended})"),
            ("Review due", f"{'OVERDUE, was due' if one.overdue else 'by'} {moment(one.due)}"),
        ]
    )
    st.caption("The reason they gave")
    verbatim(one.reason)
    if not one.done:
        st.text("The record shows nothing that was opened or read in it.")
        return
    sheet(
        ("When", "What"),
        [(moment(done.at), _did(done)) for done in one.done],
        caption="What the audit record says they did in it",
    )
    if one.more:
        st.caption("The record has more: look there under this case.")


def _did(done: Done) -> str:
    said = _DID.get(done.action, done.action.value.replace("_", " ").capitalize())
    said = f"{said}: {done.what}" if done.what else said
    if done.records:
        said += f" ({', '.join(done.records)})"
    return f"Refused: {said}" if done.refused else said
