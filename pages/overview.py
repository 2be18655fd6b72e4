"""Today: what needs this person, and the way to it."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.people.views.account import news
from okf.safeguarding.views.queue import top
from okf.today.queries.overview import overview
from okf.today.queries.pending import pending_items
from okf.today.views import overview as parts


def render(desk: Desk) -> None:
    """Show each part that is this person's."""
    st.title("Today")
    needs, items = overview(desk), pending_items(desk)
    parts.head(desk.now(), needs.backups)
    news(desk)
    if needs.caseload:
        if needs.caseload.ledger_waits:
            parts.ledger_waits()
        items += parts.unallocated(needs.caseload, desk.now())
    if needs.work:
        items += needs.work.items
    parts.figures(needs, desk)
    quiet = needs.work if needs.work and needs.work.quiet else None
    beside = needs.caseload or needs.signatures or quiet
    first, second = st.columns([7, 4], gap="medium") if beside else (st.container(), None)
    with first:
        parts.lines(items, desk.now())
    if second:
        with second:
            if needs.caseload:
                parts.room(needs.caseload.room)
            if needs.signatures:
                parts.unsigned(needs.signatures)
            if quiet:
                parts.quiet(quiet)
    if needs.queue:
        top(desk)
