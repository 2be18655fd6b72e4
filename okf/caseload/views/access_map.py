"""The access map on the screen: who can open how much, whose access is suspended, and what nobody uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from okf.caseload.queries.access_map import NEWEST_CLOSED, AccessFigures, Holder, LeftOpen, MapOrder, holders, left_open
from okf.cases.views.unused_access import unused
from okf.desk import Desk
from okf.paging import SIZE
from okf.shell import filters
from okf.shell.charts import Series, bars, chart
from okf.shell.navigation import link
from okf.shell.sheets import Cell, address, sheet
from okf.shell.tables import page_asked_for, pager
from okf.shell.words import day, moment, told, until

PEOPLE, SUSPENDED, UNUSED, NOW, CLOSED = "people", "suspended", "unused", "now", "closed"
VIEWS: Final = {
    PEOPLE: "People",
    SUSPENDED: "Access suspended",
    UNUSED: "Unused",
    NOW: "Open without a grant",
    CLOSED: "Closed cases",
}
_ORDERS: Final = {MapOrder.GRANTS: "Most accesses first", MapOrder.CASES: "Most cases first"}


def show(desk: Desk, figures: AccessFigures, view: str) -> None:
    """One view of the map."""
    _VIEWS[view](desk, figures)


def alarm(figures: AccessFigures) -> None:
    """The alarm, if an access is open on a closed case."""
    if figures.left_open:
        _broken(figures.left_open)


def _people(desk: Desk, figures: AccessFigures) -> None:
    if not figures.widest:
        st.info("Nobody holds access to any case. A manager gives it on the case's own page.")
        return
    first = figures.widest[0]
    some = f"{figures.holders} people" if str(figures.holders) != "1" else "One person"
    chart(
        "Who holds the most",
        says=f"{some} can open cases by a grant; {first.name} holds the most: {first.grants} on {first.cases} cases.",
        picture=bars(
            [_labelled(one) for one in figures.widest],
            [
                Series(
                    "Accesses", [float(one.grants) for one in figures.widest], [_opens(one) for one in figures.widest]
                )
            ],
        ),
        titles=("Person", "As", "Accesses", "Cases"),
        rows=[_cells(one)[:2] + _cells(one)[2:4] for one in figures.widest],
        key="widest",
        section=True,
    )
    _sheet(desk, filters.order(_ORDERS, width=220), "Everybody who holds access, a row for each capacity")


def _suspended(desk: Desk, figures: AccessFigures) -> None:
    if not figures.suspended.number:
        st.success("Nobody holds access that a missing or overdue signature suspends.", icon=":material/check:")
        return
    people = "person holds" if str(figures.suspended) == "1" else "people hold"
    st.write(
        f"**{figures.suspended}** {people} access that opens nothing until they sign, a row below for each capacity. It"
        " comes back with the signature, so end what is no longer needed."
    )
    link("Remind them", "chasing", icon=":material/notifications:")
    _sheet(desk, MapOrder.SUSPENDED, "People who hold access that is suspended, the longest first")


def _sheet(desk: Desk, order: MapOrder, caption: str) -> None:
    page = holders(desk, order, page_asked_for(SIZE))
    titles = ("Person", "As", "Accesses", "Cases", "Since", "Team", "Signature")
    sheet(titles, [_cells(one) for one in page.rows], caption=caption)
    pager(page, key="holders")


def _cells(one: Holder) -> list[Cell | str]:
    return [
        Cell(one.name, _opens(one)),
        told(one.capacity),
        str(one.grants),
        str(one.cases),
        day(one.since),
        one.team or "—",
        _signature(one),
    ]


def _signature(one: Holder) -> Cell:
    if one.suspended_at is None:
        return Cell(f"Signed {day(one.signed_at)}")
    if one.by_partner:
        return Cell("Suspended: their organisation's agreement is not in force", late=True)
    since = "never signed" if one.signed_at is None else f"overdue since {day(one.suspended_at)}"
    return Cell(f"Suspended: {since}", late=True)


def _now(_: Desk, figures: AccessFigures) -> None:
    st.write("Emergency access lasts some hours and is reviewed by somebody else; a custodian opens a closed case.")
    if not figures.open_now:
        st.info("No emergency or custodian's access is open now.")
        return
    sheet(
        ("Person", "By", "Case", "Opened", "Until"),
        [
            [
                one.name,
                "Custody" if one.custody else "Emergency",
                Cell(one.case_ref, address("case", case=one.case_ref)),
                moment(one.opened_at),
                until(one.until),
            ]
            for one in figures.open_now
        ],
        caption="Access that is open now and rests on no grant",
    )
    link("Review emergency accesses", "emergency_reviews", icon=":material/arrow_forward:")


def _closed(desk: Desk, figures: AccessFigures) -> None:
    if not figures.left_open:
        st.success(
            f"0 accesses are open on closed cases (C6). Looked at just now: the {NEWEST_CLOSED} cases closed last.",
            icon=":material/check:",
        )
    if st.button("Look at every closed case now", key="every_closed"):
        found = left_open(desk)
        if found:
            _broken(found)
        else:
            st.success("0 accesses are open on any closed case.", icon=":material/check:")
    link("The proof of this promise, and when it was last made", "commitment", icon=":material/handshake:")


def _broken(found: tuple[LeftOpen, ...]) -> None:
    st.error(
        f"{len(found)} accesses are still open on closed cases. The policy opens nothing by them, but closing should"
        " have ended them: they came in past Casebook. Tell whoever runs it, and look at the record.",
        icon=":material/error:",
    )
    sheet(
        ("Case", "Username", "Access"),
        [[Cell(one.case_ref, address("case", case=one.case_ref)), one.username, one.grant] for one in found],
        caption="Accesses on closed cases that were not ended",
    )


def _opens(one: Holder) -> str:
    return address("access_map", person=one.username)


def _labelled(one: Holder) -> str:
    return f"{one.name}, {told(one.capacity).lower()}"


_VIEWS: Final[dict[str, Callable[[Desk, AccessFigures], None]]] = {
    PEOPLE: _people,
    SUSPENDED: _suspended,
    UNUSED: lambda desk, _: unused(desk),
    NOW: _now,
    CLOSED: _closed,
}
