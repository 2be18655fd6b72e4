"""What somebody had begun to write when its case closed: their words, and the form that saves them for a day."""

from __future__ import annotations

from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.policy.words import due_told
from okf.records.commands.left import save_left_draft
from okf.records.queries.left import LeftDraft, left_drafts
from okf.shell.fields import complete, needs
from okf.shell.sheets import verbatim
from okf.shell.words import errors_shown, flash, moment, plain, show_flash, told

_SAID: Final = "okf_left_draft_said"


def every(desk: Desk) -> None:
    """Each of them; or that there is none."""
    show_flash(_SAID, ":material/check_circle:")
    found = left_drafts(desk)
    if not found:
        st.info("Nothing that you began waits here. What is not saved within a day of its case's closing is deleted.")
    for one in found:
        with st.container(border=True):
            _one(desk, one)


def _one(desk: Desk, one: LeftDraft) -> None:
    st.header(plain(f"{told(one.record_class)} on case {one.case_ref}"))
    st.warning(
        f"The case was closed before you handed this in. Save it {due_told(one.goes_at)}; then it is deleted.",
        icon=":material/hourglass_bottom:",
    )
    if one.title:
        st.text(one.title)
    verbatim(one.text or "No words yet.")
    key = one.mediation or one.case_ref
    with st.form(f"left_{key}", border=False):
        sources = list(one.sources)
        source = st.selectbox(
            "Told to us by",
            sources,
            index=sources.index(one.source) if one.source else None,
            format_func=one.sources.__getitem__,
            key=f"left_source_{key}",
        )
        about = st.multiselect(
            "About", list(one.family), list(one.subjects), format_func=one.family.__getitem__, key=f"left_about_{key}"
        )
        present: list[str] = []
        if one.adults:
            present = st.multiselect(
                "Who was in the room",
                list(one.adults),
                list(one.present),
                format_func=one.adults.__getitem__,
                key=f"left_present_{key}",
                help="Only where both told us together: tick each of them.",
            )
        st.caption(f"It is kept as of {moment(one.kept_at)}, when you last wrote in it, and its words as they stand.")
        lacking: list[str] = []
        needs(lacking, "Told to us by", source)
        needs(lacking, "About", about, "choose at least one person")
        if st.form_submit_button("Save it as a record", type="primary") and complete(lacking):
            with errors_shown():
                ref = save_left_draft(
                    desk, one.case_ref, source=source or "", subjects=about, present=present, mediation=one.mediation
                )
                flash(_SAID, f"Record {ref} is on the case. You can't open it there any more.")
