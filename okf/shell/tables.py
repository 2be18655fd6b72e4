"""Tables of one page of rows, whose cells link to what they name; and the way from one page of a list to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

import streamlit as st

from okf.paging import Page, Paged
from okf.shell.links import anchor
from okf.shell.sheets import Cell, sheet_html
from okf.shell.words import when

T = TypeVar("T")
_STYLE: Final = """<style>
.okf-pages { display: flex; flex-wrap: wrap; gap: .4rem; margin: .5rem 0; font-size: .94rem }
.okf-pages :is(a, span) { padding: .15rem .7rem; border: 1px solid #7b8f96; border-radius: .3rem;
  text-decoration: none; color: #0b5a6b }
.okf-pages span { color: #5c6b71; border-color: #c3ced2 }
@media print { .okf-pages { display: none } }
</style>"""
_PLACE: Final = ("after", "before", "from")  # which page of a list the address names, and the number of its first row


def columns_of(rows: Sequence[T], columns: Mapping[str, Callable[[T], Any]]) -> dict[str, list[Any]]:
    """The rows' cells, column by column."""
    return {title: [cell(row) for row in rows] for title, cell in columns.items()}


def table(cells: Mapping[str, list[Any]], *, caption: str) -> None:
    """A table whose titles sort it; nobody can export it, and a cell may link to what it names."""
    rows = [[shown(one) for one in row] for row in zip(*cells.values(), strict=True)]
    st.html(sheet_html(list(cells), rows, caption=caption, sorts=len(rows) > 1))


def shown(value: Any) -> Cell | str:
    """A value as a cell of a table."""
    if isinstance(value, Cell):
        return value
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return "—" if value in (None, "") else when(value) if isinstance(value, date) else str(value)


def page_asked_for(size: int) -> Page:
    """Which page of a list the address names."""
    return Page(st.query_params.get("after"), st.query_params.get("before"), size)


def first_page() -> None:
    """Back to the first page: for whatever changes which rows there are."""
    for name in _PLACE:
        st.query_params.pop(name, None)


def here(**changes: str | None) -> str:
    """The address of this page with its query, changed so, at the first page of its list; None takes one away."""
    kept = {name: st.query_params.get_all(name) for name in st.query_params if name not in (*_PLACE, *changes)}
    return f"?{urlencode({**kept, **{name: one for name, one in changes.items() if one is not None}}, doseq=True)}"


def number_of_first(page: Paged[Any]) -> int:
    """The number of a page's first row in its list; the address has it, or on the way back that of the row after it."""
    told = st.query_params.get("from", "")
    if not told.isdecimal() or len(told) > 9 or not _turned():
        return 1
    return max(1, int(told) - (len(page.rows) if "before" in st.query_params else 0))


def _turned() -> bool:
    return "after" in st.query_params or "before" in st.query_params


def pager(page: Paged[Any], *, key: str) -> None:
    """Links to the pages before and after; nothing where there is one page alone."""
    if page.next or page.previous or "after" in st.query_params:
        st.html(pages_html(page, focus=key))


def pages_html(page: Paged[Any], *, focus: str) -> str:
    """The same as HTML; what has the id `focus` has the focus on the next page."""
    turned = page.previous is not None or "after" in st.query_params
    if page.next is None and not turned:
        return ""
    first = number_of_first(page)
    ways = (
        ("First", turned and here()),
        ("Previous", page.previous and here(before=page.previous, **{"from": str(first)})),
        ("Next", page.next and here(after=page.next, **{"from": str(first + len(page.rows))})),
    )
    links = (anchor(said, to, focus=focus) if to else f'<span aria-disabled="true">{said}</span>' for said, to in ways)
    return f'{_STYLE}<nav class="okf-pages" aria-label="Pages of the list">{"".join(links)}</nav>'
