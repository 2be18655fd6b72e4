"""Paper signatures on the screen: the scans that wait, filing one, and what was decided last."""

from __future__ import annotations

from typing import Final

import streamlit as st

from okf.agreements.commands.paper_signatures import (
    file_paper_signature,
    reject_paper_signature,
    verify_paper_signature,
)
from okf.agreements.queries.paper_signatures import Paper, papers_decided, papers_waiting, scan_of, versions_in_effect
from okf.clock import london_date
from okf.dates import Side
from okf.desk import Desk
from okf.errors import CasebookError
from okf.file_check import Upload
from okf.people.queries.workers import people_called
from okf.shell.dates import day_or_none, taken
from okf.shell.exports import download
from okf.shell.sheets import sheet
from okf.shell.tables import page_asked_for, pager
from okf.shell.words import day, moment, plain, show_flash, told
from okf.terms import Action
from okf.terms.agreements import AgreementKind

_SIZE: Final = 10
_DONE: Final = "okf_paper_done"
_SUFFIX: Final = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


def waiting(desk: Desk) -> None:
    """The scans that wait, each with its look, its verification and its rejection."""
    show_flash(_DONE)
    st.header("To be verified")
    page = papers_waiting(desk, page_asked_for(_SIZE))
    if not page.rows:
        st.info("No scan waits. File one below when somebody has signed on paper.")
    for paper in page.rows:
        with st.container(border=True):
            _one(desk, paper)
    pager(page, key="papers")


def filing(desk: Desk) -> None:
    """The form that files a scan."""
    st.header("File a signature")
    words = st.text_input("Find a person by name, leavers too", key="paper_name", max_chars=100)
    found = people_called(desk, words, Action.FILE_PAPER_SIGNATURE)
    people = {one.username: one for one in found}
    who = st.selectbox(
        "Who signed it?", list(people), index=None, format_func=lambda one: str(people[one]), key="paper_person"
    )
    if who is None:
        return
    own = AgreementKind(people[who].capacity)
    kinds = list(AgreementKind)
    kind = st.selectbox("Which agreement?", kinds, index=kinds.index(own), format_func=told, key=f"paper_kind_{who}")
    versions = versions_in_effect(desk, kind)
    if not versions:
        st.info("No version of this agreement is in effect: there is nothing that could have been signed.")
        return
    version = st.selectbox("Which version?", versions, help="It stands on the paper.")
    today = london_date(desk.now())
    theirs = f"paper_{who}_{kind}"  # nobody's paper is filed for whoever is chosen next
    signed_on = day_or_none("Signed on", today, side=Side.PAST, key=f"{theirs}_on", help="The day on the paper.")
    scan = st.file_uploader("The scan: PDF, JPEG or PNG", type=["pdf", "jpg", "jpeg", "png"], key=f"{theirs}_scan")
    if not st.button("File it", type="primary", key="paper_file"):
        return
    if signed_on is None or scan is None:
        st.error("Choose the day on the paper, and the file with its scan. Nothing is filed yet.")
        return
    try:
        file_paper_signature(
            desk,
            person=who,
            kind=kind,
            version=version,
            signed_on=taken(signed_on),
            scan=Upload(scan.name, scan.getvalue()),
        )
    except CasebookError as error:
        st.error(plain(f"{error} Nothing is filed yet."))
        return
    _done(f"The paper of {plain(people[who].name)} is filed. Somebody else verifies it; it counts from then on.")


def decided(desk: Desk) -> None:
    """What was verified or rejected last."""
    rows = [
        (
            paper.name,
            f"{told(paper.kind)} {paper.version}",
            day(paper.signed_on),
            f"{moment(paper.decided_at)} by {paper.decided_by}",
            f"Rejected: {paper.rejected_because}" if paper.rejected_because else "Verified",
        )
        for paper in papers_decided(desk)
    ]
    if rows:
        st.header("Decided")
        sheet(("Person", "Agreement", "Signed", "Decided", "As"), rows, caption="The last ones, newest first")


def _one(desk: Desk, paper: Paper) -> None:
    st.subheader(plain(paper.name))
    st.text(
        f"{paper.title}, version {paper.version}, signed {day(paper.signed_on)}.\n"
        f"Filed by {paper.filed_by}, {moment(paper.filed_at)}."
    )
    kind = _SUFFIX[paper.media_type]
    download("Look at the scan", lambda: scan_of(desk, paper.ref).content, "scan", kind, key=f"scan_{paper.ref}")
    if not paper.yours_to_decide:
        st.caption("Somebody else verifies this one: you signed it, or filed it.")
        return
    with st.form(f"decide_{paper.ref}", border=False):
        seen = st.checkbox("I have looked at the scan: this agreement and version, signed by this person on this day")
        reason = st.text_input("Why it is rejected, if it is", max_chars=500)
        with st.container(horizontal=True):
            verify = st.form_submit_button("Verify", type="primary")
            reject = st.form_submit_button("Reject")
    if not verify and not reject:
        return
    if verify and not seen:
        st.error("Look at the scan and tick that you have. Nothing is verified yet.")
        return
    try:
        if verify:
            verify_paper_signature(desk, paper.ref)
        else:
            reject_paper_signature(desk, paper.ref, reason=reason)
    except CasebookError as error:
        st.error(plain(str(error)))
        return
    _done(f"The paper of {plain(paper.name)} is {'verified: it counts from now on' if verify else 'rejected'}.")


def _done(said: str) -> None:
    st.session_state[_DONE] = said
    st.rerun()
