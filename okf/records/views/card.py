"""One record on the screen: its label, its words as they read now, what they were before, its files."""

from __future__ import annotations

from html import escape
from typing import Final

import streamlit as st

from okf.cases.queries.case import CaseView
from okf.desk import Desk
from okf.policy.mediation import NOT_BINDING
from okf.records.commands.relabels import approve_relabel, decline_relabel
from okf.records.queries.case_records import RecordRow
from okf.records.queries.parts import Proposal, Wording
from okf.records.queries.search import SHORT, marked
from okf.records.views import change as record_change
from okf.records.views.files import file_line
from okf.records.views.handed import handed_in_words
from okf.records.views.misfilings import moved_in_words
from okf.shell.words import call_with_errors_shown, moment, plain, told
from okf.terms import Action, RecordClass
from okf.terms.records import Channel, Direction

CHANNELS: Final = {
    Channel.CALL: "Call",
    Channel.MESSAGE: "Message",
    Channel.EMAIL: "E-mail",
    Channel.LETTER: "Letter",
    Channel.MEETING: "Meeting",
}
_DIRECTIONS: Final = {Direction.TO_US: "to us", Direction.FROM_US: "from us", Direction.TOGETHER: "together"}


def card(desk: Desk, view: CaseView, row: RecordRow, *, words: str = "") -> None:
    """The record in a frame, with what its reader may do to it; `words` that were looked for stand out."""
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            status = f" · {told(row.status)}" if row.status else ""
            st.caption(f"{_kind(row)}{status} · {moment(row.occurred_at)} · {row.id}", width="content")
            record_change.menu(row)
        if row.title:
            _words(row.title, words, heading=True)
        about = ", ".join(row.about) or "—"
        st.caption(plain(f"Told to us by: {row.told_by} · About: {about} · Restricted to: {row.restricted_to}"))
        if row.handed:
            st.caption(plain(handed_in_words(row.handed)))
        if row.with_whom:
            st.caption(plain(f"With: {row.with_whom}"))
        if row.mediation:
            st.caption(NOT_BINDING)
        if row.text:
            _words(row.text, words)
            if words and len(row.text) > SHORT:
                with st.expander("The whole text"):
                    st.text(row.text)
        if row.moved:
            st.caption(plain(moved_in_words(row.moved)))
        if row.earlier:
            _corrected(row)
        for file in row.files:
            file_line(desk, file, words=words)
        if row.proposal:
            _waiting(desk, row, row.proposal)
        record_change.form(desk, view, row)


def _kind(row: RecordRow) -> str:
    if row.record_class is RecordClass.COMMUNICATION and row.channel:
        way = f" {_DIRECTIONS[row.direction]}" if row.direction else ""
        return f"{CHANNELS[row.channel]}{way}"
    return told(row.record_class)


def _words(text: str, words: str, *, heading: bool = False) -> None:
    if not words:
        st.text(text)
        return
    pieces = marked(text, words)
    inner = "".join(f"<mark>{escape(piece)}</mark>" if hit else escape(piece) for piece, hit in pieces)
    weight = "font-weight:600" if heading else "white-space:pre-wrap"
    st.html(f'<div style="{weight};overflow-wrap:anywhere">{inner}</div>')


def _corrected(row: RecordRow) -> None:
    times = len(row.earlier)
    how_often = "once" if times == 1 else f"{times} times"
    with st.expander(f"Corrected {how_often}: what it said before", icon=":material/history:"):
        reasons = [*(one.reason for one in row.earlier[1:]), row.reason]
        for before, reason in reversed(list(zip(row.earlier, reasons, strict=True))):
            _before(before)
            st.caption(plain(f"Corrected because: {reason or '—'}"))


def _before(one: Wording) -> None:
    st.caption(plain(f"Written by {one.written_by or 'somebody'}, {moment(one.written_at)}"))
    if one.title:
        st.text(one.title)
    st.text(one.text or "—")


def _waiting(desk: Desk, row: RecordRow, proposal: Proposal) -> None:
    own = proposal.proposed_by == desk.actor
    approve, decline = (approve_relabel, desk, proposal.ref), (decline_relabel, desk, proposal.ref)
    about = ", ".join(proposal.about)
    st.warning(
        plain(
            f"A re-labelling waits for a second person. Told to us by: {proposal.told_by}. About: {about}."
            f" Restricted to: {proposal.restricted_to}. Because: {proposal.reason}"
        ),
        icon=":material/label:",
    )
    with st.container(horizontal=True):
        if own:
            st.button("Take the proposal back", key=f"decline_{row.id}", on_click=call_with_errors_shown, args=decline)
        elif Action.APPROVE_RELABEL in row.may:
            st.button("Move it there", key=f"approve_{row.id}", on_click=call_with_errors_shown, args=approve)
            st.button("Leave it where it is", key=f"decline_{row.id}", on_click=call_with_errors_shown, args=decline)
            st.caption("Who may read it changes at once.", width="content")
