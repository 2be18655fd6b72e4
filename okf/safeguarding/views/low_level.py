"""The log of low-level concerns on the screen: noting one, adding to one, raising one to an allegation."""

from __future__ import annotations

import streamlit as st

from okf.clock import london_date
from okf.desk import Desk
from okf.safeguarding.commands.low_level import add_to_low_level, note_low_level, raise_low_level
from okf.safeguarding.queries.low_level import LowLevelRow, low_level_log
from okf.shell.dates import taken
from okf.shell.drafts import views as drafts
from okf.shell.navigation import link
from okf.shell.sheets import facts, verbatim
from okf.shell.words import day, errors_shown, flash, moment, plain, show_flash, told
from okf.terms import Severity

_SAID = "okf_low_level_said"


def what_it_is() -> None:
    """What belongs in the log and what does not, and how long it is kept."""
    st.text(
        "Conduct of somebody who works with OKF that is not in line with how we work and does not meet the harm"
        " threshold. If a child or an adult may have been harmed, or may be, raise a concern instead: it goes to the"
        " local authority's designated officer within one working day."
    )
    st.caption(
        "Kept apart: in no queue, no count and on no page of the person. Nothing here is edited or deleted. Proposed to"
        " be kept until the person leaves, and six years after; the trustees adopt the schedule."
    )


def log(desk: Desk) -> None:
    """The log, as far as the reader may know of it, newest first."""
    show_flash(_SAID)
    found = low_level_log(desk)
    if not found:
        st.info("Nothing is noted. Small things are noted when they happen, so that a pattern shows.")
        return
    names = dict(sorted((one.person or one.name, one.name) for one in found))
    chosen = st.selectbox(
        "About",
        list(names),
        index=None,
        format_func=lambda key: plain(names[key]),
        placeholder="Anybody",
        key="low_level_about",
    )
    for one in found:
        if chosen in (None, one.person or one.name):
            _one(desk, one)


def new(desk: Desk) -> None:
    """The form that notes a low-level concern."""
    with st.expander("Note a low-level concern", icon=":material/edit_note:"):
        draft = drafts.resume(desk, "low_level")
        about = draft.text_input("About: their name or username", "about", max_chars=200)
        on = draft.date_input("When", "on", value=london_date(desk.now()), max_value=london_date(desk.now()))
        conduct = draft.text_area("What happened, as it was seen or said", "conduct", max_chars=20_000)
        done = draft.text_area("What was done about it", "done", max_chars=20_000)
        draft.told()
        if st.button("Note it", type="primary", key="low_level_note") and on is not None:
            with errors_shown():
                note_low_level(desk, about=about, happened_on=taken(on), conduct=conduct, done=done)
                draft.done()
                flash(_SAID, "It is noted. Nothing of it shows anywhere else.")


def _one(desk: Desk, one: LowLevelRow) -> None:
    with st.container(border=True):
        st.markdown(f"**{plain(one.name)}**, {day(one.happened_on)}")
        if one.same_person > 1:
            st.warning(
                f"{one.same_person} about the same person. Read them together: do they amount to an allegation?",
                icon=":material/stacks:",
            )
        verbatim(one.conduct)
        rows = [("Done", one.done), ("Noted", f"{moment(one.noted_at)}, {one.by}, {one.ref}")]
        rows += [(told(step.kind), f"{moment(step.at)}, {step.by}: {step.text}") for step in one.steps]
        facts(rows)
        if one.raised:
            link(f"Raised to allegation {one.raised}", "concern", icon=":material/shield_person:", ref=one.raised)
        with st.container(horizontal=True):
            with st.popover("Add a note", icon=":material/add_notes:", key=f"low_add_open_{one.ref}"):
                _add(desk, one)
            if not one.raised:
                with st.popover("Raise to an allegation", icon=":material/upgrade:", key=f"low_raise_open_{one.ref}"):
                    _raise(desk, one)


def _add(desk: Desk, one: LowLevelRow) -> None:
    with st.form(f"low_add_{one.ref}", border=False):
        text = st.text_area("Note", max_chars=20_000, key=f"low_add_text_{one.ref}")
        if st.form_submit_button("Add it"):
            with errors_shown():
                add_to_low_level(desk, one.ref, text=text)
                flash(_SAID, "It is added.")


def _raise(desk: Desk, one: LowLevelRow) -> None:
    with st.form(f"low_raise_{one.ref}", border=False):
        st.text("It becomes a concern about this person, in the words above. The clocks start now. Don't tell them.")
        severity = st.selectbox("Severity", list(Severity), index=None, format_func=told, key=f"low_sev_{one.ref}")
        why = st.text_area("Why it meets the threshold now", max_chars=20_000, key=f"low_why_{one.ref}")
        if not st.form_submit_button("Raise it"):
            return
    if severity is None:
        st.error("Choose the severity.")
        return
    with errors_shown():
        ref = raise_low_level(desk, one.ref, severity=severity, reason=why)
        flash(_SAID, f"It is allegation {ref} now.")
