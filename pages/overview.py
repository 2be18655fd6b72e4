"""Overview: what needs this person today."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.people.views.account import news
from okf.safeguarding.views.queue import live_count
from okf.today.queries.overview import overview
from okf.today.queries.pending import pending_items
from okf.today.views import overview as parts


def render(desk: Desk) -> None:
    """Show each part that is this person's."""
    st.title("Overview")
    news(desk)
    needs = overview(desk)
    items = pending_items(desk)
    if items:
        parts.pending(items)
    if needs.queue:
        live_count(desk)
        parts.queue(needs.queue)
    if needs.caseload:
        parts.caseload(needs.caseload)
    if needs.backups:
        parts.backups(needs.backups)
    if needs.work:
        parts.work(needs.work)
    parts.agreements(needs.agreements)
