"""The list of outstanding signatures, with a reminder to one person, or to everybody, by a click."""

from __future__ import annotations

import streamlit as st

from okf.agreements.commands.reminders import QUIET_DAYS, remind, remind_everybody
from okf.agreements.queries.board import BoardFilter
from okf.agreements.queries.chasing import PAGE, Outstanding, OutstandingView, ToSign, outstanding
from okf.desk import Desk
from okf.policy.chasing import MailState
from okf.shell import filters
from okf.shell.navigation import link
from okf.shell.sheets import badge_line
from okf.shell.tables import page_asked_for, pager
from okf.shell.words import day, errors_shown, show_flash, told
from okf.terms import Capacity, Standing

DONE = "okf_reminded"
_MAIL = {
    MailState.WAITING: "the mail waits to be sent",
    MailState.SENDING: "the mail is on its way",
    MailState.SENT: "by mail, taken by the mail server",
    MailState.FAILED: "the mail was refused",
    MailState.UNSURE: "nobody knows whether the mail went",
    MailState.WITHDRAWN: "the mail was no longer needed",
    None: "on Today alone",
}


def outstanding_list(desk: Desk) -> None:
    """The filters, the reminder to everybody, and a page of people with a button each."""
    show_flash(DONE)
    wanted = _filters()
    view = outstanding(desk, wanted, page_asked_for(PAGE))
    if view.may_remind and view.people.number:
        _everybody(desk, view)
    if not view.page.rows:
        nobody = wanted == BoardFilter()
        st.info("Nobody has anything to sign. Well done." if nobody else "Nobody fits these filters.")
    for one in view.page.rows:
        _person(desk, one, view.may_remind)
    pager(view.page, key="chasing")


def _filters() -> BoardFilter:
    to_sign = [Standing.NEVER_SIGNED, Standing.OVERDUE, Standing.RESIGN_DUE]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = filters.name("chased_name")
        capacity = filters.choice("Agreement", "capacity", list(Capacity))
        standing = filters.choice("Standing", "standing", to_sign)
    return BoardFilter(capacity=capacity, standing=standing, name=name or None)


def _everybody(desk: Desk, view: OutstandingView) -> None:
    people = "1 person has" if view.people.number == 1 else f"{view.people} people have"
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.text(f"{people} something to sign.", width="content")
        with st.popover("Remind everybody…", icon=":material/notifications:"):
            st.write(
                f"Everybody who has something to sign and was not reminded in the last {QUIET_DAYS} days gets a line on"
                " Today and one mail. The mail says only that something waits: sign in."
            )
            if st.button("Remind them all", type="primary"):
                with errors_shown():
                    st.session_state[DONE] = remind_everybody(desk).in_words()
                    st.rerun()


def _person(desk: Desk, one: Outstanding, may_remind: bool) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        with st.container(width="stretch", gap="small"):
            link(f"{one.name}{f', {one.team}' if one.team else ''}", "agreements", person=one.username)
            for waits in one.to_sign:
                badge_line(waits.row.standing, told(waits.row.standing), _said(waits), late=_late(waits))
            st.caption(_reminded(one))
        if (
            may_remind
            and not all(waits.paper_waits for waits in one.to_sign)
            and st.button(f"Remind {one.name}", key=f"remind_{one.username}", icon=":material/notifications:")
        ):
            with errors_shown():
                st.session_state[DONE] = remind(desk, [one.username]).in_words()
                st.rerun()


def _said(waits: ToSign) -> str:
    kind = f"{told(waits.row.kind)} agreement"
    if waits.paper_waits:
        return f"{kind}: signed on paper, which waits to be verified; no reminder goes out"
    if waits.last_day is None:
        return f"{kind}: nothing that needs it opens until it is signed"
    if _late(waits):
        return f"{kind}: the last day was {day(waits.last_day)}; access is suspended"
    return f"{kind}: sign by {day(waits.last_day)}"


def _late(waits: ToSign) -> bool:
    return waits.row.standing is Standing.OVERDUE


def _reminded(one: Outstanding) -> str:
    if one.reminded_on is None:
        return "Not reminded yet." + ("" if one.has_address else " No e-mail address on file.")
    return f"Last reminded {day(one.reminded_on)}: {_MAIL[one.mail]}."
