"""The page on which a lead sets the checklists as the Safeguarding Policy has them (C9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import streamlit as st

from okf.desk import Desk
from okf.policy.checklists import DAYS_MOST, QUESTIONS_MOST, SAMPLE_SAID, TITLE
from okf.policy.recipients import SAFEGUARDING_ORDER
from okf.policy.share_words import RECIPIENTS
from okf.safeguarding.commands.checklists import set_checklist
from okf.safeguarding.queries.checklists import InForce, checklist_versions
from okf.shell.drafts import views as drafts
from okf.shell.drafts.meanwhile import begun_from
from okf.shell.sheets import sheet
from okf.shell.words import errors_shown, moment, plain, told
from okf.terms.concerns import ConcernCategory

_HOW = (
    "A question a line: what it asks for, a bar, the question. Begin with “ask” for yes, no or not known; “counted” for"
    " one that counts for the threshold; “decisive” for one whose yes reaches it alone; “date”; “clock” for a date from"
    " which the clock runs; “due” for a date by which something is due; “text”; or “choice one; two; three”."
)

_LABELS: Final[Mapping[str, str]] = {
    "on": "In use",
    "title": "Title",
    "about": "What to know before it is filled in",
    "categories": "Kinds of harm for which it stands first",
    "recipients": "Recipients to think of",
    "questions": "Questions",
    "threshold": "Threshold: how many yes; 0 for none",
    "threshold_of": "What the threshold is called",
    "working_days": "Clock: working days from its date",
    "to_do": "What is to be done by then; empty without a clock",
}


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
    draft = drafts.resume(desk, "checklist_text", was.key)
    data = {
        "on": draft.checkbox(_LABELS["on"], "on", value=was.on),
        "title": draft.text_input(_LABELS["title"], "title", value=was.title, max_chars=TITLE),
        "about": draft.text_area(_LABELS["about"], "about", value=was.about, height=80),
        "categories": draft.multiselect(
            _LABELS["categories"], "categories", list(ConcernCategory), default=list(was.categories), format_func=told
        ),
        "recipients": draft.multiselect(
            _LABELS["recipients"],
            "recipients",
            list(SAFEGUARDING_ORDER),
            default=list(was.recipients),
            format_func=RECIPIENTS.__getitem__,
        ),
        "questions": draft.text_area(
            _LABELS["questions"],
            "questions",
            value=was.as_data()["questions"],
            height=400,
            max_chars=QUESTIONS_MOST * 400,
            help=_HOW,
        ),
        "threshold": draft.selectbox(
            _LABELS["threshold"], "threshold", list(range(QUESTIONS_MOST + 1)), index=was.threshold
        )
        or 0,
        "threshold_of": draft.text_input(_LABELS["threshold_of"], "threshold_of", value=was.threshold_of, max_chars=60),
        "working_days": draft.selectbox(
            _LABELS["working_days"], "working_days", list(range(DAYS_MOST + 1)), index=was.working_days
        )
        or 0,
        "to_do": draft.text_input(_LABELS["to_do"], "to_do", value=was.to_do, max_chars=150),
    }
    now = was.as_data()
    seen = begun_from(
        draft, held.version, ((label, _said(now[name]), _said(data[name])) for name, label in _LABELS.items())
    )
    draft.told()
    if st.button("Use this from now on", type="primary", key="okf_set_checklist"):
        with errors_shown():
            set_checklist(desk, was.key, data, version=seen)
            draft.done("It holds from now on, in your name.")
    earlier = [(str(one.version), _since(one), str(one.checklist.as_data()["questions"])) for one in versions[1:]]
    if earlier:
        with st.expander("Earlier versions"):
            sheet(("Version", "Set", "Questions"), earlier, caption=f"Earlier versions of {plain(was.title)}")


def _said(value: Any) -> str:
    """What a field of the form holds, in words."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return ", ".join(RECIPIENTS.get(one) or told(one) for one in value)
    return str(value)
