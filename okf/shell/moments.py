"""A date and a time in London, asked for side by side in a form that keeps its draft."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from okf.clock import LONDON, ImpossibleTime, from_london, london
from okf.shell.drafts import DraftForm


def moment_field(draft: DraftForm, label: str, field: str, now: datetime, *, past: bool = False) -> datetime:
    """An instant, by its London date and time, at first the present; `past` for what has been."""
    wall = london(now)
    latest = {"max_value": wall.date()} if past else {}
    with st.container(horizontal=True):
        on = draft.date_input(label, f"{field}_on", value=wall.date(), **latest)
        at = draft.time_input("At (London time)", f"{field}_at", value=wall.time().replace(second=0, microsecond=0))
    return instant_of(datetime.combine(on or wall.date(), at or wall.time()))


def instant_of(wall: datetime) -> datetime:
    """The instant of a London wall clock's time, also in the hour that the clocks skip."""
    try:
        return from_london(wall)
    except ImpossibleTime:
        return wall.replace(tzinfo=LONDON).astimezone(UTC)
