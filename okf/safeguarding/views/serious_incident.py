"""Serious-incident reports on the screen: the tab Incident of a concern, and the trustees' list."""

from __future__ import annotations

from functools import partial
from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.policy.nameless import left_to_check
from okf.safeguarding.commands.serious_incidents import LONGEST, hand_over_report, keep_report, take_out_report
from okf.safeguarding.papers import incident_paper, incident_text
from okf.safeguarding.queries.concern import ConcernInView
from okf.safeguarding.queries.serious_incidents import Report, reports_handed_over, reports_on
from okf.shell.drafts import views as drafts
from okf.shell.exports import download
from okf.shell.fields import hinted
from okf.shell.sheets import verbatim
from okf.shell.words import errors_shown, flash, moment, plain, show_flash

_SAID: Final = "okf_incident_said"


def report(desk: Desk, view: ConcernInView) -> None:
    """The form, begun from the concern's facts, and the versions that were kept."""
    with errors_shown():
        found = reports_on(desk, view.ref)
        show_flash(_SAID, ":material/check_circle:")
        st.caption(
            "For the Charity Commission, in roles and without names. Casebook sends it to nobody. Names that we know"
            " are replaced also when you type them; what may be a name stands in [check: …] or ends in ?] until you"
            " write a role or plain words there."
        )
        _form(desk, view, found.begin_with, found.reports[0].number if found.reports else 0)
        for one in found.reports:
            _version(desk, one, newest=one is found.reports[0])


def handed_over(desk: Desk) -> None:
    """The reports that were handed over, for the trustees."""
    found = reports_handed_over(desk)
    if not found:
        st.info("No report was handed over yet. A safeguarding lead prepares one on the concern's page.")
    for one in found:
        with st.container(border=True):
            st.header(f"Report {one.ref}")
            st.text(f"Handed over by {one.handed_over_by}, {moment(one.handed_over_at)}.")
            with st.expander("Read it"):
                verbatim(one.words)
            _files(desk, one)


def _form(desk: Desk, view: ConcernInView, begin_with: str, after: int) -> None:
    draft = drafts.resume(desk, form="serious_incident", subject=view.ref)
    words = draft.text_area("The report", "words", value=begin_with, height=420, max_chars=LONGEST)
    begun_from = draft.beside("after", after)
    left = left_to_check(words)
    if left:
        st.warning(f"{left} {'place is' if left == 1 else 'places are'} still to be checked.")
    draft.told()
    if st.button("Save this version", type="primary", key=f"incident_keep_{view.ref}"):
        with errors_shown():
            keep_report(desk, view.ref, words=words, after=int(begun_from))
            draft.done()
            flash(_SAID, "This version is on record.")


def _version(desk: Desk, one: Report, *, newest: bool) -> None:
    with st.container(border=True):
        st.text(f"Version {one.number}, {one.ref}. Kept by {one.written_by}, {moment(one.written_at)}.")
        if one.handed_over_at:
            st.success(plain(f"Handed over to the trustees by {one.handed_over_by}, {moment(one.handed_over_at)}."))
        with st.expander("Read it"):
            verbatim(one.words)
        left = left_to_check(one.words)
        if left:
            st.caption(f"{left} {'place is' if left == 1 else 'places are'} still to be checked: nobody else reads it.")
        elif (
            newest
            and not one.handed_over_at
            and hinted(
                st.button,
                "Hand it over to the trustees",
                key=f"incident_hand_{one.ref}",
                hint="They can read it from then on.",
            )
        ):
            with errors_shown():
                hand_over_report(desk, one.ref)
                flash(_SAID, "The trustees can read it now.")
        _files(desk, one)


def _files(desk: Desk, one: Report) -> None:
    with st.container(horizontal=True):
        for label, form, make in (("Print (PDF)", "pdf", incident_paper), ("Plain words", "txt", incident_text)):
            download(
                label,
                partial(take_out_report, desk, one.ref, form=form, make=make),
                "serious-incident",
                form,
                key=f"incident_{form}_{one.ref}",
            )
