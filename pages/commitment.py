"""The Commitment: each clause word for word, how it is read, what decides by it, and whether it is kept."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.proof.queries.assurance import promise_now
from okf.proof.queries.commitment import clauses_told, published
from okf.proof.views import commitment


def render(desk: Desk) -> None:
    """The whole promise, with its evidence."""
    promise = promise_now(desk)
    st.title("The Commitment")
    commitment.summary(promise, published())
    if promise.shows_figures and promise.to_act_on():
        st.header("What somebody must act on")
        commitment.to_act_on(promise.to_act_on())
    st.header("Clause by clause")
    for told_of in clauses_told():
        state, lines = promise.clauses[told_of.clause]
        commitment.clause(told_of, state, lines)
    commitment.prove(desk, promise)
