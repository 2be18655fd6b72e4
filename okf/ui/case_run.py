"""What managers and leads do to a case: grant, hand over, change its status, close, reopen."""

from __future__ import annotations

from datetime import date

import streamlit as st

from okf.clock import end_of, london_date
from okf.commands.cases import change_case_status, close_case, reopen_case
from okf.commands.grants import grant_access
from okf.commands.handovers import hand_over
from okf.desk import Desk
from okf.policy.scopes import starting_scope
from okf.queries.case import CaseView
from okf.queries.case_access import access_to, parts_of
from okf.queries.workers import Worker, workers_named
from okf.terms import Action, Capacity, CaseStatus, RecordClass, Role
from okf.ui import match_reports
from okf.ui.plain import plain
from okf.ui.words import told, told_plainly

_WORK: tuple[Role | Capacity, ...] = (
    Role.CASEWORKER,
    Role.MEDIATOR,
    Capacity.THERAPIST,
    Capacity.VOLUNTEER,
    Capacity.ALLIED_PARTNER,
)
_CAPACITY: dict[Role | Capacity, Capacity] = {Role.CASEWORKER: Capacity.STAFF, Role.MEDIATOR: Capacity.STAFF}


def run(desk: Desk, view: CaseView) -> None:
    """The forms that this person may use on this case as it stands."""
    closed = view.status is CaseStatus.CLOSED
    match_reports.reports(desk, view)
    if Action.GRANT in view.may:
        with st.expander("Grant access", icon=":material/person_add:", expanded=bool(view.unallocated_since)):
            _grant(desk, view)
        with st.expander("Hand over", icon=":material/swap_horiz:"):
            _hand_over(desk, view)
    if Action.CHANGE_CASE in view.may:
        with st.expander("Change the status", icon=":material/flag:"), st.form("status", border=False):
            options = [one for one in CaseStatus if one is not CaseStatus.CLOSED]
            status = st.selectbox("Status", options, format_func=told)
            if st.form_submit_button("Change"):
                with told_plainly():
                    change_case_status(desk, view.ref, status=status)
                    st.success(f"The case is now: {told(status).lower()}.")
    if Action.CLOSE_CASE in view.may and not closed:
        with st.expander("Close the case", icon=":material/lock:"):
            _close(desk, view)
    if Action.REOPEN_CASE in view.may and closed and st.button("Reopen the case", help="No earlier access comes back."):
        with told_plainly():
            reopen_case(desk, view.ref)
            st.success("The case is open again. Nobody holds access to it yet.")


def _grant(desk: Desk, view: CaseView) -> None:
    parts = parts_of(desk, view.ref)
    people = {
        one.username: one
        for one in workers_named(
            desk, st.text_input("Find a person by name", key="find_worker"), case_ref=view.ref,
            lead_for=st.session_state.get("grant_for"),
        )
    }  # fmt: skip
    to = st.selectbox("Who", list(people), index=None, format_func=lambda one: str(people[one]), key="grant_to")
    work = st.selectbox("As what", _WORK, format_func=told, key="grant_work")
    own = st.selectbox(
        "For whom", list(parts.people), index=None, format_func=parts.people.__getitem__, key="grant_for",
        help="The party whose caseworker, or the client whose therapist, they are.",
    )  # fmt: skip
    scope = starting_scope(work, parties=parts.parties, children=parts.children, own=own)
    with st.form("grant", border=False):
        compartments = st.multiselect(
            "Parts of the case", list(parts.parts), default=list(scope.compartments),
            format_func=parts.parts.__getitem__,
        )  # fmt: skip
        kinds = st.multiselect(
            "Kinds of record (none chosen: all)",
            list(RecordClass),
            default=list(scope.record_classes),
            format_func=told,
        )
        purpose = st.text_input("Purpose", max_chars=200, key="grant_purpose")
        until = st.date_input("Until the end of (empty: open-ended)", value=None, format="DD/MM/YYYY")
        leads = st.checkbox("Lead caseworker of this party", value=work is Role.CASEWORKER and own in parts.parties)
        st.caption("It opens nothing until they have signed the agreement of this capacity.")
        if st.form_submit_button("Grant access", type="primary"):
            with told_plainly():
                grant_access(
                    desk, view.ref, to=to or "", capacity=_CAPACITY.get(work) or Capacity(work.value),
                    compartments=compartments, record_classes=kinds, purpose=purpose,
                    until=end_of(until) if isinstance(until, date) else None,
                    lead_for=own if leads and own in parts.parties else None,
                )  # fmt: skip
                st.success(f"{plain(str(people[to or '']))} holds access from now on.")


def _people(desk: Desk, view: CaseView, key: str) -> dict[str, Worker]:
    words = st.text_input("Find a person by name", key=key)
    return {one.username: one for one in workers_named(desk, words, case_ref=view.ref)}


def _hand_over(desk: Desk, view: CaseView) -> None:
    leads = {row.id: row for row in access_to(desk, view.ref).live if row.lead_for}
    if not leads:
        st.text("This case has no lead caseworker who could hand over: grant access instead.")
        return
    people = _people(desk, view, "find_next")
    parts = parts_of(desk, view.ref)
    with st.form("hand_over", border=False):
        old = st.selectbox(
            "From",
            list(leads),
            format_func=lambda one: f"{leads[one].name}, for {parts.people[leads[one].lead_for or '']}",
        )
        to = st.selectbox("To", list(people), index=None, format_func=lambda one: str(people[one]))
        st.caption("The one access starts and the other ends in the same moment.")
        if st.form_submit_button("Hand over") and to:
            with told_plainly():
                row = leads[old]
                hand_over(desk, view.ref, party=row.lead_for or "", from_person=row.person, to_person=to)
                st.success(f"{plain(str(people[to]))} is the lead caseworker now.")


def _close(desk: Desk, view: CaseView) -> None:
    live = access_to(desk, view.ref).live
    who = ", ".join(dict.fromkeys(row.name for row in live))
    st.text(f"Closing ends access at this moment for: {who}." if who else "Nobody holds access that would end.")
    with st.form("close", border=False):
        reason = st.text_area("Reason for closing", key="close_reason", max_chars=500)
        sure = st.checkbox("Close it, and end everybody's access")
        if st.form_submit_button("Close the case"):
            if not sure:
                st.error("Tick the box first: closing ends everybody's access.")
                return
            with told_plainly():
                close_case(desk, view.ref, reason=reason)
                st.success(f"The case was closed on {london_date(desk.now()):%d/%m/%Y}.")
