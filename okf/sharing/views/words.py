"""The words of sharing on the screen: states, the policy's answer, conditions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import streamlit as st

from okf.policy.decision import Decision
from okf.policy.share_words import DUES, ROUTES
from okf.policy.words import due_told, until_told
from okf.sharing.queries.express_agreements import AgreementRow, AgreementState
from okf.sharing.queries.lists import ShareRow
from okf.shell.words import answer_box, moment, show_clauses, told
from okf.terms import Outcome, ShareStatus

STATUS: Final = {
    ShareStatus.DRAFT: "Allowed, not sent yet",
    ShareStatus.AWAITING_APPROVAL: "Waits for a decision",
    ShareStatus.SENT: "Sent",
    ShareStatus.REFUSED: "Refused",
}
_ANSWERS: Final = {
    Outcome.ALLOW: "Yes, this may be shared.",
    Outcome.ALLOW_WITH_CONDITIONS: "Yes, on the conditions below.",
    Outcome.DENY: "No, this may not be shared.",
    Outcome.ESCALATE: "Somebody else must decide this.",
}


def answer(decision: Decision) -> None:
    """The policy's answer as a person reads it: yes or no, by which route, who decides, by when, and the promise."""
    lines = [f"**{_ANSWERS[decision.decision]}** {ROUTES.get(decision.primary or '', '')}"]
    lines += [f"{reason.words[0].upper()}{reason.words[1:]}. {reason.remedy}" for reason in decision.reasons]
    if decision.to:
        lines.append("Who decides: " + ", ".join(told(role).lower() for role in decision.to) + ".")
    lines += [f"{DUES.get(name, told(name))} {due_told(due)}." for name, due in decision.due.items()]
    answer_box(decision.decision, "\n\n".join(lines))
    if decision.clauses:
        with st.expander("The promise behind this"):
            show_clauses(decision.clauses)


def conditions(words: Mapping[str, str]) -> None:
    """The conditions to be ticked before it goes."""
    if words:
        st.markdown("**Before it goes, you tick each of these:**")
        st.text("\n".join(f"• {one}" for one in words.values()))


def agreement_state(row: AgreementRow) -> str:
    """The state of an express agreement, in words."""
    if row.state is AgreementState.WITHDRAWN:
        return f"Withdrawn {moment(row.withdrawn_at)}: nothing leaves on it"
    if row.state is AgreementState.EXPIRED:
        return f"Ran out: it held {until_told(row.expires_on)}"
    if row.state is AgreementState.USED:
        return f"Used up {moment(row.used_at)}"
    if row.state is AgreementState.NOT_YET:
        return f"Holds from {moment(row.given_at)}"
    use = "for one use" if row.one_use else "until it is withdrawn"
    return f"Holds, {use}" + (f", at most {until_told(row.expires_on)}" if row.expires_on else "")


def share_state(row: ShareRow) -> str:
    """The state of a share, in words."""
    return f"Sent {moment(row.sent_at)}" if row.sent_at else STATUS[row.status]
