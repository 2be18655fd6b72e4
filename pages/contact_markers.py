"""Contact markers, seen before contact is made, and the leads' own flags, by review date (C9)."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.safeguarding.views import contact_markers
from okf.terms import Action


def render(desk: Desk) -> None:
    """What stands, the form for another, and what was lifted."""
    st.title("Contact markers and flags")
    contact_markers.standing(desk)
    concern = st.query_params.get("concern", "").strip() or None
    if concern or desk.decide(Action.SET_CONTACT_MARKER).allowed:
        contact_markers.new(desk, concern)
    contact_markers.taken_off(desk)
