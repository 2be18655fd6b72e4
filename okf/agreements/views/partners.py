"""Partner organisations on the screen: the list, one of them, and the forms that add, renew and end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import streamlit as st

from okf.agreements.commands.partners import add_partner, end_partner, renew_partner
from okf.agreements.queries.partners import BY_NAME, SORTS, Partner, PartnerRow, PartnerSpan, partner, partners_in_view
from okf.clock import london_date
from okf.dates import Side
from okf.desk import Desk
from okf.errors import Invalid
from okf.paging import SIZE
from okf.policy.words import until_told
from okf.shell.dates import day_input, day_or_none, taken
from okf.shell.lists import Column, show, sort_asked_for
from okf.shell.navigation import go
from okf.shell.sheets import Cell, address, sheet
from okf.shell.tables import page_asked_for
from okf.shell.words import day, errors_shown, moment, show_flash, until
from okf.terms import Action

DONE = "okf_partner_done"


def partners(desk: Desk) -> None:
    """Every organisation, and the form for a new one."""
    sort = sort_asked_for(SORTS, BY_NAME)
    show(
        _COLUMNS,
        partners_in_view(desk, page_asked_for(SIZE), sort),
        key="partners",
        caption="Partner organisations",
        many=("organisation", "organisations"),
        sort=sort,
        first=BY_NAME,
        sorts=SORTS,
        nothing="No partner organisation is on file yet. Add the first one below.",
    )
    if desk.decide(Action.MANAGE_PARTNERS).allowed:
        _add(desk)


def one_partner(desk: Desk, name: str) -> None:
    """One organisation: its agreements, its people, and what can be done."""
    found = partner(desk, name)
    st.header(found.row.name)
    show_flash(DONE)
    if found.row.in_force:
        (st.warning if found.row.soon else st.success)(f"{_state(found.row)}.")
    else:
        st.error(f"{_state(found.row)}. Its people open nothing until an agreement is in force (C7).")
    sheet(
        ("From", "Until", "Signed for them by", "Put on record"),
        [(day(one.from_on), _until(one), one.signed_for_them_by or "—", _recorded(one)) for one in found.agreements]
        or [("—", "—", "—", "—")],
        caption="Its agreements, the newest first",
    )
    _people(found)
    if found.may_manage:
        _renew(desk, found)
        if found.row.in_force:
            _end(desk, found)


def _people(found: Partner) -> None:
    if not found.people:
        st.info("Nobody of theirs is on file.")
        return
    sees = any(one.grants is not None for one in found.people)
    sheet(
        ("Person", "Accesses now") if sees else ("Person",),
        [
            [Cell(one.name, address("agreements", person=one.username)), *([str(one.grants)] if sees else [])]
            for one in found.people
        ],
        caption="Their people here",
    )


def _add(desk: Desk) -> None:
    st.header("Add an organisation")
    with st.container(border=True):
        name = st.text_input("Name of the organisation", max_chars=200)
        first, last, signed, meant = _dates(desk, "add")
        if st.button("Add it", type="primary", key="partner_add"):
            with errors_shown():
                added = add_partner(
                    desk,
                    name or "",
                    from_on=taken(first),
                    until=taken(last),
                    signed_for_them_by=signed,
                    dates_meant=meant,
                )
                st.session_state[DONE] = "It is on file. Its people are invited from the host, or come by an import."
                go("partners", organisation=added)


def _renew(desk: Desk, found: Partner) -> None:
    st.header("Renew the agreement")
    st.caption("The new one holds from its first day, and never before it stands here: it heals no earlier access.")
    with st.container(border=True):
        first, last, signed, meant = _dates(desk, "renew")
        if st.button("Put it on record", type="primary", key="partner_renew"):
            with errors_shown():
                renew_partner(
                    desk,
                    found.row.name,
                    from_on=taken(first),
                    until=taken(last),
                    signed_for_them_by=signed,
                    dates_meant=meant,
                )
                st.session_state[DONE] = "The agreement is on record."
                st.rerun()


def _end(desk: Desk, found: Partner) -> None:
    with st.popover("End it now…", icon=":material/block:"):
        st.write(
            f"Every agreement of {found.row.name} ends at once, and {found.row.people} of their people open nothing"
            " from this moment, until another agreement is put on record. What they signed stays."
        )
        if st.button(f"End the agreement of {found.row.name}", type="primary"):
            with errors_shown():
                people = end_partner(desk, found.row.name)
                st.session_state[DONE] = f"The agreement has ended; the access of {people} people is suspended."
                st.rerun()


def _dates(desk: Desk, key: str) -> tuple[date | Invalid, date | Invalid | None, str, bool]:
    today = london_date(desk.now())
    with st.container(horizontal=True):
        first = day_input("First day", today, today, key=f"{key}_from", width=200)
        last = day_or_none(
            "Last day",
            today,
            side=Side.COMING,
            key=f"{key}_until",
            width=200,
            help="It holds to the end of this day. Leave it empty if the agreement is open-ended.",
        )
        signed = st.text_input("Signed for them by", key=f"{key}_signed", max_chars=200, width=260)
    meant = st.checkbox("Unusual dates are meant so", key=f"{key}_meant")
    return first, last, signed or "", meant


def _state(row: PartnerRow) -> str:
    if not row.in_force:
        return "Not in force: its people's access is suspended"
    if row.stops_at is None:
        return "In force, open-ended"
    return f"{'Ends soon' if row.soon else 'In force'}: access goes on {until_told(row.stops_at)}"


_COLUMNS: Final[Sequence[Column[PartnerRow]]] = (
    Column("Organisation", lambda row: Cell(row.name, address("partners", organisation=row.name)), sort="name"),
    Column("Its agreement with OKF", lambda row: Cell(_state(row), late=not row.in_force)),
    Column("People here", lambda row: row.people),
)


def _until(one: PartnerSpan) -> str:
    return f"Ended {moment(one.ended_at)}" if one.ended_at else until(one.until)


def _recorded(one: PartnerSpan) -> str:
    return f"{moment(one.recorded_at)}, {one.recorded_by}" if one.recorded_at else "by an import"
