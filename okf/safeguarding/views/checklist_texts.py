"""The page on which a lead sets the checklists as the Safeguarding Policy has them (C9)."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from okf.desk import Desk
from okf.policy.checklists import DAYS_MOST, QUESTIONS_MOST, SAMPLE_SAID, TITLE
from okf.policy.recipients import SAFEGUARDING_ORDER
from okf.policy.share_words import RECIPIENTS
from okf.safeguarding.commands.checklists import set_checklist
from okf.safeguarding.queries.checklists import InForce, checklist_versions
from okf.shell.drafts import views as drafts
from okf.shell.sheets import sheet
from okf.shell.words import errors_shown, moment, plain, told
from okf.terms.concerns import ConcernCategory

_HOW = (
    "A question a line: what it asks for, a bar, the question. Begin with “ask” for yes, no or not known; “counted” for"
    " one that counts for the threshold; “decisive” for one whose yes reaches it alone; “date”; “clock” for a date from"
    " which the clock runs; “due” for a date by which something is due; “text”; or “choice one; two; three”."
)


def page(desk: Desk) -> None:
    """Which checklists there are and since when each holds; the form of the one that is chosen."""
    versions = checklist_versions(desk)
    st.text(
        "The questions, thresholds and days that leads work with on a concern. Each is a sample until a lead has set it"
        " as your Safeguarding Policy has it. What was filled in before stays as it was."
    )
    sheet(
        ("Checklist", "In use", "As it holds"),
        [
            (held[0].checklist.title, "Yes" if held[0].checklist.on else "No", _since(held[0]))
            for held in versions.values()
        ],
        caption="Checklists, and since when each holds",
    )
    key = st.selectbox(
        "Change one",
        list(versions),
        index=None,
        format_func=lambda one: versions[one][0].checklist.title,
        key="okf_checklist_to_set",
    )
    if key is not None:
        _form(desk, versions[key])


def _since(held: InForce) -> str:
    if held.set_at is None:
        return SAMPLE_SAID
    return f"Version {held.version}, set by {held.set_by}, {moment(held.set_at)}"


def _form(desk: Desk, versions: Sequence[InForce]) -> None:
    held = versions[0]
    was = held.checklist
    if held.sample:
        st.warning(SAMPLE_SAID, icon=":material/draft:")
    draft = drafts.resume(desk, "checklist_text", f"{was.key} {held.version}")
    on = draft.checkbox("In use", "on", value=was.on)
    title = draft.text_input("Title", "title", value=was.title, max_chars=TITLE)
    about = draft.text_area("What to know before it is filled in", "about", value=was.about, height=80)
    categories = draft.multiselect(
        "Kinds of harm for which it stands first",
        "categories",
        list(ConcernCategory),
        default=list(was.categories),
        format_func=told,
    )
    recipients = draft.multiselect(
        "Recipients to think of",
        "recipients",
        list(SAFEGUARDING_ORDER),
        default=list(was.recipients),
        format_func=RECIPIENTS.__getitem__,
    )
    questions = draft.text_area(
        "Questions",
        "questions",
        value=was.as_data()["questions"],
        height=400,
        max_chars=QUESTIONS_MOST * 400,
        help=_HOW,
    )
    threshold = draft.selectbox(
        "Threshold: how many yes; 0 for none", "threshold", list(range(QUESTIONS_MOST + 1)), index=was.threshold
    )
    threshold_of = draft.text_input(
        "What the threshold is called", "threshold_of", value=was.threshold_of, max_chars=60
    )
    days = draft.selectbox(
        "Clock: working days from its date", "working_days", list(range(DAYS_MOST + 1)), index=was.working_days
    )
    to_do = draft.text_input(
        "What is to be done by then; empty without a clock", "to_do", value=was.to_do, max_chars=150
    )
    draft.told()
    if st.button("Use this from now on", type="primary", key="okf_set_checklist"):
        with errors_shown():
            data = {
                "title": title,
                "about": about,
                "categories": categories,
                "recipients": recipients,
                "threshold": threshold or 0,
                "threshold_of": threshold_of,
                "working_days": days or 0,
                "to_do": to_do,
                "on": on,
                "questions": questions,
            }
            set_checklist(desk, was.key, data, version=held.version)
            draft.done("It holds from now on, in your name.")
    earlier = [(str(one.version), _since(one), str(one.checklist.as_data()["questions"])) for one in versions[1:]]
    if earlier:
        with st.expander("Earlier versions"):
            sheet(("Version", "Set", "Questions"), earlier, caption=f"Earlier versions of {plain(was.title)}")
