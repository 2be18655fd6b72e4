"""Recordings of a mediation's sessions: the tab of one mediation, and the review of unauthorised ones (C13)."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from okf.dates import Side
from okf.desk import Desk
from okf.errors import Invalid
from okf.mediation.commands.recordings import NARRATIVE, agree_to_record, ask_to_record, note_recording, review_incident
from okf.mediation.queries.incidents import IncidentToReview, incidents
from okf.mediation.queries.mediation import MediationView
from okf.mediation.queries.room import IncidentRow, RecordingRow, recordings_of, sessions_of
from okf.policy.mediation import NOT_BINDING, IncidentOutcome, SessionKind
from okf.policy.words import due_told
from okf.shell.dates import taken
from okf.shell.drafts import views as drafts
from okf.shell.drafts.views import moment_field
from okf.shell.words import day, errors_shown, moment, plain, told
from okf.terms import Action, RecordingStatus


def recordings(desk: Desk, view: MediationView) -> None:
    """The tab Recordings: incidents, who agreed to each recording, and the forms."""
    st.text(
        "Nobody records a session unless everyone and the mediator agreed before it began: audio, video, screenshots,"
        " transcripts and note-taking assistants alike."
    )
    found = recordings_of(desk, view.ref)
    for incident in found.incidents:
        _incident(incident)
    for one in found.rows:
        with st.container(border=True, gap="small"):
            _recording(desk, view, one)
    if not found.rows:
        st.text("Nobody has asked to record a session.")
    if view.may_agree_recording and view.reads_joint:
        if not view.over:
            with st.expander("Ask to record a session", icon=":material/mic:"):
                _ask(desk, view)
        with st.expander("A session was recorded without agreement", icon=":material/report:"):
            _unauthorised(desk, view)


def review(desk: Desk) -> None:
    """The unauthorised recordings that wait for a review, and the last ones reviewed."""
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
    (st.error if one.overdue else st.text)(
        f"{'OVERDUE: r' if one.overdue else 'R'}eview due {due_told(one.review_by)}."
    )
    if one.own:
        st.text("You put it on record, so somebody else reviews it.")
        return
    draft = drafts.resume(desk, "recording-review", one.ref, case=one.case_ref, action=Action.REVIEW_INCIDENT)
    outcome = draft.radio("Should the mediation go on?", "outcome", list(IncidentOutcome), index=None, format_func=told)
    finding = draft.text_area("What the review found", "finding", max_chars=NARRATIVE)
    st.caption("The mediator reads it and acts on it. Nothing ends by itself.")
    sent = st.button("Save the review", type="primary", key=f"review_{one.ref}")
    draft.told()
    if sent:
        with errors_shown():
            if outcome is None:
                st.error("Say whether the mediation should go on.")
                return
            review_incident(desk, one.ref, outcome=outcome, finding=finding)
            draft.done("The review is on record.")


def _incident(one: IncidentRow) -> None:
    if one.reviewed_at is None:
        st.warning(
            f"An unauthorised recording was put on record {moment(one.noted_at)} ({one.ref}). Its review is due"
            f" {due_told(one.review_by)}. The mediation stays as it is, unless its mediator decides otherwise.",
            icon=":material/report:",
        )
    else:
        st.info(
            f"The unauthorised recording {one.ref} was reviewed {moment(one.reviewed_at)}:"
            f" {told(one.outcome).lower()}. {plain(one.finding or '')}",
            icon=":material/fact_check:",
        )


def _recording(desk: Desk, view: MediationView, one: RecordingRow) -> None:
    st.text(f"Session of {moment(one.session_starts)}: recording {told(one.status).lower()}")
    if one.purpose:
        st.text(f"For: {one.purpose}")
    if one.delete_by:
        st.text(f"To be deleted by {day(one.delete_by)}")
    st.text(f"Agreed: {', '.join(one.agreed) or 'nobody yet'}")
    if one.recorded_at:
        st.text(f"Recorded {moment(one.recorded_at)}")
    waits = one.status is RecordingStatus.REQUESTED and one.session_starts > desk.now()
    if waits and view.may_agree_recording and one.not_yet:
        with st.form(f"agree_{one.id}", border=False):
            who = st.selectbox("Who", list(one.not_yet), index=None, format_func=one.not_yet.__getitem__)
            left, right = st.columns(2)
            agrees, refuses = left.form_submit_button("Agrees"), right.form_submit_button("Does not agree")
        if (agrees or refuses) and who:
            with errors_shown():
                agree_to_record(desk, one.id, participant=who, agrees=agrees)
                st.rerun()
    if one.status is RecordingStatus.AGREED and one.recorded_at is None and one.session_starts <= desk.now():
        st.button("It was recorded", key=f"recorded_{one.id}", on_click=_recorded, args=(desk, view, one))


def _recorded(desk: Desk, view: MediationView, one: RecordingRow) -> None:
    with errors_shown():
        note_recording(desk, view.ref, session_starts=one.session_starts, recorded_at=desk.now(), recording_id=one.id)


def _ask(desk: Desk, view: MediationView) -> None:
    draft = drafts.resume(desk, "recording", view.ref, case=view.case_ref)
    starts = _of_a_session(desk, view, draft)
    purpose = draft.text_input("What for", "purpose", max_chars=2_000)
    delete_by = draft.date_input("To be deleted by", "delete_by", side=Side.COMING)
    sent = st.button("Ask to record it", type="primary", key="ask_to_record")
    draft.told()
    if sent and starts:
        with errors_shown():
            ask_to_record(desk, view.ref, session_starts=taken(starts), purpose=purpose, delete_by=taken(delete_by))
            draft.done("It is asked for. Nothing may be recorded until everyone agreed.")


def _unauthorised(desk: Desk, view: MediationView) -> None:
    draft = drafts.resume(desk, "unauthorised-recording", view.ref, case=view.case_ref)
    starts = _of_a_session(desk, view, draft)
    recorded = moment_field(draft, "Recorded on", "recorded", desk.now(), past=True)
    what = draft.text_area(
        "What happened",
        "what",
        max_chars=NARRATIVE,
        hint="A manager or the data protection lead reads this. Write how it was recorded and found out, and nothing of"
        " what was said in the session.",
    )
    st.caption("It becomes an incident with a review. The mediation does not end by itself.")
    sent = st.button("Put it on record", type="primary", key="put_incident")
    draft.told()
    if sent and starts:
        with errors_shown():
            note_recording(desk, view.ref, session_starts=taken(starts), recorded_at=taken(recorded), what=what)
            draft.done("It is on record, and waits for its review.")


def _of_a_session(desk: Desk, view: MediationView, draft: drafts.DraftForm) -> datetime | Invalid | None:
    joint = {one.ref: one for one in sessions_of(desk, view.ref) if one.kind is not SessionKind.PRIVATE}
    chosen = draft.selectbox(
        "Which session", "session", list(joint), index=None, format_func=lambda one: moment(joint[one].starts_at)
    )
    if chosen:
        return joint[chosen].starts_at
    return moment_field(draft, "Or one that is not listed, of", "session", desk.now())
