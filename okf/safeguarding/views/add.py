"""Adding to a concern's chronology, by whoever works it: what happened and when, voice, marks, files."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.errors import CasebookError
from okf.safeguarding.commands.concerns import ENTRIES, add_to_concern
from okf.safeguarding.commands.parts import NARRATIVE
from okf.safeguarding.queries.concern import ConcernInView
from okf.safeguarding.views import body_map, fields as concern_fields
from okf.shell.drafts import views as drafts
from okf.shell.words import plain
from okf.terms import Action


def form(desk: Desk, view: ConcernInView, seen: int) -> bool:
    """The form; whether something is on record by it now. `seen` is how long the chronology was when it was read."""
    draft = drafts.resume(desk, "concern_entry", view.ref, action=Action.RAISE_CONCERN)
    with st.expander("Add to the chronology: a person told, an action taken, a note", expanded=draft.begun):
        what = draft.selectbox("Kind", "what", ENTRIES) or ENTRIES[0]
        text = draft.text_area(
            "What happened: who was told, by whom, when, what they said", "text", height=120, max_chars=NARRATIVE
        )
        happened = concern_fields.happened(desk, draft, "When was it?", "happened")
        concern_fields.voice(draft)
        if st.toggle("Put marks on a body map", key=f"{draft.name}map", value=bool(draft.values.get("marks"))):
            body_map.editor(draft)
        uploads = concern_fields.files(draft)
        sent = st.button("Add it", key=f"okf_add_{view.ref}")
        draft.told()
    if sent:
        try:
            add_to_concern(
                desk,
                view.ref,
                what=what,
                text=text,
                happened=happened,
                parts=concern_fields.parts(draft, uploads),
                entries_seen=seen,
            )
            draft.done()
            return True
        except CasebookError as error:
            st.error(plain(f"{error}{concern_fields.refused_file(error)} What you typed is still here."))
    return False
