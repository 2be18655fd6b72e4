"""The words of sharing on the screen: states, the policy's answer, conditions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

import streamlit as st

from okf.policy.decision import Decision
from okf.policy.share_words import DUES, ROUTES
from okf.sharing.queries.express_agreements import AgreementRow, AgreementState
from okf.sharing.queries.lists import ShareRow
from okf.shell.words import day, moment, told
from okf.terms import Outcome, ShareStatus

STATUS: Final = {
    ShareStatus.DRAFT: "Allowed, not sent yet",
    ShareStatus.AWAITING_APPROVAL: "Waits for a decision",
    ShareStatus.SENT: "Sent",
    ShareStatus.REFUSED: "Refused",
}
_SIGNS: Final = {
    Outcome.ALLOW: (st.success, ":material/check_circle:", "Yes, this may be shared."),
    Outcome.ALLOW_WITH_CONDITIONS: (st.success, ":material/rule:", "Yes, on the conditions below."),
    Outcome.DENY: (st.error, ":material/block:", "No, this may not be shared."),
    Outcome.ESCALATE: (st.warning, ":material/supervisor_account:", "Somebody else must decide this."),
}


def answer(decision: Decision) -> None:
    """The policy's answer as a person reads it: yes or no, by which route, who decides, by when, and the promise."""
    box, icon, word = _SIGNS[decision.decision]
    lines = [f"**{word}** {ROUTES.get(decision.primary or '', '')}"]
    lines += [f"{reason.words[0].upper()}{reason.words[1:]}. {reason.remedy}" for reason in decision.reasons]
    if decision.to:
        lines.append("Who decides: " + ", ".join(told(role).lower() for role in decision.to) + ".")
    lines += [f"{DUES.get(name, told(name))}: {_when(when)}." for name, when in decision.due.items()]
    box("\n\n".join(lines), icon=icon)
    if decision.clauses:
        with st.expander("The promise behind this"):
            for clause in decision.clauses:
                st.markdown(f"**{clause.name}.** {clause.text}")


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
        return f"Ran out on {day(row.expires_on)}"
    if row.state is AgreementState.USED:
        return f"Used up {moment(row.used_at)}"
    if row.state is AgreementState.NOT_YET:
        return f"Holds from {moment(row.given_at)}"
    use = "for one use" if row.one_use else "until it is withdrawn"
    return f"Holds, {use}" + (f", at most until {day(row.expires_on)}" if row.expires_on else "")


def share_state(row: ShareRow) -> str:
    """The state of a share, in words."""
    return f"Sent {moment(row.sent_at)}" if row.sent_at else STATUS[row.status]


def _when(when: date | datetime) -> str:
    return moment(when) if isinstance(when, datetime) else day(when)
