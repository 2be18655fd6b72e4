"""Tables of one page of rows, with a way to open a row by mouse, by touch and by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import pyarrow as pa
import streamlit as st

from okf.paging import Page, Paged

T = TypeVar("T")


def columns_of(rows: Sequence[T], columns: Mapping[str, Callable[[T], Any]]) -> dict[str, list[Any]]:
    """The rows' cells, column by column."""
    return {title: [cell(row) for row in rows] for title, cell in columns.items()}


def table(cells: Mapping[str, list[Any]], *, alt: str) -> None:
    """A table that opens nothing; `alt` says what it is to a screen reader."""
    st.dataframe(pa.table(dict(cells)), hide_index=True, alt=alt)


def opening_table(
    cells: Mapping[str, list[Any]], names: Sequence[str], *, key: str, alt: str, ask: str, help_: str | None = None
) -> str | None:
    """A table whose rows open something; the name of the row just chosen, in it or in the list above it.

    `names` has a row's name for each row. The list above serves the keyboard
    and small screens, where a grid's boxes are hard to reach.
    """
    chosen = st.selectbox(
        ask, list(names), index=None, placeholder="Choose, or tick its row below", key=f"{key}_open", help=help_
    )
    event = st.dataframe(
        pa.table(dict(cells)),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"{key}_rows",
        alt=alt,
    )
    ticked = event.selection.rows
    if ticked and ticked[0] < len(names):
        return names[ticked[0]]
    return chosen


def page_asked_for(size: int) -> Page:
    """Which page of a list the address names."""
    return Page(st.query_params.get("after"), st.query_params.get("before"), size)


def first_page() -> None:
    """Back to the first page: for whatever changes which rows there are."""
    for name in ("after", "before"):
        st.query_params.pop(name, None)


def pager(page: Paged[Any], *, key: str) -> None:
    """Buttons to the pages before and after; nothing where there is one page alone."""
    if page.next is None and page.previous is None:
        return
    with st.container(horizontal=True):
        st.button("First", key=f"{key}_first", on_click=first_page, disabled=page.previous is None)
        st.button(
            "Previous",
            key=f"{key}_previous",
            on_click=_turn,
            args=("before", page.previous),
            disabled=page.previous is None,
        )
        st.button("Next", key=f"{key}_next", on_click=_turn, args=("after", page.next), disabled=page.next is None)


def _turn(name: str, mark: str | None) -> None:
    first_page()
    if mark is not None:
        st.query_params[name] = mark
