"""Is this person known? For intake officers, who learn that somebody exists and whom to ask, and no more."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.intake.views.matches import search
from okf.terms import Action


def render(desk: Desk) -> None:
    """Ask for a description, and show who may be meant."""
    st.title("Is this person known?")
    desk.require(Action.SEE_PROTECTED_MATCH)
    st.write(
        "Whoever you may open a case of is shown with it. Anybody else shows as protected, with whom to ask."
        " Each look is on the audit record."
    )
    search(desk)
