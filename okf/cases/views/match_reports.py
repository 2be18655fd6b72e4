"""The reports on possible matches of a case, and the decision without which nobody is allocated."""

from __future__ import annotations

from typing import Final

import streamlit as st

from okf.cases.commands.match_reports import decide_match
from okf.cases.queries.case import CaseView
from okf.cases.queries.match_reports import Finding, Report, reports_on
from okf.desk import Desk
from okf.intake.views.matches import SAID
from okf.shell.navigation import link
from okf.shell.words import day, moment, plain, told_plainly
from okf.terms.intake import MatchOutcome

OUTCOMES: Final = {
    MatchOutcome.NOT_THE_SAME: "Not the same person: the case goes on, and they are not shown as alike again",
    MatchOutcome.KEPT_APART: "The same person: the case goes on, with workers who don't work on the other case",
    MatchOutcome.NOT_TAKEN_ON: "Not taken on: nobody is allocated",
}


def reports(desk: Desk, view: CaseView) -> None:
    """What was found when the family was registered; nothing where nothing was."""
    found = [one for one in reports_on(desk, view.ref) if one.findings]
    waits = any(one.waits for one in found)
    if waits:
        st.warning("Nobody can be allocated yet: somebody here may be in another case. Decide below first.")
    if not found:
        return
    with st.expander("Possible matches", icon=":material/group_search:", expanded=waits):
        for one in found:
            _report(desk, view.ref, one)


def _report(desk: Desk, case_ref: str, report: Report) -> None:
    st.caption(plain(f"Found on {moment(report.made_at)}, when {report.made_by} registered the family. Frozen."))
    for one in report.findings:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(_said(one))
            link(f"Case {one.other_case}", "case", case=one.other_case, icon=":material/folder_open:")
    for decided in report.decisions:
        st.text(f"{day(decided.decided_at)}, {decided.decided_by}: {OUTCOMES[decided.outcome]}")
        st.caption(plain(decided.why))
    st.caption("Names stay with the caseworkers: ask them before you decide. A later decision takes the place of this.")
    with st.form(f"decide_{report.ref}", border=False):
        outcome = st.radio("Decision", list(OUTCOMES), index=None, format_func=OUTCOMES.__getitem__)
        why = st.text_area("Why, and whom you asked", max_chars=2_000, key=f"why_{report.ref}")
        if st.form_submit_button("Decide"):
            if outcome is None:
                st.error("Choose a decision first.")
                return
            with told_plainly():
                decide_match(desk, case_ref, report.ref, outcome=outcome, why=why)
                st.rerun()


def _said(one: Finding) -> str:
    because = "; ".join(one.reasons)
    asked = f" Lead caseworkers there: {', '.join(one.caseworkers)}." if one.caseworkers else " It has no caseworker."
    said = plain(f"{one.here} of this case, {one.there} of the other: {because}.{asked}")
    return f"**{SAID[one.confidence]}:** {said}"
