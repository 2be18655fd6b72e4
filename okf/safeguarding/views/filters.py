"""The filters above the queue of concerns: references, kinds and leads in the address, and never a name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

import streamlit as st

from okf.desk import Desk
from okf.people.queries.workers import (
    safeguarding_leads,
)
from okf.safeguarding.queries.filters import DUE, NOBODY, QueueFilter, QueueOrder
from okf.shell.navigation import as_asked
from okf.shell.tables import first_page
from okf.shell.words import told
from okf.terms import ENDED_CONCERN, ConcernStatus, Severity
from okf.terms.concerns import ConcernCategory

T = TypeVar("T", bound=str)
ORDERS: Final = {
    QueueOrder.TIME_LEFT: "Least time left first",
    QueueOrder.SEVERITY: "Most urgent first",
    QueueOrder.NEWEST: "Newest first",
    QueueOrder.OLDEST: "Oldest first",
}
_DUE: Final = {"overdue": "Overdue", "today": "Due today", "this_week": "Due within a week", "next": "Due later"}
_NAME: Final = "concern_name"  # never in the address
_KEYS: Final = ("due", "severity", "status", "lead", "category", "find")


def filters(desk: Desk) -> tuple[str, QueueFilter]:
    """A name that is searched for, and the filters as they are set; folded away on a small screen's first page."""
    as_asked(*_KEYS, "mine", "order", _NAME)
    names = dict(safeguarding_leads(desk))
    is_set = any(map(st.query_params.get, (*_KEYS, "mine", "order"))) or bool(st.session_state.get(_NAME))
    box = st.expander("Search, filter and sort", icon=":material/tune:", expanded=is_set)
    with box, st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input("Name of whom it is about", key=_NAME, type="search", max_chars=100, width=260)
        find = st.text_input(
            "Concern or case begins with",
            key="find",
            type="search",
            bind="query-params",
            on_change=first_page,
            max_chars=80,
            width=240,
        )
        due = _choice("Due", "due", list(DUE), _DUE)
        severity = _choice("Severity", "severity", list(Severity))
        status = _choice("State", "status", [one for one in ConcernStatus if one not in ENDED_CONCERN])
        lead = _choice("Lead", "lead", [NOBODY, *names], {NOBODY: "Nobody yet", **names})
        category = _choice("Category", "category", list(ConcernCategory), width=280)
        order = st.selectbox(
            "Order",
            list(ORDERS),
            format_func=ORDERS.__getitem__,
            key="order",
            bind="query-params",
            on_change=first_page,
            width=210,
        )
        mine = st.checkbox(
            "Yours",
            key="mine",
            bind="query-params",
            on_change=first_page,
            help="Those that you lead, or cover for a lead who is away",
        )
        st.button("Clear all", on_click=_clear, type="tertiary")
    return name.strip(), QueueFilter(
        due, severity, status, lead, category, mine, find.strip() or None, order or QueueOrder.TIME_LEFT
    )


def _choice(label: str, key: str, options: list[T], said: Mapping[T, str] | None = None, width: int = 190) -> T | None:
    return st.selectbox(
        label,
        options,
        index=None,
        format_func=lambda one: (said or {}).get(one) or told(str(one)),
        key=key,
        placeholder="Any",
        bind="query-params",
        on_change=first_page,
        width=width,
    )


def _clear() -> None:
    first_page()
    st.session_state["mine"], st.session_state["order"] = False, QueueOrder.TIME_LEFT
    for key in (*_KEYS, _NAME):
        st.session_state[key] = "" if key in ("find", _NAME) else None
