"""The sessions of a mediation, and the recordings that were asked for or made."""

from __future__ import annotations

from datetime import date, datetime

import streamlit as st

from okf.desk import Desk
from okf.mediation.commands.incidents import NARRATIVE
from okf.mediation.commands.recordings import agree_to_record, ask_to_record, note_recording
from okf.mediation.commands.sessions import cancel_session, hold_session, plan_session
from okf.mediation.queries.mediation import MediationView
from okf.mediation.queries.room import IncidentRow, RecordingRow, SessionRow, recordings_of, sessions_of
from okf.policy.mediation import SessionKind, SessionStatus
from okf.shell.drafts import views as drafts
from okf.shell.drafts.views import moment_field
from okf.shell.words import day, moment, plain, told, told_plainly
from okf.terms import MediationStatus, RecordingStatus

_KINDS = {
    SessionKind.JOINT: "Together",
    SessionKind.SHUTTLE: "Apart, the mediator goes between them",
    SessionKind.PRIVATE: "With one of them alone",
}


def sessions(desk: Desk, view: MediationView) -> None:
    """The sessions that the reader may know of; for the mediator, the way to plan and to hold one."""
    if view.mine and not view.over:
        if view.status is MediationStatus.IN_PROGRESS:
            with st.expander("Plan a session", icon=":material/event:"):
                _plan(desk, view)
        else:
            st.text("Sessions are planned once everyone has been found suitable and agreed, and it is in progress.")
    found = sessions_of(desk, view.ref)
    if not found:
        st.text("There is no session that you may know of.")
    for one in found:
        with st.container(border=True, gap="small"):
            _session(desk, view, one)


def _session(desk: Desk, view: MediationView, one: SessionRow) -> None:
    st.text(f"{moment(one.starts_at)}: {_KINDS[one.kind].lower()}, {told(one.status).lower()}")
    st.text(one.where)
    if one.attended:
        st.text(f"Came: {', '.join(one.attended)}")
    st.caption(plain(f"Session {one.ref}. Restricted to: {one.restricted_to}"))
    if not view.mine or one.status is not SessionStatus.PLANNED:
        return
    with st.form(f"held_{one.ref}", border=False):
        came = st.multiselect(
            "Who came", list(one.invited), default=list(one.invited), format_func=one.invited.__getitem__
        )
        left, right = st.columns(2)
        held = left.form_submit_button("It was held", icon=":material/check:")
        cancelled = right.form_submit_button("Cancel it", icon=":material/event_busy:")
    if held or cancelled:
        with told_plainly():
            if held:
                hold_session(desk, one.ref, attended=came)
            else:
                cancel_session(desk, one.ref)
            st.rerun()


def _plan(desk: Desk, view: MediationView) -> None:
    draft = drafts.resume(desk, "session", view.ref, case=view.case_ref)
    names = {one.ref: one.name for one in view.participants}
    kind = draft.radio("Who meets", "kind", list(SessionKind), format_func=_KINDS.__getitem__) or SessionKind.JOINT
    alone = None
    if kind is SessionKind.PRIVATE:
        alone = draft.selectbox("With whom", "with_whom", list(names), index=None, format_func=names.__getitem__)
        st.caption("Only this participant's side may know of it.")
    at = moment_field(draft, "When", "starts", desk.now())
    online = draft.checkbox("Online", "online")
    place = draft.text_input("Where, or how to join", "place", max_chars=500)
    sent = st.button("Plan the session", type="primary", key="plan_session")
    draft.told()
    if sent:
        with told_plainly():
            plan_session(desk, view.ref, kind=kind, starts_at=at, online=online, place=place, with_whom=alone)
            draft.done("The session is planned. Nobody has been told by Casebook.")


def recordings(desk: Desk, view: MediationView) -> None:
    """Who agreed to a recording, what was recorded, and the incidents among them."""
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


def _incident(one: IncidentRow) -> None:
    if one.reviewed_at is None:
        st.warning(
            f"An unauthorised recording was put on record {moment(one.noted_at)} ({one.ref}). Its review is due"
            f" {moment(one.review_by)}. The mediation stays as it is, unless its mediator decides otherwise.",
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
            with told_plainly():
                agree_to_record(desk, one.id, participant=who, agrees=agrees)
                st.rerun()
    if one.status is RecordingStatus.AGREED and one.recorded_at is None and one.session_starts <= desk.now():
        st.button("It was recorded", key=f"recorded_{one.id}", on_click=_recorded, args=(desk, view, one))


def _recorded(desk: Desk, view: MediationView, one: RecordingRow) -> None:
    with told_plainly():
        note_recording(desk, view.ref, session_starts=one.session_starts, recorded_at=desk.now(), recording_id=one.id)


def _ask(desk: Desk, view: MediationView) -> None:
    draft = drafts.resume(desk, "recording", view.ref, case=view.case_ref)
    starts = _of_a_session(desk, view, draft)
    purpose = draft.text_input("What for", "purpose", max_chars=2_000)
    delete_by = draft.date_input("To be deleted by", "delete_by", value=None)
    sent = st.button("Ask to record it", type="primary", key="ask_to_record")
    draft.told()
    if sent and starts:
        with told_plainly():
            ask_to_record(
                desk,
                view.ref,
                session_starts=starts,
                purpose=purpose,
                delete_by=delete_by if isinstance(delete_by, date) else None,
            )
            draft.done("It is asked for. Nothing may be recorded until everyone agreed.")


def _unauthorised(desk: Desk, view: MediationView) -> None:
    draft = drafts.resume(desk, "unauthorised-recording", view.ref, case=view.case_ref)
    starts = _of_a_session(desk, view, draft)
    recorded = moment_field(draft, "Recorded on", "recorded", desk.now(), past=True)
    what = draft.text_area(
        "What happened",
        "what",
        max_chars=NARRATIVE,
        help="A manager or the data protection lead reads this. Write how it was recorded and found out, and nothing of"
        " what was said in the session.",
    )
    st.caption("It becomes an incident with a review. The mediation does not end by itself.")
    sent = st.button("Put it on record", type="primary", key="put_incident")
    draft.told()
    if sent and starts:
        with told_plainly():
            note_recording(desk, view.ref, session_starts=starts, recorded_at=recorded, what=what)
            draft.done("It is on record, and waits for its review.")


def _of_a_session(desk: Desk, view: MediationView, draft: drafts.DraftForm) -> datetime | None:
    joint = {one.ref: one for one in sessions_of(desk, view.ref) if one.kind is not SessionKind.PRIVATE}
    chosen = draft.selectbox(
        "Which session", "session", list(joint), index=None, format_func=lambda one: moment(joint[one].starts_at)
    )
    if chosen:
        return joint[chosen].starts_at
    return moment_field(draft, "Or one that is not listed, of", "session", desk.now())
