"""Whom to ring outside OKF: the local authority's numbers, for whoever raises a concern and whoever refers one (C9)."""

from __future__ import annotations

from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.errors import StoreUnavailable
from okf.policy.directory import Authority, door
from okf.safeguarding.queries.concern import ConcernInView
from okf.safeguarding.queries.directory import numbers, recipients_offered
from okf.shell.drafts.views import DraftForm
from okf.shell.sheets import Cell, number_to_ring, sheet
from okf.shell.words import moment, plain

DOORS_TOLD: Final = {
    "la_children": "Children's front door (MASH)",
    "la_out_of_hours": "Out of hours",
    "lado": "Designated officer (LADO)",
    "la_adults": "Adults' front door",
    "police_101": "Police",
}


def numbers_to_ring(desk: Desk, *, opened: bool = False) -> None:
    """The numbers of the authority that is chosen, the default one at first: the same whatever was reported."""
    try:
        found = numbers(desk)
    except StoreUnavailable:
        return
    if not found.authorities:
        return
    with st.expander("Ring the local authority yourself: anybody may", expanded=opened, icon=":material/call:"):
        listed = list(found.authorities)
        at = st.selectbox(
            "Where the child or adult lives",
            listed,
            index=listed.index(found.default) if found.default else None,
            format_func=_named,
            key="okf_numbers_of",
        )
        if at is None:
            return
        doors_sheet(at)
        if found.known_at:
            st.caption(f"As known at {moment(found.known_at)}.")


def doors_sheet(at: Authority) -> None:
    """The numbers of one authority, each to be rung from a telephone at a touch."""
    made = [(name, found) for kind, name in DOORS_TOLD.items() if (found := door(at, kind)) is not None]
    sheet(
        ("Whom to ring", "Telephone", "E-mail", "When, and more"),
        [
            (Cell(name, under=one.who), number_to_ring(one.phone), one.email or "—", one.hours or "—")
            for name, one in made
            if one.phone
        ],
        caption=f"Numbers of {at.name}",
    )


def offer_recipients(desk: Desk, view: ConcernInView, draft: DraftForm, kind: str | None, field: str) -> None:
    """What the directory has for a kind of recipient, the concern's own authority first; a choice fills the field."""
    offered = {one.name: one for one in recipients_offered(desk, view, kind)} if kind else {}
    if not offered:
        return
    key = f"{draft.name}directory_{field}_{kind}"
    chosen = st.selectbox(
        "From the directory",
        list(offered),
        index=None,
        key=key,
        placeholder="Choose, and their name is filled in",
        on_change=lambda: draft.move(field, st.session_state[key] or ""),
    )
    if chosen:
        st.caption(plain(offered[chosen].in_words))


def _named(at: Authority) -> str:
    return f"{at.name} ({', '.join(at.areas)})" if at.areas else at.name
