"""The Why? page's form and its answer."""

from __future__ import annotations

from datetime import time
from typing import Final

import streamlit as st

from okf.clock import london_date
from okf.desk import Desk
from okf.people.views.who import LABEL, whom
from okf.policy.words import answer, because
from okf.proof.queries.why import NO_ANSWER, Explained, why
from okf.shell.dates import day_or_none, moment_of, taken, time_input
from okf.shell.words import answer_box, plain, show_clauses
from okf.terms import Action

_ACTIONS: Final = {
    "read": "open or read it",
    "list": "see it in a list",
    "add": "add a record to it",
    "change": "change it",
    "export": "take a copy of it",
    "grant": "grant access to it",
    "close": "close it",
    "emergency_access": "open it by emergency access",
    "raise_concern": "raise a concern on it",
}


def ask(desk: Desk) -> Explained | None:
    """The form; the explained answer once it is asked."""
    others = desk.decide(Action.ASK_WHY_OF_OTHERS).allowed
    with st.form("okf_why"):
        one, two = st.columns(2)
        me = str(desk.actor)
        who = one.text_input(f"Who? {LABEL}", me, max_chars=100, key="okf_why_who") if others else me
        action = two.selectbox("May they", list(_ACTIONS), format_func=_ACTIONS.__getitem__, key="okf_why_action")
        subject = one.text_input(
            "Which? A case, record or concern by its reference; or caseload, or concerns",
            max_chars=80,
            key="okf_why_subject",
        )
        with two:
            day = day_or_none("When? Empty is now", london_date(desk.now()), key="okf_why_day")
            hour = time_input("At, London time", time(12), key="okf_why_hour")
        if not st.form_submit_button("Ask", type="primary"):
            return None
    meant = whom(desk, who, Action.ASK_WHY_OF_OTHERS) if who.strip() != me else me
    if meant is None:
        return None
    at = moment_of(day, hour) if day else None
    return why(desk, username=meant, action=action, subject=subject, at=taken(at))


def show(explained: Explained) -> None:
    """The answer, its reasons, what was left out, and the clauses word for word."""
    decision = explained.decision
    st.header(plain(explained.question))
    if decision:
        answer_box(decision.decision, "\n\n".join(plain(line) for line in (answer(decision), *because(decision))))
    else:
        st.warning(NO_ANSWER, icon=":material/visibility_off:")
    for caveat in explained.caveats:
        st.info(plain(caveat))
    if decision and decision.clauses:
        st.markdown("**The promise behind this**")
        show_clauses(decision.clauses)
