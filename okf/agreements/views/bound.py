"""The register of everyone bound, on the screen and as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import streamlit as st

from okf.agreements.queries.bound import (
    BY_NAME,
    EVERYBODY,
    GONE,
    HERE,
    LEFT,
    NAME,
    SIGNED,
    SORTS,
    BoundFilter,
    BoundRow,
    bound_to_export,
    people_bound,
)
from okf.clock import london_date
from okf.desk import Desk
from okf.paging import SIZE
from okf.shell import filters
from okf.shell.exports import download_buttons
from okf.shell.lists import Column, file_of, show, sort_asked_for
from okf.shell.sheets import Cell, address
from okf.shell.tables import page_asked_for
from okf.shell.words import day, told
from okf.terms import Capacity

_WHO = {EVERYBODY: "Everybody", HERE: "Here", GONE: "Left"}
_LABELS: Final = {"capacity": "Capacity"}
_COLUMNS: Final[Sequence[Column[BoundRow]]] = (
    Column(
        "Person", lambda row: row.name, lambda row: Cell(row.name, address("agreements", person=row.username)), NAME
    ),
    Column("Username", lambda row: row.username, on_page=False),
    Column("As", lambda row: told(row.capacity)),
    Column("Organisation", lambda row: row.organisation),
    Column("Agreements and versions signed", lambda row: _signed(row)),
    Column("Bound since", lambda row: row.bound_since, lambda row: day(row.bound_since)),
    Column("Signed last", lambda row: row.last_signed, lambda row: day(row.last_signed), SIGNED, down=True),
    Column("Left", lambda row: row.left_at, lambda row: day(row.left_at), LEFT, down=True),
)


def register(desk: Desk) -> None:
    """The filters, a page of the register, and the whole as a file."""
    wanted = _filters()
    page = people_bound(desk, wanted, page_asked_for(SIZE))
    plain = replace(wanted, sort=BY_NAME) == BoundFilter()
    show(
        _COLUMNS,
        page,
        key="bound",
        caption="Whoever signed an agreement, leavers too",
        many=("person", "people"),
        sort=wanted.sort,
        first=BY_NAME,
        sorts=SORTS,
        filters=_LABELS,
        nothing="Nobody has signed an agreement yet." if plain else "Nobody fits these filters.",
    )
    if page.rows:
        download_buttons(
            "Signature register",
            lambda form: file_of(_COLUMNS, bound_to_export(desk, wanted, form=form)),
            on=london_date(desk.now()),
        )


def _filters() -> BoundFilter:
    who = filters.switch("Show", _WHO, "who", labelled=True)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = filters.name("bound_name")
        capacity = filters.choice("Capacity", "capacity", list(Capacity))
    return BoundFilter(words, capacity, who, sort_asked_for(SORTS, BY_NAME))


def _signed(row: BoundRow) -> str:
    return "; ".join(f"{told(kind)} {', '.join(versions)}" for kind, versions in row.signed)
