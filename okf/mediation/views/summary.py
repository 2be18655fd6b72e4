"""The tab Summary of a mediation: its draft, issuing it, and each issued version."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.mediation.commands.summaries import LONGEST, issue_summary, save_summary_draft, withdraw_summary
from okf.mediation.papers import summary_paper
from okf.mediation.queries.mediation import MediationView
from okf.mediation.queries.summaries import Summaries, SummaryVersion, summaries_of, summary_to_print
from okf.mediation.views.head import warn_of_words
from okf.policy.mediation import NOT_BINDING
from okf.shell.drafts import views as drafts
from okf.shell.exports import download
from okf.shell.words import errors_shown, moment


def summary(desk: Desk, view: MediationView) -> None:
    """The versions and the draft, as far as this reader may see them."""
    found = summaries_of(desk, view.ref)
    for one in found.versions:
        with st.container(border=True):
            _version(desk, view, one, found)
    if not found.versions and not found.writes:
        st.text("There is no outcome summary that you may read.")
    if found.writes and found.standing is None:
        _write(desk, view, found)


def _version(desk: Desk, view: MediationView, one: SummaryVersion, found: Summaries) -> None:
    st.markdown(f"**Outcome summary, version {one.version}**")
    if one.withdrawn_at:
        st.warning(f"Withdrawn {moment(one.withdrawn_at)}. It does not stand any more.")
        if one.withdrawn_because and found.writes:
            st.text(one.withdrawn_because)
    st.text(
        f"Issued {moment(one.issued_at)} by {one.issued_by}, the same for every participant. Record {one.record_id}."
    )
    st.caption(NOT_BINDING)
    st.text(one.text)
    if one.unchanged:
        st.caption(f"Unchanged since it was issued. Its mark: {one.sha256}")
    else:
        st.error("This text is not the one that was issued. Tell the data protection lead now.")
    download(
        "Download for print (PDF)",
        lambda: _printed(desk, view, one.version),
        "outcome-summary",
        "pdf",
        key=f"print_{one.version}",
    )
    if found.writes and one.withdrawn_at is None:
        with st.expander("Withdraw it", icon=":material/undo:"), st.form("withdraw_summary", border=False):
            st.text("It stays on file as it was issued. You may issue another version instead.")
            why = st.text_area("Why it is withdrawn", max_chars=2_000, key="withdraw_why")
            if st.form_submit_button("Withdraw this version"):
                with errors_shown():
                    withdraw_summary(desk, view.ref, version=one.version, because=why)
                    st.rerun()


def _printed(desk: Desk, view: MediationView, version: int) -> bytes:
    one = summary_to_print(desk, view.ref, version)
    return summary_paper(
        mediation=view.ref,
        version=one.version,
        text=one.text,
        sha256=one.sha256,
        participants=[who.name for who in view.participants],
        mediator=view.mediator_name or "not named",
        issued_at=one.issued_at,
        withdrawn_at=one.withdrawn_at,
    )


def _write(desk: Desk, view: MediationView, found: Summaries) -> None:
    saved = found.draft
    st.markdown("**Draft**")
    draft = drafts.resume(desk, "outcome-summary", view.ref, case=view.case_ref)
    st.caption(
        "Write what the participants propose, in words that both would use. Nothing that was told to you alone belongs"
        " in it. Nobody else sees the draft."
    )
    key = f"okf_summary_upon_{view.ref}"
    upon = st.session_state.setdefault(key, saved.number if saved else None)
    text = draft.text_area("Outcome summary", "text", value=saved.text if saved else "", height=300, max_chars=LONGEST)
    warn_of_words(text)
    if st.button("Save the draft", key="save_summary"):
        with errors_shown():
            st.session_state[key] = (
                saved.number if saved else None
            )  # the next save is based on the draft that is shown now
            st.session_state[key] = save_summary_draft(desk, view.ref, text=text, upon=upon)
            draft.done("The draft is saved.")
    draft.told()
    if saved is None:
        return
    if saved.number != upon:
        st.warning("Another draft was saved meanwhile:")
        st.text(saved.text)
    if text.strip() != saved.text:
        st.text("Save the draft before you issue it.")
        return
    st.text(f"Saved {moment(saved.saved_at)}.")
    sure = st.checkbox(
        "Everyone has read this text, it is the same for all, and it holds nothing that was told to me alone.",
        key=f"issue_sure_{saved.number}",
    )
    if st.button("Issue it", type="primary", disabled=not sure, key="issue_summary"):
        with errors_shown():
            issue_summary(desk, view.ref, draft=saved.number)
            draft.done()
            st.rerun()
