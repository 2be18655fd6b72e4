"""Your agreements: what you are asked to sign, with its text whole, and what you have signed (C7)."""

from __future__ import annotations

import streamlit as st

from okf.agreements.queries.own_agreements import own_agreements
from okf.agreements.views.signing import agreement, just_signed, signatures
from okf.desk import Desk


def render(desk: Desk) -> None:
    """Each agreement that this person needs, what asks for a signature first."""
    st.title("Your agreements")
    just_signed(desk)
    for own in own_agreements(desk):
        agreement(desk, own)
    signatures(desk)
