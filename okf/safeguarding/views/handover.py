"""Who leads a concern: handing one over, or several of the queue at once, and taking up what was handed over (C9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

from okf.clock import clock_time, end_of
from okf.desk import Desk
from okf.errors import CasebookError
from okf.pending import counted
from okf.policy.duty import may_take_up
from okf.policy.words import until_told
from okf.safeguarding.commands.handovers import REASON_MOST, hand_over_concerns, take_up_concern
from okf.safeguarding.queries.absences import leads_there
from okf.safeguarding.queries.concern import ConcernInView
from okf.safeguarding.queries.concerns import Leading
from okf.safeguarding.queries.handovers import opened_lately
from okf.safeguarding.views.fields import entries_shown
from okf.shell.lists import untick
from okf.shell.words import errors_shown, flash, plain, show_flash

QUEUE: Final = "queue"
_HANDED: Final = "okf_handed_over"


def presence(desk: Desk, view: ConcernInView) -> None:
    """Who else opened it lately; and while nobody has it, the button by which the reader takes it up."""
    for name, at in opened_lately(desk, view.ref):
        minutes = int((desk.now() - at).total_seconds() // 60)
        ago = "just now" if not minutes else f"{minutes} min ago, at {clock_time(at)}"
        st.caption(plain(f"{name} opened this {ago}."))
    if not view.works or view.ended_at or not may_take_up(desk.actor, view.lead, view.taken_at, view.handed_at):
        return
    waits = (
        "This was handed over to you. The reason stands in the chronology."
        if view.handed_at
        else "Nobody has said yet that they have it. Saying so ends no clock; whoever raised it reads that you did."
    )
    with st.container(border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.text(waits, width="content")
        if st.button("I have it", key=f"okf_take_up_{view.ref}", icon=":material/task_alt:"):
            with errors_shown():
                take_up_concern(desk, view.ref)
                st.rerun()


def one(desk: Desk, view: ConcernInView) -> None:
    """The form that hands this concern to another lead."""
    seen = entries_shown(view)
    show_flash(_HANDED)
    if not view.works:
        st.info("Only a safeguarding lead whom it is not about hands it over.")
        return
    if view.ended_at is not None:
        st.info("This concern has ended. There is nothing to hand over.")
        return
    names = {username: name for username, name in view.leads if username != view.lead}
    _form(desk, [view.ref], names, key=f"okf_hand_{view.ref}", seen=seen)


def bulk(desk: Desk, ticked: Sequence[str]) -> None:
    """The form that hands over the concerns that are ticked in a list at once, all or none."""
    show_flash(_HANDED)
    if not ticked:
        return
    with st.container(border=True):
        st.subheader(f"Hand {counted(len(ticked), 'concern', 'concerns')} to somebody else")
        _form(desk, ticked, dict(leads_there(desk)), key="okf_hand_bulk")


def led_by(lead: Leading) -> str:
    """Who leads a concern now, in words: `Dev Uty, for Dana Lead to the end of 3 Jan 2027`."""
    until = f" {until_told(end_of(lead.until))}" if lead.until else ""
    if lead.name and lead.instead_of:
        return f"{lead.name}, for {lead.instead_of}{until}"
    if lead.instead_of:
        return f"Nobody: {lead.instead_of} {f'is away{until}' if until else 'has left'}"
    return lead.name or "Nobody yet"


def _form(desk: Desk, refs: Sequence[str], names: Mapping[str, str], *, key: str, seen: int | None = None) -> None:
    done = f"{key}_{st.session_state.get(f'{key}_done', 0)}"
    with st.form(done, border=False):
        to = st.selectbox(
            "Hand to",
            list(names),
            index=None,
            format_func=lambda one: names.get(one, one),
            placeholder="Who leads from now on",
            key=f"{done}_to",
            width=320,
        )
        reason = st.text_area("Why", key=f"{done}_why", max_chars=REASON_MOST, height=80)
        st.caption("They find it under “To do”. The reason is appended to the chronology.")
        if not st.form_submit_button("Hand over", type="primary"):
            return
    if to is None:
        st.error("Choose who leads from now on. What you typed is still here.")
        return
    try:
        number = hand_over_concerns(desk, refs, to=to, reason=reason, entries_seen=seen)
    except CasebookError as error:
        st.error(plain(f"{error} What you typed is still here."))
        return
    st.session_state[f"{key}_done"] = st.session_state.get(f"{key}_done", 0) + 1
    untick(QUEUE)
    flash(_HANDED, plain(f"{number} {'concern is' if number == 1 else 'concerns are'} with {names[to]} now."))
