"""The tab Paper of a concern: a paper for a referral prepared and blacked out, read by somebody else, taken out."""

from __future__ import annotations

from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.policy.redaction import Passage, sentences, where
from okf.safeguarding.commands.papers import open_paper_copy, prepare_paper, read_paper_again, take_out_paper
from okf.safeguarding.papers import concern_paper
from okf.safeguarding.queries.concern import ConcernInView
from okf.safeguarding.queries.papers import Copy, Paper, PapersView, as_it_goes, papers_of
from okf.safeguarding.views import chronology_paper
from okf.sharing.views.redactions import preview, verdict_form
from okf.shell.drafts import views as drafts
from okf.shell.exports import download
from okf.shell.sheets import facts
from okf.shell.words import errors_shown, flash, moment, plain, shortened, show_flash

_SAID: Final = "okf_paper_said"
_SHORT: Final = 80


def papers(desk: Desk, view: ConcernInView) -> None:
    """The versions that were prepared, newest first, and the form that prepares one."""
    with errors_shown():
        found = papers_of(desk, view.ref)
        show_flash(_SAID, ":material/check_circle:")
        if not found.papers:
            st.info(
                "No paper was prepared yet. Black out below what its recipient must not learn; a second lead reads it."
            )
        for paper in found.papers:
            _one(desk, view, found, paper)
        if found.may_prepare:
            with st.expander("Prepare a paper for a referral", icon=":material/ink_marker:"):
                _prepare(desk, view, found)
    with errors_shown():
        chronology_paper.chronologies(desk, view)


def _one(desk: Desk, view: ConcernInView, found: PapersView, paper: Paper) -> None:
    with st.container(border=True):
        facts([("For", paper.recipient), ("What for", paper.purpose), ("Why something is left out", paper.reason)])
        _state(paper)
        with st.expander("Read it as it goes out"):
            for part in paper.as_it_goes:
                preview(part)
        if paper.waits and found.may_read_again and not paper.is_own:
            _second_reading(desk, paper)
        if paper.approved and found.may_prepare:
            download(
                "Download a copy (PDF)",
                lambda: take_out_paper(desk, paper.ref, make=concern_paper),
                f"concern-{view.ref.lower()}",
                "pdf",
                key=f"paper_out_{paper.ref}",
            )
            st.caption(
                "Your name and this moment are on every page. The copy is kept as it went, and is on the record."
            )
        for copy in paper.copies:
            _copy(desk, copy, may_open=found.may_prepare)


def _copy(desk: Desk, copy: Copy, *, may_open: bool) -> None:
    st.text(f"Taken out {moment(copy.made_at)} by {copy.made_by}, {copy.ref}. SHA-256:")
    st.code(copy.sha256, language=None, wrap_lines=True)
    if may_open:
        download(
            "Open this copy again",
            lambda: open_paper_copy(desk, copy.ref),
            copy.ref.lower(),
            "pdf",
            icon=None,
            type="tertiary",
            key=f"paper_copy_{copy.ref}",
        )


def _state(paper: Paper) -> None:
    made = f"Prepared by {paper.made_by}, {moment(paper.made_at)}."
    if paper.replaced:
        st.caption(plain(f"{made} Replaced by a later one."))
    elif paper.waits:
        st.warning(
            plain(f"{made} It waits for a second reader: nothing goes out before."), icon=":material/hourglass_top:"
        )
    elif paper.approved:
        st.success(plain(f"{made} Read and approved by {paper.read_by}, {moment(paper.read_at)}."))
    else:
        st.error(plain(f"{made} {paper.read_by} sent it back, {moment(paper.read_at)}:"))
        st.text(paper.remark or "")


def _second_reading(desk: Desk, paper: Paper) -> None:
    if word := verdict_form(f"paper_{paper.ref}", paper.parts):
        with errors_shown():
            read_paper_again(desk, paper.ref, approved=word[0], remark=word[1])
            flash(_SAID, "Your word is on record.")


def _prepare(desk: Desk, view: ConcernInView, found: PapersView) -> None:
    draft = drafts.resume(desk, "concern_paper", view.ref)
    recipient = draft.text_input("For whom", "recipient", max_chars=300, placeholder="Children's services, Northtown")
    purpose = draft.text_input("What for", "purpose", max_chars=1_000)
    words = draft.text_area(
        "Words to black out, one a line",
        "words",
        height=100,
        help="Every place where they stand is blacked out, whatever the capitals, with what is joined to their end.",
    )
    whole = draft.multiselect(
        "Whole parts to black out",
        "parts",
        range(len(found.parts)),
        format_func=lambda at: shortened(found.parts[at], _SHORT),
    )
    places = [(at, place) for at, part in enumerate(found.parts) for place in sentences(part)]
    some = draft.multiselect(
        "Sentences to black out",
        "sentences",
        range(len(places)),
        format_func=lambda n: f"{n + 1}. {shortened(found.parts[places[n][0]][slice(*places[n][1])], _SHORT)}",
    )
    black: dict[int, list[Passage]] = {at: [(0, len(found.parts[at]))] for at in whole}
    for at, place in (places[n] for n in some):
        black.setdefault(at, []).append(place)
    for line in (line.strip() for line in words.splitlines() if line.strip()):
        hits = [(at, place) for at, part in enumerate(found.parts) for place in where(part, line)]
        if not hits:
            st.warning(plain(f"“{line}” does not stand in it: nothing is blacked out for it."))
        for at, place in hits:
            black.setdefault(at, []).append(place)
    with st.expander("As it would go out", expanded=True):
        for part in as_it_goes(found.parts, black):
            preview(part)
    reason = draft.text_input("Why this is left out, or why nothing is", "reason", max_chars=1_000)
    draft.told()
    if st.button("Send it to a second reader", key=f"paper_go_{view.ref}", type="primary"):
        with errors_shown():
            prepare_paper(
                desk, view.ref, recipient=recipient, purpose=purpose, passages=black, reason=reason, seen=found.mark
            )
            draft.done()
            flash(_SAID, "It waits for a second reader. Nothing goes out before they have approved it.")
