"""Shares in lists: the tab Sharing of a case, and the lists of the page Shares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from okf.cases.queries.case import CaseView
from okf.desk import Desk
from okf.paging import SIZE, Paged
from okf.policy.share_words import RECIPIENTS, purpose_in_words
from okf.sharing.queries.choices import choices_of
from okf.sharing.queries.lists import NEWEST, SORTS, ShareFilter, ShareList, ShareRow, shares_in_list, shares_of_case
from okf.sharing.queries.second_readings import readings_waiting
from okf.sharing.views import agreements, ask
from okf.sharing.views.words import STATUS, share_state
from okf.shell import filters
from okf.shell.lists import Column, show, sort_asked_for
from okf.shell.sheets import Cell, address, sheet
from okf.shell.tables import first_page, page_asked_for
from okf.shell.words import day, moment, show_flash
from okf.terms import ShareStatus

_MANY: Final = ("share", "shares")
_EMPTY: Final = {
    ShareList.WAITING: "No share waits for you.",
    ShareList.OWN: "You have asked for no share yet. Open a case, and its part Sharing, to ask for one.",
    ShareList.ALL: "Nothing was ever asked to be shared.",
}
_LABELS: Final = {"state": "State", "to": "To"}


def sharing(desk: Desk, view: CaseView) -> None:
    """The tab Sharing of a case: its shares, the forms that ask for one, and its express agreements."""
    with st.container():  # always drawn, so that the expanders below keep their place and stay open
        show_flash(agreements.SAID, ":material/check_circle:")
    choices = choices_of(desk, view.ref)
    rows = shares_of_case(desk, view.ref)
    st.header("What was asked for, sent and refused")
    with st.container():
        show(
            [column for column in _COLUMNS if column.title != "Case"],
            Paged(rows),
            key="shares_of_case",
            caption="Shares of this case, newest first",
            many=_MANY,
            nothing="Nothing of this case that you may read was asked to be shared.",
        )
    ask.form(desk, view, choices)
    ask.danger_form(desk, view.ref)
    st.header("Express agreements")
    agreements.agreements(desk, view, choices)


def shares(desk: Desk, which: ShareList) -> None:
    """One list of the Shares page, with its filters in the address."""
    if which is ShareList.WAITING:
        _second_readings(desk)
    wanted = _filters()
    page = shares_in_list(desk, which, wanted, page_asked_for(SIZE))
    show(
        _COLUMNS,
        page,
        key=f"shares_{which}",
        caption="Shares, by when they were asked for",
        many=_MANY,
        sort=wanted.sort,
        first=NEWEST,
        sorts=SORTS,
        filters=_LABELS,
        nothing=_EMPTY[which] if not any(wanted.shape) else "No share fits this. Take a filter away to see more.",
    )


def _second_readings(desk: Desk) -> None:
    waiting = readings_waiting(desk)
    if not waiting:
        return
    rows = [
        (
            Cell("Asked in turn", address("second_reading", ref=one.in_turn))
            if one.in_turn
            else Cell(one.share_ref, address("share", ref=one.share_ref)),
            "—" if one.in_turn else one.case_ref,
            one.made_by,
            moment(one.made_at),
        )
        for one in waiting
    ]
    sheet(("Share", "Case", "Blacked out by", "When"), rows, caption="Blacked-out texts that wait for a second reader")


_COLUMNS: Final[Sequence[Column[ShareRow]]] = (
    Column("Share", lambda row: row.ref, lambda row: Cell(row.ref, address("share", ref=row.ref))),
    Column("State", share_state),
    Column("To", lambda row: row.to or row.recipient),
    Column("For", lambda row: purpose_in_words(row.purpose)),
    Column("Records", lambda row: row.records or "In words"),
    Column("Case", lambda row: row.case_ref, lambda row: _case(row)),
    Column("Asked by", lambda row: row.asked_by),
    Column("Asked", lambda row: row.asked_at, lambda row: day(row.asked_at), "asked", down=True),
)


def _case(row: ShareRow) -> Cell | str:
    return Cell(row.case_ref, address("case", case=row.case_ref)) if row.case_ref else "—"


def _filters() -> ShareFilter:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        reference = st.text_input(
            "Find by the share's or the case's reference",
            key="reference",
            max_chars=80,
            on_change=first_page,
            width=290,
        )
        status = filters.choice("State", "state", list(ShareStatus), said=STATUS.__getitem__)
        recipient = st.selectbox(
            "To",
            list(RECIPIENTS),
            index=None,
            format_func=RECIPIENTS.__getitem__,
            placeholder="Anybody",
            key="to",
            bind="query-params",
            on_change=first_page,
            width=230,
        )
    return ShareFilter(status, recipient, (reference or "").strip().upper() or None, sort_asked_for(SORTS, NEWEST))
