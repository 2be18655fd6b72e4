"""A double click on a button is one press."""

from __future__ import annotations

from typing import Final

import streamlit as st

# Streamlit begins a run at each press and stops the one before wherever it is, also between a deed and the mark that it
# is done: the second press of a double click would be a second order. Steppers and the like count each press.
_ONCE: Final = """
export default function () {
  const ORDERS = ':is([data-testid=stButton], [data-testid=stFormSubmitButton]) button'
  const heard = event => {
    if (event.detail > 1 && event.target instanceof Element && event.target.closest(ORDERS))
      event.stopImmediatePropagation()
  }
  window.addEventListener('click', heard, true)
  return () => window.removeEventListener('click', heard, true)
}
"""
_once = st.components.v2.component("okf_once", js=_ONCE)


def one_press_one_order() -> None:
    """Let no button hear the second press of a double click; drawn once on every page."""
    _once(key="okf_once", width=1, height=1)
