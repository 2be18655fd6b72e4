"""The register of everyone bound, on the screen and as a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from okf.agreements.queries.bound import (
    EVERYBODY,
    GONE,
    HERE,
    LEFT,
    NAME,
    SIGNED,
    BoundFilter,
    BoundRow,
    bound_to_export,
    people_bound,
)
from okf.desk import Desk
from okf.paging import SIZE
from okf.shell import filters
from okf.shell.exports import download_buttons
from okf.shell.sheets import Cell, address, sheet
from okf.shell.tables import page_asked_for, pager
from okf.shell.words import day, told
from okf.terms import Capacity

_WHO = {EVERYBODY: "Everybody", HERE: "Here", GONE: "Left"}
_ORDER = {NAME: "By name", SIGNED: "Signed last, first", LEFT: "Left last, first"}
_TITLES = ("Person", "As", "Organisation", "Agreements and versions signed", "Bound since", "Signed last", "Left")


def register(desk: Desk) -> None:
    """The filters, a page of the register, and the whole as a file."""
    wanted = _filters()
    page = people_bound(desk, wanted, page_asked_for(SIZE))
    if not page.rows:
        st.info("Nobody has signed an agreement yet." if wanted == BoundFilter() else "Nobody fits these filters.")
        return
    sheet(_TITLES, [_cells(row) for row in page.rows], caption="Whoever signed an agreement, leavers too")
    pager(page, key="bound")
    download_buttons("everyone-bound", lambda form: _file(desk, wanted, form))


def _filters() -> BoundFilter:
    who = filters.switch("Show", _WHO, "who", labelled=True)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = filters.name("bound_name")
        capacity = filters.choice("Capacity", "capacity", list(Capacity))
        order = filters.order(_ORDER, width=200)
    return BoundFilter(words, capacity, who, order)


def _cells(row: BoundRow) -> list[Cell | str]:
    return [
        Cell(row.name, address("agreements", person=row.username)),
        told(row.capacity),
        row.organisation or "—",
        _signed(row),
        day(row.bound_since),
        day(row.last_signed),
        day(row.left_at),
    ]


def _signed(row: BoundRow) -> str:
    return "; ".join(f"{told(kind)} {', '.join(versions)}" for kind, versions in row.signed)


def _file(desk: Desk, wanted: BoundFilter, form: str) -> tuple[Sequence[str], Sequence[Sequence[Any]]]:
    rows = bound_to_export(desk, wanted, form=form)
    return ("Name", "Username", *_TITLES[1:]), [
        [
            row.name,
            row.username,
            told(row.capacity),
            row.organisation,
            _signed(row),
            row.bound_since,
            row.last_signed,
            row.left_at,
        ]
        for row in rows
    ]
