"""Leave of those who work here, for managers: who is away, which cases wait meanwhile, and the form that enters it."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from okf.clock import london_date
from okf.desk import Desk
from okf.people.queries.workers import workers_named
from okf.safeguarding.commands.absences import enter_absence
from okf.safeguarding.queries.leave import Leave, leave_ahead
from okf.shell.sheets import Cell, address, sheet
from okf.shell.words import day, told_plainly
from okf.terms import Action

DONE = "okf_leave_done"


def leave(desk: Desk) -> None:
    """Who is away in the coming weeks, and the form."""
    st.header("Leave")
    if DONE in st.session_state:
        st.success(st.session_state.pop(DONE), icon=":material/check:")
    rows = leave_ahead(desk)
    if rows:
        sheet(
            ("Person", "From", "To the end of", "Who stands in", "Open cases without their caseworker meanwhile"),
            [_cells(one) for one in rows],
            caption="Days away in the next eight weeks",
        )
    else:
        st.text("Nobody has leave in the next eight weeks, as far as it is entered.")
    if desk.decide(Action.ENTER_ABSENCE).allowed:
        with st.expander("Enter leave", icon=":material/event_busy:"):
            _enter(desk)


def _cells(one: Leave) -> list[Cell | str]:
    # The filter of the caseload knows a caseworker by name and username.
    cases = address("cases", view="Whole caseload", caseworker=f"{one.name} ({one.username})")
    return [
        Cell(one.name, address("team", person=one.username)),
        day(one.starts_on),
        day(one.ends_on),
        Cell(one.covered_by or "Nobody", late=one.covered_by is None and one.led > 0),
        Cell(str(one.led), cases if one.led else None),
    ]


def _enter(desk: Desk) -> None:
    names = {one.username: str(one) for one in workers_named(desk)}
    tomorrow = london_date(desk.now()) + timedelta(days=1)
    with st.form("leave"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            who = st.selectbox(
                "Who is away",
                list(names),
                index=None,
                format_func=lambda one: names.get(one, one),
                placeholder="Choose",
                width=300,
            )
            first = st.date_input("First day", tomorrow, format="DD/MM/YYYY", width=150)
            last = st.date_input("Last day", tomorrow, format="DD/MM/YYYY", width=150)
            cover = st.selectbox(
                "Who stands in",
                list(names),
                index=None,
                format_func=lambda one: names.get(one, one),
                placeholder="Nobody yet",
                width=300,
            )
        st.caption("Standing in opens no case: whoever needs one meanwhile is given access on it.")
        if st.form_submit_button("Enter leave", type="primary"):
            if not who:
                st.error("Choose who is away first.")
                return
            with told_plainly():
                enter_absence(desk, person=who, starts_on=first, ends_on=last, covered_by=cover)
                st.session_state[DONE] = f"On record: {names[who]} is away from {day(first)} to the end of {day(last)}."
                st.rerun()
