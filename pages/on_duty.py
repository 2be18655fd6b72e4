"""Who is on duty: whom to ring for safeguarding now, and when the leads are away (C9)."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.safeguarding.views.on_duty import days_away, duty_board
from okf.safeguarding.views.outside import numbers_to_ring
from okf.safeguarding.views.rota import ladder, rota


def render(desk: Desk) -> None:
    """Who is there now, the rota, who will be away, and the ladder of the clocks."""
    st.title("Who is on duty")
    duty_board(desk)
    numbers_to_ring(desk, opened=True)
    rota(desk)
    days_away(desk)
    ladder(desk)
