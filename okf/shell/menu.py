"""The menu: groups of pages under their names, how much waits on each, and which one is shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

import streamlit as st

from okf.shell.links import anchor

if TYPE_CHECKING:
    from okf.shell.navigation import Entry

_MOST: Final = 99
# In the address itself: a named icon or an emoji would be fetched from somebody else's server.
ICON: Final = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E"
    "%3Crect width='32' height='32' rx='7' fill='%230b5a6b'/%3E"
    "%3Cpath d='M7 8h8a2 2 0 0 1 2 2v15a3 3 0 0 0-3-2H7z' fill='%23fff'/%3E"
    "%3Cpath d='M25 8h-6a2 2 0 0 0-2 2v15a3 3 0 0 1 3-2h5z' fill='%23cfe3e7'/%3E%3C/svg%3E"
)


@dataclass(frozen=True, slots=True)
class Item:
    """A page in the menu, with those that stand under it while one is there."""

    page: Entry
    count: int
    is_here: bool
    is_within: bool
    under: tuple[Item, ...] = ()


def items(pages: Collection[Entry], here: str, waiting: Mapping[str, int]) -> list[Item]:
    """What stands in the menu of whoever these pages are for, while they are on one of them."""
    listed = [one for one in pages if one.listed]
    paths = {one.url_path for one in listed}
    shown_under = next((one.under for one in pages if one.url_path == here), "")

    def item(page: Entry, *, counts: Collection[str], under: Sequence[Item] = ()) -> Item:
        count = sum(waiting.get(one, 0) for one in counts)
        return Item(page, count, page.url_path == here, page.url_path == shown_under != "", tuple(under))

    made = []
    for page in listed:
        if page.under and page.under in paths:
            continue
        beneath = [one for one in pages if one.under == page.url_path and page.url_path]
        opened = page.url_path in (here, shown_under)
        nested = [item(one, counts=[one.url_path]) for one in beneath if one.listed and opened]
        apart = {one.page.url_path for one in nested}
        counts = [page.url_path, *(one.url_path for one in beneath if one.url_path not in apart)]
        made.append(item(page, counts=counts, under=nested))
    return made


def draw(shown: Sequence[Item]) -> None:
    """Draw it beside every page."""
    sections = dict.fromkeys(one.page.section for one in shown)
    made = []
    for number, section in enumerate(sections):
        rows = "".join(_row(one) for one in shown if one.page.section == section)
        named = f"okf-menu-{number}"
        heading = f'<h2 id="{named}">{escape(section)}</h2>' if section else ""
        made.append(f"{heading}<ul{f' aria-labelledby={named}' if section else ''}>{rows}</ul>")
    with st.sidebar:
        st.html(f'{_STYLE}{_BRAND}<nav class="okf-menu" aria-label="Menu">{"".join(made)}</nav>')


def _row(one: Item) -> str:
    current = ' aria-current="page"' if one.is_here else ' aria-current="true"' if one.is_within else ""
    symbol = f'<span class="okf-symbol" aria-hidden="true" translate="no">{one.page.symbol}</span>'
    many = f"{_MOST}+" if one.count > _MOST else str(one.count)
    count = f'<b>{many}<span class="okf-unseen"> waiting</span></b>' if one.count else ""
    # A page's address is named from wherever one is: that of the first page is the folder itself.
    link = anchor(f"{symbol}<span>{escape(one.page.title)}</span>{count}", one.page.url_path or "./", more=current)
    under = f"<ul>{''.join(map(_row, one.under))}</ul>" if one.under else ""
    return f"<li>{link}{under}</li>"


_BRAND: Final = anchor(
    f'<img src="{ICON}" alt=""><span>Casebook<small>Our Kids First</small></span>', "./", more='class="okf-brand"'
)
_STYLE: Final = """<style>
.okf-brand { display: flex; align-items: center; gap: .6rem; padding: .75rem .5rem .6rem; font-weight: 700;
  font-size: 1.15rem; line-height: 1.15; color: #111 !important; text-decoration: none !important }
.okf-brand img { width: 1.9rem; height: 1.9rem }
.okf-brand small { display: block; font-weight: 400; color: #46565c }
[data-testid=stSidebarHeader] { position: absolute; right: .5rem; top: .5rem; height: auto;
  padding: 0; margin: 0; z-index: 1 }
[data-testid=stSidebarContent] { padding: 0 .6rem; scrollbar-gutter: auto }
[data-testid=stSidebarUserContent] { padding: 0 0 2rem }
.okf-menu { font-size: .9rem; line-height: 1.25 }
.okf-menu h2 { font-size: .8rem; font-weight: 600; color: #46565c; padding: 0; margin: .85rem .5rem .15rem }
.okf-menu ul { list-style: none; margin: 0; padding: 0 }
.okf-menu li { margin: 0; padding: 0; font-size: inherit }
.okf-menu li ul { padding-left: 1.2rem }
.okf-menu a { display: flex; align-items: center; gap: .5rem; padding: .22rem .5rem; border-radius: .25rem;
  color: #111 !important; text-decoration: none }
.okf-menu a:hover { background: #e6eef0 }
.okf-menu a:focus-visible { outline: 2px solid #0b5a6b; outline-offset: -2px }
.okf-menu a[aria-current] { background: #dbe9e8; font-weight: 700 }
.okf-menu b { margin-left: auto; background: #0b5a6b; color: #fff; border-radius: .6rem; padding: 0 .45rem;
  font-size: .78rem }
.okf-symbol { font-family: "Material Symbols Rounded"; font-size: 1.1rem; line-height: 1; width: 1.1rem; color: #46565c;
  overflow: hidden; flex: none; font-weight: 400 }
.okf-unseen { position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap }
</style>"""
