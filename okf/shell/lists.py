"""The list: a table of one page of rows whose titles sort it in SQL, with its filters, its count and its pages.

All of it is one element, and everything in it is a link: an address says what is shown and how, and Back undoes it.
One definition of the columns serves the page and the file.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any, Final, Generic, TypeVar
from zlib import crc32

import streamlit as st

from okf.paging import Count, Paged, Sort
from okf.pending import counted
from okf.shell import tables
from okf.shell.links import anchor
from okf.shell.sheets import Cell, Head, sheet_html
from okf.shell.tables import here, number_of_first, pages_html
from okf.shell.words import day

T = TypeVar("T")
_UNTICKED: Final = "okf_unticked_"
_STYLE: Final = """<style>
.okf-list:focus { outline: none }
.okf-list-head { display: flex; flex-wrap: wrap; gap: .3rem .6rem; align-items: baseline; font-size: .94rem }
.okf-list-head strong { margin-right: .4rem }
.okf-list-head .okf-tools { margin-left: auto; display: flex; gap: .9rem; align-items: baseline }
.okf-chip { padding: .1rem .6rem; border: 1px solid #7b8f96; border-radius: .3rem; text-decoration: none;
  background: #e7f1f3; color: #0b5a6b }
.okf-tools button, .okf-tools summary { all: unset; cursor: pointer; color: #0b5a6b; text-decoration: underline }
.okf-tools :is(button, summary):focus-visible { outline: 2px solid #0b5a6b; outline-offset: 2px }
.okf-tick { width: 1.6rem }
.okf-list tbody tr:focus-within { background: #eef5f6 }
@media print { .okf-tools, .okf-tick { display: none !important } }
</style>"""
# Which boxes of a list are ticked. Rows that are drawn anew keep theirs; the server takes only what it shows.
_TICKED: Final = """
export default function ({ parentElement, data, setStateValue }) {
  const list = () => document.getElementById(data.list)
  const boxes = () => [...(list()?.querySelectorAll('tbody input[type=checkbox]') ?? [])]
  parentElement.okfTicked ??= new Set()
  const draw = () => {
    for (const one of boxes()) one.checked = parentElement.okfTicked.has(one.value)
    const all = list()?.querySelector('thead input')
    if (all) all.checked = boxes().every(one => one.checked)
  }
  const tick = event => {
    if (!list()?.contains(event.target) || event.target.type !== 'checkbox') return
    if (event.target.closest('thead')) for (const one of boxes()) one.checked = event.target.checked
    const ticked = boxes().filter(one => one.checked).map(one => one.value)
    parentElement.okfTicked = new Set(ticked)
    draw()
    setStateValue('ticked', ticked)
  }
  draw()
  const timer = setTimeout(draw, 300)
  document.addEventListener('change', tick)
  return () => {
    clearTimeout(timer)
    document.removeEventListener('change', tick)
  }
}
"""
_ticked = st.components.v2.component("okf_ticked", js=_TICKED)


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """A column: what it holds of a row, which a file has as it is, and how the page shows it where not by its words.

    `sort` names the order of the list that its title asks for; `down` ones run downwards at the first press.
    """

    title: str
    value: Callable[[T], Any]
    cell: Callable[[T], Cell | str] | None = None
    sort: str = ""
    down: bool = False
    in_file: bool = True
    on_page: bool = True

    def shown(self, row: T) -> Cell | str:
        """Its cell on the page."""
        return self.cell(row) if self.cell else tables.shown(self.value(row))


def sort_asked_for(sorts: Collection[str], first: Sort) -> Sort:
    """The order that the address asks for, where the list has it; else the first."""
    by = st.query_params.get("sort")
    return Sort(by, "desc" in st.query_params) if by is not None and by in sorts else first


def file_of(columns: Sequence[Column[T]], rows: Sequence[T]) -> tuple[list[str], list[list[Any]]]:
    """The titles and rows of a file: the page's columns in their words, with dates and numbers as what they are."""
    kept = [column for column in columns if column.in_file]
    return [column.title for column in kept], [[_whole(column.value(row)) for column in kept] for row in rows]


def _whole(value: Any) -> Any:
    return tables.shown(value) if isinstance(value, bool) else value


def show(
    columns: Sequence[Column[T]],
    page: Paged[T],
    *,
    key: str,
    caption: str,
    many: tuple[str, str],
    count: Count | None = None,
    sort: Sort | None = None,
    first: Sort | None = None,
    sorts: Collection[str] = (),
    filters: Mapping[str, str] = {},
    tick: Callable[[T], str] | None = None,
    nothing: str = "There is none of these.",
) -> list[str]:
    """Show a page of a list, or that there is `nothing`; which of its rows are ticked, by what `tick` calls them.

    `many` is one row and several, in words. The list stands by `sort`, by
    itself by `first`, and its titles offer `sorts`. Of `filters`, each by its
    name in the address and its label, those that are set stand above it, each
    to be taken away.
    """
    if not page.rows:
        narrowed = _chips(filters)
        if narrowed:
            st.html(f'{_STYLE}<div class="okf-list-head">{narrowed}</div>')
        st.info(nothing)
        if page.next or page.previous:
            st.html(pages_html(page, focus=f"okf-list-{key}"))
        return []
    columns = [column for column in columns if column.on_page]
    heads = [_head(column, key, sort, first) if column.sort in sorts else Head(column.title) for column in columns]
    rows = [[column.shown(row) for column in columns] for row in page.rows]
    boxes = [tick(row) for row in page.rows] if tick else None
    html = (
        f'{_STYLE}<section class="okf-list" id="okf-list-{key}" aria-label="{escape(caption)}">'
        f"{_above(_range(page, many, count), filters, ticks=tick is not None)}"
        f"{sheet_html(heads, rows, caption=caption, boxes=boxes)}"
        f"{pages_html(page, focus=f'okf-list-{key}')}</section>"
    )
    st.html(html)
    if boxes is None:
        return []
    # Other rows are another component: it knows nothing of what was ticked on the page before.
    told = _ticked(
        data={"list": f"okf-list-{key}", "drawn": f"{crc32(html.encode())}"},
        key=f"okf_ticked_{key}_{st.session_state.get(_UNTICKED + key, 0)}_{crc32(repr(boxes).encode())}",
        on_ticked_change=lambda: None,
        width=1,
        height=1,
    )
    return [one for one in told.ticked or () if one in boxes]


def untick(key: str) -> None:
    """Forget what is ticked in the list of this key: it has been dealt with."""
    st.session_state[_UNTICKED + key] = st.session_state.get(_UNTICKED + key, 0) + 1


def _head(column: Column[Any], key: str, sort: Sort | None, first: Sort | None) -> Head:
    """A title that asks for the order of its column, or for the other way of the order that stands."""
    stands = sort is not None and sort.by == column.sort
    wanted = Sort(column.sort, not sort.descending if sort and stands else column.down)
    plain = wanted == first
    to = here(sort=None if plain else wanted.by, desc="1" if wanted.descending and not plain else None)
    way = ("descending" if sort.descending else "ascending") if sort and stands else ""
    name = f"okf-{key}-by-{column.sort}"
    return Head(column.title, anchor(escape(column.title), to, focus=name, more=f'id="{name}"'), way)


def _range(page: Paged[Any], many: tuple[str, str], count: Count | None) -> str:
    """`3 cases`, `51–100 of 1,204 cases` or `51–100 of more than 1,000 cases`."""
    rows, begins = len(page.rows), number_of_first(page)
    if page.next is None and begins == 1:
        return counted(rows, *many)
    if page.next is None and count and not count.more:
        begins = max(1, count.number - rows + 1)
    ends = begins + rows - 1
    if page.next is None:
        told = f"{ends:,}"
    elif count and count.number > ends:
        told = f"more than {count.number:,}" if count.more else f"{count.number:,}"
    else:
        told = f"more than {ends:,}"
    return f"{begins:,}–{ends:,} of {told} {many[1]}"


def _above(said: str, filters: Mapping[str, str], *, ticks: bool) -> str:
    """How many there are, what they are narrowed by, and what helps with them."""
    keys = "j and k or the arrows move from row to row, Enter opens" + (", x ticks" if ticks else "")
    tools = (
        '<button type="button" data-okf-copy aria-live="polite">Copy the link</button>'
        f"<details><summary>Keys</summary>{keys}</details>"
    )
    chips = _chips(filters)
    return f'<div class="okf-list-head"><strong>{said}</strong>{chips}<span class="okf-tools">{tools}</span></div>'


def _chips(filters: Mapping[str, str]) -> str:
    return "".join(
        anchor(
            f'{escape(told)} <span aria-hidden="true">✕</span>',
            here(**{name: None}),
            more=f'class="okf-chip" aria-label="{escape(f"Take away the filter: {told}")}"',
        )
        for name, told in _narrowed_by(filters)
    )


def _narrowed_by(filters: Mapping[str, str]) -> list[tuple[str, str]]:
    """The filters that are set in the address, each as the page says it."""
    found = []
    for name, label in filters.items():
        value = st.query_params.get(name)
        if value:
            with suppress(ValueError):
                value = day(date.fromisoformat(value))
            found.append((name, label if value == "true" else f"{label}: {value}"))
    return found
