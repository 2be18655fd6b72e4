"""A referral on the screen: where it stands, when it is chased, and the form for what was heard of it (C9)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import streamlit as st

from okf.clock import london_date
from okf.desk import Desk
from okf.safeguarding.commands.referrals import LONGEST, REFERENCE, note_on_referral
from okf.safeguarding.queries.concern import ConcernInView
from okf.safeguarding.queries.decisions import ReferralInView
from okf.safeguarding.views.queue import time_left
from okf.safeguarding.views.seen import entries_seen
from okf.shell.drafts import views as drafts
from okf.shell.sheets import facts
from okf.shell.words import moment, told, told_plainly
from okf.terms.decisions import ReferralStatus, ReferralStep

FORM: Final = "referral"
_STEPS: Final = {
    ReferralStep.ACKNOWLEDGED: "They say that they have it",
    ReferralStep.ACCEPTED: "They accept it",
    ReferralStep.NOT_ACCEPTED: "They don't accept it",
    ReferralStep.CHASED: "We chased them",
    ReferralStep.CONFIRMED: "We confirmed it in writing",
    ReferralStep.ESCALATED: "We escalated it",
    ReferralStep.LEFT: "We leave it at their answer",
}
_NO_CHASE: Final = (ReferralStep.ACCEPTED, ReferralStep.LEFT, ReferralStep.CONFIRMED)


def sheet_of(sent: ReferralInView, at: datetime) -> None:
    """Where it stands and what is due on it."""
    rows = [
        ("Referral", f"{told(sent.status)}, to {sent.to}, sent {moment(sent.sent_at)}"),
        ("Their reference", sent.their_reference or "Not given yet"),
    ]
    if sent.chase_at is not None:
        what = "Escalate it, or leave it at their answer" if sent.status is ReferralStatus.NOT_ACCEPTED else "Chase it"
        rows.append((what, f"{moment(sent.chase_at)}. {time_left(sent.chase_at, at)}"))
    if sent.confirmed_at is not None:
        rows.append(("Confirmed in writing", moment(sent.confirmed_at)))
    elif sent.confirm_by is not None:
        rows.append(("Confirm in writing by", f"{moment(sent.confirm_by)}. {time_left(sent.confirm_by, at)}"))
    facts(rows)
    if sent.confirmed_at is None and sent.confirm_by is not None and sent.confirm_by <= at:
        st.error("The written confirmation is overdue: send it, then put it on record.", icon=":material/alarm:")
    if sent.chase_at is not None and sent.chase_at <= at:
        st.error("An answer is overdue: ring them, then put on record what they said.", icon=":material/alarm:")


def form(desk: Desk, view: ConcernInView, sent: ReferralInView, at: datetime) -> None:
    """What was heard or done, kept in the chronology; the clock goes on from it."""
    steps = [one for one in ReferralStep if _fits(one, sent)]
    if not steps:
        return
    due = sent.chase_at is not None and sent.chase_at <= at
    with st.expander("What they answered, and what was done", expanded=due, icon=":material/phone_callback:"):
        draft = drafts.resume(desk, FORM, f"{view.ref} {sent.ref}")
        seen = entries_seen(draft, view)
        step = draft.selectbox("What happened", "step", steps, index=None, format_func=_STEPS.__getitem__)
        text = draft.text_area("Who said what, and when", "text", height=100, max_chars=LONGEST)
        reference = draft.text_input("Their reference", "their_reference", max_chars=REFERENCE)
        again = None
        if step is not None and step not in _NO_CHASE:
            again = draft.date_input("Chase again on", "chase_again_on", min_value=london_date(at))
            st.caption("Left empty, it follows from the clock: the next working day, or the second one.")
        draft.told()
        if not st.button("Put it on record", key=f"okf_referral_{sent.ref}"):
            return
        if step is None:
            st.error("Say what happened. What you typed is still here.")
            return
        with told_plainly():
            note_on_referral(
                desk,
                view.ref,
                sent.ref,
                step=step,
                text=text,
                their_reference=reference,
                chase_again_on=again,
                entries_seen=seen,
            )
            draft.done("It is on record.")


def _fits(step: ReferralStep, sent: ReferralInView) -> bool:
    if step is ReferralStep.CONFIRMED:
        return sent.confirmed_at is None
    if sent.status is ReferralStatus.ACCEPTED:
        return False
    return step is not ReferralStep.LEFT or sent.status is ReferralStatus.NOT_ACCEPTED
