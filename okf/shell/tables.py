"""Tables of one page of rows, whose cells link to what they name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

import streamlit as st

from okf.paging import Page, Paged
from okf.shell.sheets import Cell, sheet_html
from okf.shell.words import when

T = TypeVar("T")


def columns_of(rows: Sequence[T], columns: Mapping[str, Callable[[T], Any]]) -> dict[str, list[Any]]:
    """The rows' cells, column by column."""
    return {title: [cell(row) for row in rows] for title, cell in columns.items()}


def table(cells: Mapping[str, list[Any]], *, caption: str) -> None:
    """A table whose titles sort it; nobody can export it, and a cell may link to what it names."""
    rows = [[one if isinstance(one, Cell) else _said(one) for one in row] for row in zip(*cells.values(), strict=True)]
    st.html(sheet_html(list(cells), rows, caption=caption, sorts=len(rows) > 1))


def _said(value: Any) -> str:
    return "—" if value in (None, "") else when(value) if isinstance(value, date) else str(value)


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
