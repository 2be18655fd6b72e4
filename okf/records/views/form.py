"""The form that puts a record on a case: who told us comes first, since it fixes who may read it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import streamlit as st

from okf.cases.queries.case import CaseView
from okf.clock import london, london_date
from okf.desk import Desk
from okf.records.commands.records import LONGEST, add_record
from okf.records.queries.case_records import SAID
from okf.records.views.change import upload
from okf.records.views.restricted import restricted
from okf.shell.drafts import views as drafts
from okf.shell.drafts.views import DraftForm, instant_of
from okf.shell.words import plain, told, told_plainly
from okf.terms import MEDIATION_MATERIAL, RecordClass
from okf.terms.records import Channel, Direction

_KINDS: Final = tuple(kind for kind in RecordClass if kind not in MEDIATION_MATERIAL)
_CHANNELS: Final = {
    Channel.CALL: "Call",
    Channel.MESSAGE: "Message",
    Channel.EMAIL: "E-mail",
    Channel.LETTER: "Letter",
    Channel.MEETING: "Meeting",
}
_WAYS: Final = {
    Direction.TO_US: "They to us",
    Direction.FROM_US: "We to them",
    Direction.TOGETHER: "Both, in conversation",
}


def expander(desk: Desk, view: CaseView) -> None:
    """The form, closed until somebody writes; open where they left a draft."""
    draft = drafts.resume(desk, "record", view.ref)
    with st.expander("Write a record", icon=":material/note_add:", expanded=draft.begun):
        _write(desk, view, draft)


def _write(desk: Desk, view: CaseView, draft: DraftForm) -> None:
    names = {one.ref: one.name for one in view.family}
    sources = {**names, **SAID}
    source = draft.selectbox(
        "Told to us by",
        "source",
        list(sources),
        index=None,
        format_func=sources.__getitem__,
        help="Who told us decides who may read it. What one party told us is not for the other.",
    )
    if source:
        st.info(plain(restricted(source, view)), icon=":material/lock_person:")
    about = draft.multiselect(
        "About", "subjects", list(names), format_func=names.__getitem__, placeholder="Choose at least one person"
    )
    kind = draft.selectbox("Kind of record", "record_class", _KINDS, format_func=told) or RecordClass.NOTE
    said = _communication(draft) if kind is RecordClass.COMMUNICATION else {}
    now = london(desk.now())
    with st.container(horizontal=True):
        on = draft.date_input("On", "on", value=now.date(), max_value=london_date(desk.now()))
        at = draft.time_input("At (London time)", "at", value=now.time().replace(second=0, microsecond=0))
    title = draft.text_input("Title", "title", max_chars=300)
    text = draft.text_area("What was said or done", "text", height=240, max_chars=LONGEST)
    files = upload(f"{draft.name}files")
    sent = st.button("Keep the record", type="primary", key="keep_record")
    draft.told()
    if not sent:
        return
    with told_plainly():
        ref = add_record(
            desk,
            view.ref,
            record_class=kind,
            source=source or "",
            subjects=about,
            title=title,
            text=text,
            occurred_at=instant_of(datetime.combine(on or now.date(), at or now.time())),
            files=files,
            **said,
        )
        draft.done(f"Record {ref} is on the case.")


def _communication(draft: DraftForm) -> dict[str, Any]:
    channel = draft.radio("How", "channel", list(Channel), format_func=_CHANNELS.__getitem__, horizontal=True)
    way = draft.radio("Which way", "direction", list(Direction), format_func=_WAYS.__getitem__, horizontal=True)
    whom = draft.text_input("With whom", "with_whom", max_chars=200)
    return {"channel": channel, "direction": way, "with_whom": whom}
