"""Handing over: from whom to whom, what goes along, when, and what the next one must know first."""

from __future__ import annotations

from datetime import date, timedelta

import streamlit as st

from okf.cases.commands.handovers import hand_over
from okf.cases.queries.access import access_to, parts_of
from okf.cases.queries.case import CaseView
from okf.cases.queries.handovers import handover_notes
from okf.cases.views.allocation import people_with_load
from okf.clock import london_date, start_of
from okf.desk import Desk
from okf.shell.drafts import views as drafts
from okf.shell.sheets import verbatim
from okf.shell.words import day, moment, plain, told_plainly
from okf.terms import Action

EVERYTHING = "everything"


def form(desk: Desk, view: CaseView) -> None:
    """The form; one access ends in the moment in which the other starts."""
    held = [row for row in access_to(desk, view.ref).live if row.since <= desk.now()]
    if not held:
        st.text("Nobody holds access that could be handed over: grant access instead.")
        return
    parts = parts_of(desk, view.ref)
    draft = drafts.resume(desk, "handover", view.ref, action=Action.GRANT)
    names = {row.person: row.name for row in held}
    old = draft.selectbox("From", "from", list(names), index=None, format_func=names.__getitem__)
    leads = [row.lead_for for row in held if row.person == old and row.lead_for]
    what = draft.radio(
        "What",
        "what",
        [EVERYTHING, *leads],
        format_func=lambda one: "All that they hold here" if one == EVERYTHING else f"Lead for {parts.people[one]}",
    )
    people = people_with_load(desk, view.ref, "find_next", lead_for=None if what == EVERYTHING else what)
    to = draft.selectbox("To", "to", [one for one in people if one != old], index=None, format_func=people.get)
    tomorrow = london_date(desk.now()) + timedelta(days=1)
    on = draft.date_input("On (empty: at once)", "on", value=None, min_value=tomorrow)
    note = draft.text_area(
        "What they must know first",
        "note",
        max_chars=20_000,
        help="Whoever takes over reads it on the case. Write what one party told us only if it is for this side.",
    )
    st.caption("Open tasks and coming appointments go along; on a date, those from that day on.")
    draft.told()
    sure = st.checkbox("One access ends and the other starts", key="handover_sure")
    if not st.button("Hand over", type="primary", key="handover_save"):
        return
    if not (old and to and what and sure and note.strip()):
        st.error("Choose from whom and to whom, write what they must know first, and tick the box.")
        return
    with told_plainly():
        hand_over(
            desk,
            view.ref,
            from_person=old,
            to_person=to,
            party=None if what == EVERYTHING else what,
            on=start_of(on) if isinstance(on, date) else None,
            note=note,
        )
        draft.done()
        st.success(f"{plain(people[to])} takes over{f' on {day(on)}' if on else ' from now on'}.")


def notes(desk: Desk, view: CaseView) -> None:
    """What was left for whoever took over, for those who may read that side."""
    for one in handover_notes(desk, view.ref):
        with st.expander(plain(f"Handed over by {one.from_name} to {one.to_name}, {moment(one.at)}")):
            verbatim(one.note)
