"""Conflicts of interest on the screen: declaring one's own, and the list of those who may lift other people's."""

from __future__ import annotations

from typing import Final

import streamlit as st

from okf.cases.commands.conflicts import declare_conflict, declare_tie, lift_conflict, lift_tie
from okf.cases.queries.case import CaseView
from okf.cases.queries.conflicts import conflicts_lifted, conflicts_standing, own_ties, ties_standing
from okf.cases.queries.match_reports import waiting_reports
from okf.clock import london_date
from okf.dates import Side
from okf.desk import Desk
from okf.pending import counted
from okf.shell.dates import day_or_none, taken
from okf.shell.fields import hinted, next_turn, turn_of
from okf.shell.navigation import link
from okf.shell.tables import page_asked_for, pager
from okf.shell.words import day, errors_shown, flash, plain, show_flash
from okf.terms import Action

A_PAGE: Final = 20
_DECLARED: Final = "okf_tie_declared"


def own(desk: Desk) -> None:
    """Declare a tie by a name, and what one has declared."""
    st.write(
        "Do you know somebody who may come to OKF, or be here already: family, a friend, a neighbour, a former partner?"
        " Write them down. You will never be given their case. Nobody tells you whether they are known here, and this"
        " page doesn't show it. If you can open their case already, declare it there as well."
    )
    today = london_date(desk.now())
    show_flash(_DECLARED)
    turn = turn_of("tie")
    name = st.text_input("Their name", max_chars=200, key=f"{turn}_name")
    left, right = st.columns(2)
    with left:
        born = day_or_none("Date of birth, if you know it", today, max_value=today, side=Side.BORN, key=f"{turn}_born")
    phone = right.text_input("Telephone, if you know it", max_chars=80, key=f"{turn}_phone")
    reason = hinted(
        st.text_area, "Your tie to them", max_chars=500, key=f"{turn}_reason", hint="Who lifts it reads this."
    )
    if st.button("Declare it", type="primary", key="tie_declare"):
        with errors_shown():
            declare_tie(desk, name=name, born=taken(born), phone=phone, reason=reason)
            next_turn("tie")
            flash(_DECLARED, "Your declaration is on record. Only somebody else can lift it.")
    for one in own_ties(desk):
        when = f"lifted on {day(one.lifted_at)}" if one.lifted_at else "stands"
        birthday = f", born {day(one.born)}" if one.born else ""
        st.text(f"{one.called}{birthday}: declared on {day(one.declared_at)}, {when}")
        if one.reason:
            st.caption(plain(one.reason))


def on_case(desk: Desk, view: CaseView) -> None:
    """Declare a tie to somebody of a case that one may open."""
    names = {one.ref: one.name for one in view.family}
    if not names:
        return
    with st.expander("Declare a conflict of interest", icon=":material/do_not_disturb_on:"):
        st.write("Your access to this case ends at your next click. Only somebody else can lift it.")
        with st.form("declare_conflict", border=False):
            who = st.selectbox("Your tie is to", list(names), index=None, format_func=names.__getitem__)
            reason = st.text_area("Your tie to them", max_chars=500, key="conflict_reason")
            sure = st.checkbox("I have a tie to them, and give up this case")
            if st.form_submit_button("Declare it"):
                if not who or not sure:
                    st.error("Choose who it is, and tick the box.")
                    return
                with errors_shown():
                    declare_conflict(desk, who, reason=reason)
                    st.success("Your declaration is on record.")


def stopped(desk: Desk) -> None:
    """The cases whose allocation waits for a decision."""
    st.header("Waiting to be allocated")
    waiting = waiting_reports(desk)
    if not waiting:
        st.write("No allocation is stopped. It stops where somebody of a new case may be in another one that is open.")
    for one in waiting:
        found = counted(one.findings, "possible match", "possible matches")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"Registered on {day(one.made_at)}: {found}")
            link(f"Decide on {one.case_ref}", "case", case=one.case_ref, part="Manage", icon=":material/arrow_forward:")


def standing(desk: Desk) -> None:
    """Every conflict that stands, and lifting it."""
    st.header("Conflicts in force")
    found = conflicts_standing(desk, page_asked_for(A_PAGE))
    if not found.rows:
        st.write("Nobody is barred from a case. Anyone declares a tie on “Your account”, or on the case.")
    for one in found.rows:
        with st.container(border=True, gap="small"):
            st.text(f"{one.name} ({one.person}), barred from {', '.join(one.cases) or 'no case that is on file'}")
            said = f" by the name of somebody (declaration {one.tie})" if one.tie else ""
            st.caption(plain(f"Declared on {day(one.declared_at)}{said}: {one.reason}"))
            _lift(desk, one.id, own=one.own, tie=False)
    pager(found, key="conflicts")
    ties = ties_standing(desk)
    if ties:
        st.header("Declared by a name")
        st.caption("Whoever fits is barred when they are registered. The name is kept sealed.")
    for one_tie in ties:
        with st.container(border=True, gap="small"):
            st.text(f"Declaration {one_tie.id}: {one_tie.name} ({one_tie.person})")
            st.caption(plain(f"Declared on {day(one_tie.declared_at)}: {one_tie.reason}"))
            _lift(desk, one_tie.id, own=one_tie.own, tie=True)
    lifted = conflicts_lifted(desk)
    if lifted:
        with st.expander("Lifted recently"):
            for gone in lifted:
                st.text(f"{gone.name} ({gone.person}): lifted {day(gone.lifted_at)} by {gone.lifted_by}")
                st.caption(plain(gone.lifted_because or "No reason is on file."))


def _lift(desk: Desk, number: int, *, own: bool, tie: bool) -> None:
    if own:
        st.caption("Your own: somebody else lifts it.")
        return
    key = f"lift_{'tie' if tie else 'conflict'}_{number}"
    with st.popover("Lift it", icon=":material/lock_open:", key=f"{key}_open"):
        st.write("Their access counts again from now on. What it barred them from stays on record.")
        why = st.text_area("Why it no longer stands", max_chars=500, key=f"{key}_why")
        if st.button("Lift it now", key=key):
            with errors_shown():
                (lift_tie if tie else lift_conflict)(desk, number, reason=why)
                st.rerun()


def may_list(desk: Desk) -> bool:
    """Whether the reader decides on stopped allocations too."""
    return desk.decide(Action.DECIDE_MATCH).allowed
