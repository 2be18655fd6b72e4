"""What waits to be confirmed, person by person: each still needed, ended, or left for another day."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

import streamlit as st

from okf.cases.commands.grants import confirm_grants, end_grant
from okf.cases.queries.confirmations import SHOWN, StaleGrant, grants_to_confirm
from okf.desk import Desk
from okf.pending import counted
from okf.policy.words import until_told
from okf.shell.navigation import link
from okf.shell.tables import page_asked_for, pager
from okf.shell.words import call_with_errors_shown, day, errors_shown, plain, told

_DONE: Final = "okf_confirmed"


def to_confirm(desk: Desk) -> None:
    """One page of them, and below it the button for all of the page but those that are ticked."""
    person = st.query_params.get("person")
    found = grants_to_confirm(desk, page_asked_for(SHOWN), person=person)
    with st.container():  # always there, so that what stands below keeps its place
        if (done := st.session_state.pop(_DONE, None)) is not None:
            confirmed, left_out = done
            st.success(f"{confirmed} confirmed, {found.waiting} left.", icon=":material/check_circle:")
            for why in left_out:
                st.warning(plain(f"Not confirmed: {why}"))
    rows = found.page.rows
    if person:
        link("Everybody's", "confirmations", icon=":material/arrow_back:")
    if not rows:
        nothing = "Nothing of theirs is to be looked at." if person else "Every access was given or confirmed lately."
        st.info(f"{nothing} Nothing to do here.")
        return
    order = "below, those of one person" if person else "those of people who hold one that they do not use come first"
    st.caption(f"{found.waiting} to look at; {order}.")
    for _, held in groupby(rows, key=lambda one: one.person):
        theirs = list(held)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.header(plain(theirs[0].name), anchor=False, width="content")
            if not person:
                link("Only theirs", "confirmations", person=theirs[0].person)
            link("All that they hold", "access_map", person=theirs[0].person)
        for one in theirs:
            _row(desk, one)
    _all_but(desk, [one for one in rows if not st.session_state.get(_excepted(one))])
    pager(found.page, key="confirm")


def _row(desk: Desk, one: StaleGrant) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        with st.container(width="stretch", gap="small"):
            until = f", {until_told(one.until)}" if one.until else ""
            leads = ", lead caseworker" if one.leads else ""
            st.text(f"Case {one.case_ref}, {told(one.capacity).lower()}{leads}{until}")
            if marks := _marks(one):
                st.markdown(f"**{plain(' · '.join(marks))}**")
            opened = f"last opened {day(one.last_opened_at)}" if one.last_opened_at else "never opened"
            st.caption(plain(f"{one.purpose or 'No purpose on file'} · {opened} · last looked at {day(one.since)}"))
            kinds = ", ".join(told(kind) for kind in one.record_classes) or "Every kind of record"
            st.caption(plain(f"Goes on reading: {kinds}, in: {', '.join(one.parts)}"))
        with st.container(horizontal=True, width="content", vertical_alignment="center"):
            label = f"of {one.name} to {one.case_ref}"
            st.checkbox("Not this one", key=_excepted(one), help=f"Leaves out the access {label}")
            st.button(
                "Still needed", key=f"keep_{one.id}", on_click=_confirm, args=(desk, [one]), help=f"Access {label}"
            )
            with st.popover("End it", help=f"Access {label}"):
                st.button(
                    "End this access",
                    key=f"end_{one.id}",
                    on_click=call_with_errors_shown,
                    args=(end_grant, desk, one.id),
                )


def _all_but(desk: Desk, chosen: Sequence[StaleGrant]) -> None:
    """The tick belongs to just these accesses, as they are shown: any other page is ticked anew."""
    if not chosen:
        return
    sure = st.checkbox(
        f"I have looked at {counted(len(chosen), 'access', 'accesses')} here, and each is still needed",
        key=f"confirm_sure_{hash(tuple(chosen))}",
    )
    st.button(
        f"Confirm {len(chosen)}: all of this page but those ticked “Not this one”",
        key="confirm_all",
        disabled=not sure,
        on_click=_confirm,
        args=(desk, chosen),
    )


def _confirm(desk: Desk, shown: Sequence[StaleGrant]) -> None:
    with errors_shown():
        left_out = confirm_grants(desk, shown)
        st.session_state[_DONE] = (len(shown) - len(left_out), left_out)


def _excepted(one: StaleGrant) -> str:
    return f"confirm_not_{one.id}"


def _marks(one: StaleGrant) -> list[str]:
    said = {"Not used in 90 days": one.unused, "Access suspended": one.suspended, "The case is closed": one.case_closed}
    return [words for words, holds in said.items() if holds]
