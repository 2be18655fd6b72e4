"""The tab Sessions of a mediation: planning one, and what became of it."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.mediation.commands.sessions import cancel_session, hold_session, plan_session
from okf.mediation.queries.mediation import MediationView
from okf.mediation.queries.room import SessionRow, sessions_of
from okf.policy.mediation import SessionKind, SessionStatus
from okf.shell.dates import taken
from okf.shell.drafts import views as drafts
from okf.shell.drafts.views import moment_field
from okf.shell.words import errors_shown, moment, plain, told
from okf.terms import MediationStatus

_KINDS = {
    SessionKind.JOINT: "Together",
    SessionKind.SHUTTLE: "Apart, the mediator goes between them",
    SessionKind.PRIVATE: "With one of them alone",
}


def sessions(desk: Desk, view: MediationView) -> None:
    """The sessions that the reader may know of; for the mediator also the forms that plan and hold one."""
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
        with errors_shown():
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
        with errors_shown():
            plan_session(desk, view.ref, kind=kind, starts_at=taken(at), online=online, place=place, with_whom=alone)
            draft.done("The session is planned. Nobody has been told by Casebook.")
