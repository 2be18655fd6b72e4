"""Dates that a form needs, and a month that an address names."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, Final

import streamlit as st

from okf.clock import clock_time, from_london, zones_of

_NTH: Final = ("first", "second")
YEARS: Final = range(1900, 2200)  # beyond these nobody has an appointment, and the calendar comes to its end

# For a field whose command says what is wrong with a day out of its range, in its own words.
ANY_DAY: Final = {"min_value": date(YEARS[0], 1, 1), "max_value": date(YEARS[-1], 12, 31)}
# The browser sends nothing of a day that its field refuses: the one that stood before would be saved in its place. So
# nothing is pressed while a field is in the wrong, and the focus goes to it.
_HOLDING = """
export default function () {
  const hold = event => {
    const at = event.target
    if (!(at instanceof Element) || (event.type === 'keydown' && event.key !== 'Enter')) return
    const sends = event.type === 'click' ? '.stMain :is(.stButton, .stFormSubmitButton) button' : '.stForm input'
    const sender = at.closest(sends)
    const wrong = (sender?.closest('.stForm') ?? (sender && document.querySelector('.stMain')))
      ?.querySelector('.stDateInput [aria-invalid=true]')
    if (!wrong) return
    event.preventDefault()
    event.stopImmediatePropagation()
    wrong.focus()
  }
  document.addEventListener('click', hold, true)
  document.addEventListener('keydown', hold, true)
  return () => {
    document.removeEventListener('click', hold, true)
    document.removeEventListener('keydown', hold, true)
  }
}
"""
_holding = st.components.v2.component("okf_days", js=_HOLDING)


def hold_wrong_days() -> None:
    """Let nothing be sent while a day stands in a field that refuses it."""
    _holding(key="okf_days", width=1, height=1)


def day_input(label: str, first: date, **more: Any) -> date:
    """A date that is always there, written as it is here: one that was taken out is again the one that stood first."""
    chosen: object = st.date_input(label, first, format="DD/MM/YYYY", **more)
    return chosen if isinstance(chosen, date) else first


def time_input(label: str, first: time, **more: Any) -> time:
    """A time of day that is always there."""
    chosen: object = st.time_input(label, first, **more)
    return chosen if isinstance(chosen, time) else first


def zone_input(on: date, at: time, *, key: str) -> str | None:
    """Which is meant of a time that London's clocks show twice that day; asks nothing of any other."""
    wall = datetime.combine(on, at)
    zones = zones_of(wall)
    if len(zones) < 2:
        return None
    names = {zone: f"{clock_time(from_london(wall, zone))}, the {nth}" for zone, nth in zip(zones, _NTH, strict=True)}
    label = f"{at:%H:%M} comes twice that day, when the clocks go back. Which is meant?"
    return st.radio(label, zones, index=None, format_func=names.__getitem__, horizontal=True, key=key)


def month_asked(name: str, today: date) -> date:
    """The first day of the month that the address names; of this one where it names none."""
    try:
        first = date.fromisoformat(f"{st.query_params.get(name, '')}-01")
    except ValueError:
        return today.replace(day=1)
    return first if first.year in YEARS else today.replace(day=1)
