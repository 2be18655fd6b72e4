"""Reading somebody else's decision again: what its maker saw, and whether one agrees (C9)."""

from __future__ import annotations

from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.safeguarding.commands.decision_readings import LONGEST, review_decision
from okf.safeguarding.queries.concern import ConcernInView
from okf.safeguarding.queries.decisions import DecisionInView
from okf.safeguarding.views.seen import entries_seen
from okf.shell.drafts import views as drafts
from okf.shell.words import told_plainly
from okf.terms.decisions import DecisionState

FORM: Final = "decision_reading"
_READ: Final = "okf_reading_said"
_SAID: Final = {
    DecisionState.STANDS: "Your reading is on record: the decision stands.",
    DecisionState.AWAITS_THIRD: "Your reading is on record. You disagree, so a third reader decides: another lead or"
    " deputy, or the safeguarding trustee.",
    DecisionState.OVERTURNED: "Your word is on record, and it stands: it is decided anew.",
}


def form(desk: Desk, view: ConcernInView, made: DecisionInView) -> None:
    """Whether whoever looks agrees, and why; as the third reader, whether the decision stands."""
    third = made.state is DecisionState.AWAITS_THIRD
    st.header("Your word as the third reader" if third else "Your second reading")
    added = len(view.entries) - made.entries_before
    st.caption(
        f"Whoever decided saw {_lines(made.entries_before)} of the chronology, and all that you see above it."
        f" The decision itself and what came after it: {_lines(added)}."
    )
    draft = drafts.resume(desk, FORM, f"{view.ref} {made.ref}")
    seen = entries_seen(draft, view)
    words = (
        {True: "The decision stands", False: "It does not stand"} if third else {True: "I agree", False: "I disagree"}
    )
    agrees = draft.radio(
        "What you find", "agrees", list(words), index=None, format_func=words.__getitem__, horizontal=True
    )
    reason = draft.text_area("Why, in your words", "reason", height=120, max_chars=LONGEST)
    draft.told()
    if not st.button("Put your reading on record", type="primary", key=f"okf_read_{made.ref}"):
        return
    if agrees is None:
        st.error("Say what you find. What you typed is still here.")
        return
    with told_plainly():
        state = review_decision(desk, view.ref, made.ref, agrees=agrees, reason=reason, entries_seen=seen)
        draft.done()
        st.session_state[_READ] = _SAID[state]
        st.rerun()


def said() -> bool:
    """Say once that a reading is on record, also to whom the concern closes with it; whether there was one."""
    words = st.session_state.pop(_READ, None)
    if words:
        st.success(words, icon=":material/check_circle:")
    return bool(words)


def _lines(count: int) -> str:
    return f"{count} {'line' if count == 1 else 'lines'}"
