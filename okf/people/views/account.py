"""The tables of one's own account page: sessions with "end", access, and the audit trail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.people.commands.sessions import end_session
from okf.people.queries.own import (
    TRAIL_PAGE,
    OwnEvent,
    OwnGrant,
    own_access,
    own_account_news,
    own_audit_trail,
    own_sessions,
)
from okf.shell.tables import columns_of, table
from okf.shell.words import day, moment, told, until

_BEFORE: Final = "okf_trail_before"
_ACCESS: Final[Mapping[str, Callable[[OwnGrant], str]]] = {
    "Case": lambda grant: grant.case_ref,
    "As": lambda grant: told(grant.capacity),
    "For": lambda grant: ", ".join(grant.compartments),
    "From": lambda grant: day(grant.from_),
    "Until": lambda grant: until(grant.until),
    "Ended": lambda grant: day(grant.ended_at),
}
_TRAIL: Final[Mapping[str, Callable[[OwnEvent], str]]] = {
    "When": lambda event: moment(event.at),
    "What": lambda event: told(event.action),
    "Detail": lambda event: event.did or "",
    "Answer": lambda event: told(event.outcome),
    "Case": lambda event: event.case_ref or "",
}


_DONE: Final = {
    "person invited again": "made a new invitation for your account",
    "password set from the host": "set a new password for your account",
    "second factor reset": "took your second factor off",
    "account switched off": "switched your account off",
    "account switched on": "switched your account on again",
}


def news(desk: Desk) -> None:
    """What others did to one's own account since the sign-in before this one; nothing where there was nothing."""
    told_of = [one for one in own_account_news(desk) if one.did in _DONE]
    if told_of:
        lines = "\n".join(f"- {moment(one.at)}: {one.by} {_DONE[one.did]}" for one in told_of)
        st.warning(
            f"Since your last sign-in:\n{lines}\n\nIf you did not ask for it, tell the data protection lead at once.",
            icon=":material/lock_reset:",
        )


def sessions(desk: Desk) -> None:
    """Where one is signed in, each with its end."""
    for one in own_sessions(desk):
        with st.container(border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            with st.container(width="stretch", gap=None):
                st.text(f"{'This one, since' if one.is_this else 'Since'} {moment(one.started_at)}, from {one.source}")
                st.caption(f"Last used {moment(one.last_seen_at)}")
                st.caption(one.browser or "A browser that did not say what it is")
            st.button("End", key=f"okf_end_{one.id}", on_click=end_session, args=(desk, one.id))


def access(desk: Desk) -> None:
    """The access grants one holds or held."""
    rows = own_access(desk)
    if rows:
        table(columns_of(rows, _ACCESS), caption="Access you hold or held")
    else:
        st.write("You hold no access grant, and held none.")


def audit_trail(desk: Desk) -> None:
    """What the audit record says one did, a page at a time."""
    before = st.session_state.get(_BEFORE)
    events = own_audit_trail(desk, before)
    if events:
        table(columns_of(events, _TRAIL), caption="What you did, newest first")
    else:
        st.write("There is nothing before this.")
    older = events[-1].seq if len(events) == TRAIL_PAGE else None
    with st.container(horizontal=True):
        st.button("Newest", disabled=before is None, on_click=st.session_state.pop, args=(_BEFORE, None))
        st.button("Older", disabled=older is None, on_click=st.session_state.update, args=({_BEFORE: older},))
