"""Ways from one page to another that keep what the address says."""

from __future__ import annotations

from functools import cache

import streamlit as st

from okf.shell import navigation


@cache
def _page(url_path: str) -> st.Page:
    # A page is known by its address: this stands for the one that the router registered there.
    return st.Page(_nowhere, title=url_path or "Overview", url_path=url_path, default=not url_path)


def _nowhere() -> None:
    raise RuntimeError("this page only stands for its address")


def leads_somewhere(url_path: str) -> bool:
    """Whether a page of this address is in the table of pages."""
    return any(entry.url_path == url_path for entry in navigation.PAGES)


def link(label: str, url_path: str, *, icon: str | None = None, **query: str) -> None:
    """A link to another page, which a keyboard reaches; nothing where there is no such page."""
    if leads_somewhere(url_path):
        st.page_link(_page(url_path), label=label, icon=icon, query_params=query or None)


def go(url_path: str, **query: str) -> None:
    """Go to another page at once."""
    st.switch_page(_page(url_path), query_params=query or None)


def as_asked(*filters: str) -> None:
    """Let a link say all that its list is filtered by: Streamlit keeps what these filters were when it was last left.

    Asked before the list's widgets are drawn. Whoever comes by the menu finds the list as it was left.
    """
    if st.session_state.get(navigation.ARRIVED) and any(name in st.query_params for name in filters):
        for name in filters:
            if name not in st.query_params:
                st.session_state.pop(name, None)


def box(label: str, figure: object, url_path: str, *, see: str = "See them", **query: str) -> None:
    """A figure in a frame, with the link to what it counts; no link where there is nothing to see."""
    with st.container(border=True, gap="small"):
        st.metric(label, str(figure))
        if str(figure) == "0":
            st.caption("None")
        else:
            link(see, url_path, icon=":material/arrow_forward:", **query)
