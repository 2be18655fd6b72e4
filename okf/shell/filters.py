"""The filters above a list: kept in the address, and whoever changes one is shown the first page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import streamlit as st

from okf.shell.tables import first_page
from okf.shell.words import told

T = TypeVar("T")


def switch(label: str, views: Mapping[T, str], key: str, *, labelled: bool = False) -> T:
    """Which of these views of a list is shown: the first, until another one is chosen."""
    first = next(iter(views))
    _forget_another_lists(key, views)
    chosen = st.segmented_control(
        label,
        list(views),
        default=first,
        format_func=views.__getitem__,
        key=key,
        bind="query-params",
        required=True,
        on_change=first_page,
        label_visibility="visible" if labelled else "collapsed",
    )
    return chosen or first


def choice(
    label: str, key: str, options: Sequence[T], *, said: Callable[[Any], str] = told, width: int = 190, **more: Any
) -> T | None:
    """One of these options, or any; `more` as in `st.selectbox`."""
    if not more.get("accept_new_options"):
        _forget_another_lists(key, options)
    return st.selectbox(
        label,
        options,
        index=None,
        format_func=said,
        key=key,
        placeholder="Any",
        bind="query-params",
        on_change=first_page,
        width=width,
        **more,
    )


def order(orders: Mapping[T, str], *, width: int) -> T:
    """The order in which a list stands: the first, until another one is chosen."""
    _forget_another_lists("order", orders)
    chosen = st.selectbox(
        "Order",
        list(orders),
        format_func=orders.__getitem__,
        key="order",
        bind="query-params",
        on_change=first_page,
        width=width,
    )
    return chosen or next(iter(orders))


def tick(label: str, key: str) -> bool:
    """Whether a box is ticked."""
    return st.checkbox(label, key=key, bind="query-params", on_change=first_page)


def name(key: str) -> str:
    """A name to look for; it is kept out of the address."""
    return st.text_input("Name", key=key, type="search", max_chars=100, on_change=first_page, width=200) or ""


def _forget_another_lists(key: str, options: Iterable[object]) -> None:
    """Begin anew where a filter of this name was set on another page: Streamlit keeps its value by the name alone."""
    kept = st.session_state.get(key)
    if kept is not None and not any(type(one) is type(kept) and one == kept for one in options):
        del st.session_state[key]
