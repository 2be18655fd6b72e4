"""Proof: who could open a case at any instant, by which grant, under which version of which agreement."""

from __future__ import annotations

from datetime import time

import streamlit as st

from okf.cases.queries.cases import case_meant
from okf.clock import london
from okf.desk import Desk
from okf.proof.queries.proof import Proof, access_at
from okf.shell.dates import day_input, moment_of, taken, time_input
from okf.shell.tables import table
from okf.shell.words import moment, told
from okf.terms import Action


def render(desk: Desk) -> None:
    """The question, and everyone it concerns."""
    st.title("Who could open a case?")
    st.write(
        "For any moment, past ones too. The answer is the policy's own, with the signatures and settings of that day."
    )
    here = london(desk.now())
    with st.form("proof"):
        case_ref = st.text_input("Case", key="case", bind="query-params")
        left, right = st.columns(2)
        with left:
            on = day_input("On", here.date(), here.date(), max_value=here.date(), key="proof_on")
        with right:
            clock = time_input("At (London time)", time(here.hour, here.minute), key="proof_at")
        asked = st.form_submit_button("Show")
    if not asked:
        return
    if not case_ref:
        st.error("Write the reference of the case that you ask about, such as OKF-8H4EWY74.")
        return
    case_ref = case_meant(desk, case_ref, Action.READ_AUDIT)
    at = taken(moment_of(on, clock))
    found = access_at(desk, case_ref, at)
    could = [proof for proof in found if proof.decision.allowed]
    st.subheader(f"{len(could)} could open it at {moment(at)}")
    _shown(could, "People who could open the case")
    rest = [proof for proof in found if not proof.decision.allowed]
    if rest:
        st.subheader("Held a grant, and could not")
        _shown(rest, "People who held a grant and could not open the case")


def _shown(found: list[Proof], caption: str) -> None:
    if not found:
        st.info("Nobody.")
        return
    table(
        {
            "Who": [f"{proof.name} ({proof.person})" for proof in found],
            "By grant": [proof.grant or _other_way(proof) for proof in found],
            "Capacity": [told(proof.capacity) for proof in found],
            "Agreement signed": [f"version {p.version}, {moment(p.signed_at)}" if p.version else "—" for p in found],
            "Why not": [", ".join(reason.words for reason in proof.decision.reasons) for proof in found],
            "Clauses": [", ".join(clause.name for clause in proof.decision.clauses) for proof in found],
        },
        caption=caption,
    )


def _other_way(proof: Proof) -> str:
    return "emergency access" if "emergency_review" in proof.decision.conditions else "an open concern, as lead"
