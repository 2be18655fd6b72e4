"""What of a concern's chronology somebody had before them when they began a form: the form sent goes by it."""

from __future__ import annotations

from typing import Final

import streamlit as st

from okf.safeguarding.queries.concern import ConcernInView
from okf.shell.drafts.views import DraftForm
from okf.shell.sheets import sheet
from okf.shell.words import moment

_FIELD: Final = "entries_seen"


def entries_seen(draft: DraftForm, view: ConcernInView) -> int:
    """How long the chronology was when this form was begun; what was added since is shown, and to be read first."""
    now = len(view.entries)
    if not draft.begun:
        return now
    seen = int(draft.beside(_FIELD, now))
    if seen < now:
        st.warning("The chronology has grown since you began this form. Read what is new; what you typed is kept.")
        new = [(moment(one.entered_at), one.by, one.what, one.text or "—") for one in view.entries[seen:]]
        sheet(("When", "Who", "What", "In their words"), new, caption="Added since you began")
        st.button("I have read what is new", on_click=draft.move, args=(_FIELD, now), key=f"{draft.name}read_new")
    return seen
