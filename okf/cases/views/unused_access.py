"""Accesses that nobody uses, ended with one click; and what one person holds, access by access."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from okf.cases.commands.grants import AT_ONCE, end_unused_grant, end_unused_grants_of
from okf.cases.queries.unused_access import HeldAccess, PersonsAccess, access_of, unused_access, unused_counts
from okf.desk import Desk
from okf.paging import SIZE
from okf.pending import counted
from okf.shell import filters
from okf.shell.navigation import link
from okf.shell.sheets import Cell, address, sheet
from okf.shell.tables import page_asked_for, pager
from okf.shell.words import day, errors_shown, show_flash, told, until
from okf.terms import Action

DONE = "okf_unused_done"
ROWS = 20


def said_before() -> None:
    """What the last click did."""
    show_flash(DONE, ":material/check:")


def unused(desk: Desk) -> None:
    """The accesses that were not opened in ninety days, each with its button."""
    never, lately = unused_counts(desk)
    st.write(
        "Their holders have not opened the case in 90 days. What nobody uses is better ended; it can be given again. An"
        " access by which a party has its caseworker is handed over instead, on the case."
    )
    views = {"never": f"Never opened ({never})", "lately": f"Not opened for long ({lately})"}
    which = filters.switch("Which", views, "which")
    page = unused_access(desk, never=which == "never", page=page_asked_for(ROWS))
    if not page.rows:
        st.info("None. Everything that was given is in use.")
        return
    _rows(desk, page.rows)
    pager(page, key="unused")


def persons_access(desk: Desk, username: str) -> None:
    """What one person holds, and a button that ends what is unused."""
    held = access_of(desk, username, page_asked_for(SIZE))
    st.header(f"What {held.name} holds")
    link("Back to who has access", "access_map", icon=":material/arrow_back:")
    if not held.page.rows:
        st.info(f"{held.name} holds no access to any case.")
        return
    _end_all(desk, held)
    sheet(
        ("Case", "As", "How much of it", "Since", "Last opened", "Until", "Lead caseworker"),
        [_cells(one) for one in held.page.rows],
        caption=f"Every access of {held.name} that has not ended",
    )
    pager(held.page, key="held")


def _end_all(desk: Desk, held: PersonsAccess) -> None:
    if not held.to_end.number or not desk.decide(Action.END_GRANT).allowed:
        return
    number = min(held.to_end.number, AT_ONCE)
    what = counted(number, "access", "accesses")
    with st.popover(f"End what {held.name} does not use…", icon=":material/delete_sweep:"):
        st.write(f"{what} not opened in 90 days. This can't be undone: what is needed again is given again.")
        if st.button(f"End {what}", key="end_all_unused", type="primary"):
            with errors_shown():
                ended = end_unused_grants_of(desk, held.username)
                st.session_state[DONE] = f"{ended} of {held.name}'s accesses ended."
                st.rerun()


def _rows(desk: Desk, rows: Sequence[HeldAccess]) -> None:
    may = desk.decide(Action.END_GRANT).allowed
    for one in rows:
        with st.container(border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            with st.container(width="stretch", gap="small"):
                link(f"{one.name}, {told(one.capacity).lower()}", "access_map", person=one.username)
                st.caption(f"Case {one.case_ref} · since {day(one.since)} · {_last(one)}")
            if one.leads:
                link("Lead caseworker: hand over on the case", "case", case=one.case_ref)
            elif one.own:
                st.caption("Your own: somebody else ends it.")
            elif may:
                _end_one(desk, one)


def _end_one(desk: Desk, one: HeldAccess) -> None:
    label = f"of {one.name} to {one.case_ref}"
    with st.popover("End it", help=f"Access {label}"):
        st.write("It stops at their next click, and can't be undone.")
        if st.button("End this access", key=f"end_{one.id}", type="primary"):
            with errors_shown():
                end_unused_grant(desk, one.id)
                st.session_state[DONE] = f"The access {label} has ended."
                st.rerun()


def _cells(one: HeldAccess) -> list[Cell | str]:
    parts = "every part" if one.every_part else counted(one.parts, "part", "parts")
    kinds = "every kind of record" if one.every_kind else "some kinds of record"
    return [
        Cell(one.case_ref, address("case", case=one.case_ref)),
        told(one.capacity),
        f"{parts}, {kinds}".capitalize(),
        day(one.since),
        Cell(day(one.last_opened_at) if one.last_opened_at else "Never", late=one.unused),
        until(one.until),
        "Yes" if one.leads else "No",
    ]


def _last(one: HeldAccess) -> str:
    return "never opened" if one.last_opened_at is None else f"last opened {day(one.last_opened_at)}"
