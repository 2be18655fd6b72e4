"""Cases that wait for a caseworker: why, what cures it, and several given to one person at once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

import streamlit as st

from okf.cases.commands.allocating import allocate
from okf.cases.queries.candidates import candidates, must_sign
from okf.cases.queries.waiting import SHOWN, WaitingParty, Why, waiting_parties
from okf.cases.views import allocation
from okf.desk import Desk
from okf.pending import counted
from okf.shell.navigation import link
from okf.shell.tables import page_asked_for, pager
from okf.shell.words import day, errors_shown, plain
from okf.terms import Action, Capacity

_DONE: Final = "okf_allocated"
# Why a party waits, and the press that cures it, on the case.
_SAID: Final = {
    Why.NEW: ("nobody was named since it was opened", "Allocate it alone"),
    Why.ENDED: ("{who} led until {on}", "Allocate it alone"),
    Why.MATCH: ("somebody here may be in another case: that is decided first", "Decide the match"),
    Why.LOOK_FIRST: ("it is to be looked at first", "Look first"),
    Why.TIED: ("{who} has a tie to the family, and leads no more", "Hand it over"),
    Why.TO_BEGIN: ("{who} begins on {on}", "See the access"),
}


def waiting(desk: Desk) -> None:
    """The cases without a lead caseworker, a page of them, and the form that gives those ticked to one person."""
    with st.container():  # always there, so that what stands below keeps its place
        if (done := st.session_state.pop(_DONE, None)) is not None:
            said, left_out = done
            st.success(said, icon=":material/check_circle:")
            for why in left_out:
                st.warning(plain(f"Not given: {why}"))
    page = waiting_parties(desk, page_asked_for(SHOWN))
    if not page.rows:
        st.info("Every case has its lead caseworker.")
        return
    may = desk.decide(Action.GRANT).allowed
    chosen = []
    for ref, parties in groupby(page.rows, key=lambda one: one.case_ref):
        with st.container(border=True, gap="small"):
            of_case = list(parties)
            late = "OVERDUE, waits" if of_case[0].overdue else "Waits"
            link(f"Case {ref}", "case", case=ref)
            st.caption(f"{late} since {day(of_case[0].since)}")
            chosen += [one for one in of_case if _party(one, may=may)]
    if may:
        _give(desk, chosen)
    pager(page, key="waiting")


def _party(one: WaitingParty, *, may: bool) -> bool:
    """One party of a case, why it waits and what cures it; whether it is ticked."""
    why, cure = _SAID[one.why]
    said = f"Party {one.number}: {why.format(who=one.who, on=day(one.on))}"
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        if may and one.free:
            ticked = st.checkbox(plain(said), key=f"allocate_{one.case_ref}_{one.party}")
        else:
            ticked = False
            st.text(said, width="content")
        link(cure, "case", case=one.case_ref, part="Manage")
    return ticked


def _give(desk: Desk, chosen: Sequence[WaitingParty]) -> None:
    if not chosen:
        st.caption("Tick those that one person is to lead.")
        return
    people = candidates(desk, st.text_input("Find a person by name", key="find_for_several"))
    to = st.selectbox(
        "Who leads them",
        list(people),
        index=None,
        format_func=lambda one: allocation.in_words(people[one]),
        key="allocate_to",
        help="Whom a conflict of interest bars from one of them is told below it, and the others are given.",
    )
    if to is None or not allocation.all_the_same(people[to], f"allocate_all_the_same_{to}"):
        return
    signs = f" {allocation.ONCE_SIGNED}" if must_sign(desk, to, Capacity.STAFF) else ""
    number = counted(len(chosen), "party", "parties")
    st.info(plain(f"{people[to].name} leads {number} more: each one's own part and what both share.{signs}"))
    if st.button(f"Allocate {number}", key="allocate_save", type="primary"):
        with errors_shown():
            left_out = allocate(desk, to, [(one.case_ref, one.party) for one in chosen])
            given = counted(len(chosen) - len(left_out), "party", "parties")
            st.session_state[_DONE] = (plain(f"{people[to].name} leads {given} more.{signs}"), left_out)
            st.rerun()
