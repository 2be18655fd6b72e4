"""One's own report on the screen: one's words, that they were received, and adding what was forgotten."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.safeguarding.commands.parts import NARRATIVE
from okf.safeguarding.commands.reports import add_to_own_report
from okf.safeguarding.queries.concern import OwnReport
from okf.safeguarding.views import body_map, fields as concern_fields, lying as concern_lying
from okf.safeguarding.views.file import account
from okf.safeguarding.views.lying import late_told, when_told
from okf.shell.drafts import views as drafts
from okf.shell.navigation import link
from okf.shell.sheets import verbatim
from okf.shell.words import moment, told_plainly
from okf.terms import Action


def shown(desk: Desk, report: OwnReport) -> None:
    """What somebody reported and added since, in their own words, and that it was received."""
    st.text(f"You raised this on {moment(report.raised_at)}. It was received and is on record for the leads.")
    st.caption("What comes of it is not shown here. What you add reaches those who work on it, whatever became of it.")
    account(report)
    concern_lying.shown(report.lying)
    for one in report.added:
        told = when_told(one.happened_on, one.happened_at)
        late = late_told(one.late, one.late_because)
        st.subheader(f"You added this on {moment(one.entered_at)}")
        verbatim("\n".join(filter(None, (one.text, told and f"When it was: {told}", late))))
    _add(desk, report)
    link("Raise another concern", "raise_concern", icon=":material/add_alert:")


def _add(desk: Desk, report: OwnReport) -> None:
    draft = drafts.resume(desk, "own_report", report.ref, action=Action.RAISE_CONCERN)
    with st.expander("Add something you forgot, or that is new", icon=":material/add_notes:", expanded=draft.begun):
        st.text("What stands above stays as it is. What you write here follows it.")
        text = draft.text_area("What you forgot, or what is new", "text", height=120, max_chars=NARRATIVE)
        happened = concern_fields.happened(desk, draft, "When was it?", "happened")
        concern_fields.voice(draft)
        if st.toggle("Put marks on a body map", key=f"{draft.name}map", value=bool(draft.values.get("marks"))):
            body_map.editor(draft)
        uploads = concern_fields.files(draft)
        sent = st.button("Add it to your report", type="primary", key="add_to_report")
        draft.told()
    if sent:
        with told_plainly():
            add_to_own_report(
                desk, report.ref, text=text, happened=happened, parts=concern_fields.parts(draft, uploads)
            )
            draft.done("It is on record with your report.")
