"""The form that puts a record on a case: who told us comes first, since it fixes who may read it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import streamlit as st

from okf.clock import LONDON, ImpossibleTime, from_london, london, london_date
from okf.commands.records import LONGEST, add_record
from okf.desk import Desk
from okf.queries.case import CaseView
from okf.queries.case_records import SAID
from okf.terms import MEDIATION_MATERIAL, RecordClass
from okf.ui import drafts
from okf.ui.plain import plain
from okf.ui.words import told, told_plainly

_KINDS: Final = tuple(kind for kind in RecordClass if kind not in MEDIATION_MATERIAL)
_RESTRICTED: Final = {
    "joint": "Told to us by both parties together. Both sides may know it.",
    "external": "Told to us from outside the family. It is shown to those whose access covers what comes from outside.",
    "internal": "Written by Our Kids First. It is shown to those whose access covers our own notes.",
    "safeguarding": "A safeguarding matter. It is shown to the safeguarding leads alone.",
}


def restricted(source: str, view: CaseView) -> str:
    """To whom what this source told us is restricted, in a sentence."""
    if source in _RESTRICTED:
        return _RESTRICTED[source]
    of = next((one for one in view.family if one.ref == source), None)
    if of is not None and of.child:
        return f"Told to us by {of.name}, a child of the case. Not for either parent."
    return f"Told to us by {of.name if of else 'this party'}. Not for the other."


def write(desk: Desk, view: CaseView) -> None:
    """The form, as its writer left it."""
    draft = drafts.resume(desk, "record", view.ref)
    names = {one.ref: one.name for one in view.family}
    sources = {**names, **SAID}
    source = draft.selectbox(
        "Told to us by", "source", list(sources), index=None, format_func=sources.__getitem__,
        help="Who told us decides who may read it. What one party told us is not for the other.",
    )  # fmt: skip
    if source:
        st.info(plain(restricted(source, view)), icon=":material/lock_person:")
    about = draft.multiselect("About", "subjects", list(names), format_func=names.__getitem__)
    kind = draft.selectbox("Kind of record", "record_class", _KINDS, format_func=told)
    now = london(desk.now())
    with st.container(horizontal=True):
        on = draft.date_input("On", "on", value=now.date(), max_value=london_date(desk.now()))
        at = draft.time_input("At (London time)", "at", value=now.time().replace(second=0, microsecond=0))
    title = draft.text_input("Title", "title", max_chars=300)
    text = draft.text_area("What was said or done", "text", height=240, max_chars=LONGEST)
    sent = st.button("Keep the record", type="primary", key="keep_record")
    draft.told()
    if not sent:
        return
    with told_plainly():
        ref = add_record(
            desk, view.ref, record_class=kind or RecordClass.NOTE, source=source or "", subjects=about, title=title,
            text=text, occurred_at=instant_of(datetime.combine(on or now.date(), at or now.time())),
        )  # fmt: skip
        draft.done(f"Record {ref} is on the case.")


def instant_of(wall: datetime) -> datetime:
    """The instant of a London wall clock's time, also in the hour that the clocks skip."""
    try:
        return from_london(wall)
    except ImpossibleTime:
        return wall.replace(tzinfo=LONDON).astimezone(UTC)
