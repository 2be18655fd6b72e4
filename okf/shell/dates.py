"""Dates that a form needs, and a month that an address names."""

from __future__ import annotations

from datetime import date, time
from typing import Any, Final

import streamlit as st

YEARS: Final = range(1900, 2200)  # beyond these nobody has an appointment, and the calendar comes to its end


def day_input(label: str, first: date, **more: Any) -> date:
    """A date that is always there, written as it is here: one that was taken out is again the one that stood first."""
    chosen: object = st.date_input(label, first, format="DD/MM/YYYY", **more)
    return chosen if isinstance(chosen, date) else first


def time_input(label: str, first: time, **more: Any) -> time:
    """A time of day that is always there."""
    chosen: object = st.time_input(label, first, **more)
    return chosen if isinstance(chosen, time) else first


def month_asked(name: str, today: date) -> date:
    """The first day of the month that the address names; of this one where it names none."""
    try:
        first = date.fromisoformat(f"{st.query_params.get(name, '')}-01")
    except ValueError:
        return today.replace(day=1)
    return first if first.year in YEARS else today.replace(day=1)
