"""Unauthorised recordings on the screen of those who review them."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.mediation.commands.incidents import NARRATIVE, review_incident
from okf.mediation.queries.incidents import IncidentToReview, incidents
from okf.policy.mediation import NOT_BINDING, IncidentOutcome
from okf.shell.drafts import views as drafts
from okf.shell.words import moment, plain, told, told_plainly
from okf.terms import Action


def review(desk: Desk) -> None:
    """Those that wait for a review, and the last ones reviewed."""
    st.header("Unauthorised recordings")
    found = incidents(desk)
    if not found.waiting:
        st.text("No unauthorised recording waits for a review.")
    for one in found.waiting:
        with st.container(border=True):
            _waiting(desk, one)
    if found.reviewed:
        with st.expander("Reviewed"):
            for one in found.reviewed:
                _told(one)
                st.text(f"Reviewed {moment(one.reviewed_at)}: {told(one.outcome).lower()}. {one.finding or ''}")
                st.divider()


def _told(one: IncidentToReview) -> None:
    st.text(f"Incident {one.ref}, mediation {one.mediation_ref}, case {one.case_ref}")
    st.caption(plain(f"Put on record {moment(one.noted_at)} by {one.noted_by}. {NOT_BINDING}"))
    st.text(one.what)


def _waiting(desk: Desk, one: IncidentToReview) -> None:
    _told(one)
    (st.error if one.overdue else st.text)(f"{'OVERDUE: r' if one.overdue else 'R'}eview due {moment(one.review_by)}.")
    if one.own:
        st.text("You put it on record, so somebody else reviews it.")
        return
    draft = drafts.resume(desk, "recording-review", one.ref, case=one.case_ref, action=Action.REVIEW_INCIDENT)
    outcome = draft.radio("Should the mediation go on?", "outcome", list(IncidentOutcome), index=None, format_func=told)
    finding = draft.text_area("What the review found", "finding", max_chars=NARRATIVE)
    st.caption("The mediator reads it and acts on it. Nothing ends by itself.")
    sent = st.button("Keep the review", type="primary", key=f"review_{one.ref}")
    draft.told()
    if sent:
        with told_plainly():
            if outcome is None:
                st.error("Say whether the mediation should go on.")
                return
            review_incident(desk, one.ref, outcome=outcome, finding=finding)
            draft.done("The review is on record.")
