"""What a reporter is told beside their own words: that it was read, what to do if they hear nothing, a copy (C9)."""

from __future__ import annotations

from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.policy.words import due_told
from okf.safeguarding.commands.own_reports import take_out_own_report
from okf.safeguarding.papers import own_report_paper
from okf.safeguarding.queries.own_reports import Received, received_reports
from okf.shell.exports import download
from okf.shell.frame import PHONE
from okf.shell.phones import ringing
from okf.shell.words import moment

_ELSEWHERE: Final = f"""
<ul>
<li><strong>Ring another of those who answer for safeguarding</strong>, or OKF on {ringing(PHONE)}.
If it is about one of them, ring one whom it is not about.</li>
<li><strong>Anybody may ring children's services or the police themselves</strong>, and needs nobody's leave:
{ringing("999")} in immediate danger, {ringing("101")} otherwise, or the children's services of the council where the
child lives. The NSPCC helpline, {ringing("0808 800 5000")}, takes worries about any child.</li>
<li><strong>If you think that OKF does not deal with it as it should</strong>: the NSPCC whistleblowing advice line,
{ringing("0800 028 0285")}, or the Charity Commission (on GOV.UK, “report serious wrongdoing at a charity”). OKF's own
whistleblowing policy says whom else you may tell. Nobody may treat you worse for it.</li>
</ul>
"""


def state_told(received: Received) -> str:
    """For a list: whether it was read and taken up, and since when."""
    taken = f"; taken up {moment(received.taken_at)}" if received.taken_at else ""
    return f"Read by a lead {moment(received.read_at)}{taken}" if received.read_at else "Received, not read yet"


def first_read(desk: Desk, ref: str) -> None:
    """When one of those who answer for safeguarding first read it and took it up: no name, and nothing more."""
    received = received_reports(desk, [ref]).get(ref, Received())
    taken = f" Taken up on {moment(received.taken_at)}." if received.taken_at else ""
    if received.read_at:
        st.text(f"Read by a lead, deputy or trustee for safeguarding, first on {moment(received.read_at)}.{taken}")
    else:
        st.text("No lead has read it yet.")


def if_nothing_is_heard(desk: Desk, ref: str) -> None:
    """By when its reporter should have heard something, and whom else they may tell."""
    hear_by = received_reports(desk, [ref]).get(ref, Received()).hear_by
    told = f" {due_told(hear_by)}" if hear_by else ""
    with st.expander(f"If you hear nothing{told}, or it gets worse", icon=":material/support:"):
        st.html(_ELSEWHERE)


def whom_else_to_tell() -> None:
    """On the form itself: whom else anybody may tell, now or if they hear nothing."""
    with st.expander("If you would rather ring somebody, or hear nothing afterwards", icon=":material/support:"):
        st.html(_ELSEWHERE)


def on_paper(desk: Desk, ref: str) -> None:
    """The button that takes out one's own words with their time."""
    download(
        "Download your own words (PDF)",
        lambda: take_out_own_report(desk, ref, make=own_report_paper),
        f"reported-{ref.lower()}",
        "pdf",
        key=f"own_report_{ref}",
    )
    st.caption("What you wrote and when, and nothing of what came of it. That it was taken out is on the record.")
