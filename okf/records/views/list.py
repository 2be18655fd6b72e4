"""The records of a case on its page: written, searched and read, and the timeline."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import streamlit as st

from okf.cases.queries.case import CaseView
from okf.desk import Desk
from okf.pending import counted
from okf.records.commands.handing import hand_over_record
from okf.records.commands.records import LONGEST, OF_NOBODYS_TELLING, add_record, note_reading
from okf.records.queries.case_records import SAID, records_in_view, timeline_of
from okf.records.queries.handed import sources_of
from okf.records.queries.search import PAGE, Found, RecordSearch, records_found
from okf.records.views.card import CHANNELS, card
from okf.records.views.change import in_the_room, restricted, upload
from okf.records.views.misfilings import stubs
from okf.shell.drafts import views as drafts
from okf.shell.drafts.queries import DRAFT_OF_RECORD
from okf.shell.drafts.views import DraftForm, moment_field
from okf.shell.tables import page_asked_for, pager, table
from okf.shell.words import day, errors_shown, moment, plain, told
from okf.terms import MEDIATION_MATERIAL, Action, FamilyField, RecordClass
from okf.terms.records import Channel, Direction

RECORDS_A_PAGE: Final = 20
_NUMBER: Final = "records_page"
_KINDS: Final = tuple(kind for kind in RecordClass if kind not in MEDIATION_MATERIAL)
_DIRECTIONS: Final = {
    Direction.TO_US: "They to us",
    Direction.FROM_US: "We to them",
    Direction.TOGETHER: "Both, in conversation",
}
NOTED: Final = "okf_readings_noted"


def records(desk: Desk, view: CaseView) -> None:
    """The form that adds one, what they are searched by, and the records themselves, newest first."""
    if Action.ADD_RECORD in view.may or view.sides:
        _writing(desk, view)
    wanted = _wanted(view)
    if wanted.is_empty:
        stubs(desk, view.ref)
        page = records_in_view(desk, view.ref, page_asked_for(RECORDS_A_PAGE))
        if not page.rows:
            st.info("There is no record here that you may read. The form above puts the first one on the case.")
        for row in page.rows:
            card(desk, view, row)
        pager(page, key="records")
        return
    number = int(st.session_state.get(_NUMBER, 0))
    found = records_found(desk, view.ref, wanted, number)
    if number and not found.rows:
        st.session_state[_NUMBER] = number = 0
        found = records_found(desk, view.ref, wanted)
    _told(found)
    for row in found.rows:
        card(desk, view, row, words=wanted.words)
    _turn(found, number)


def noted(desk: Desk, view: CaseView, part: str) -> None:
    """Put on record that this part was opened, and which records it shows; once for each."""
    opened = view.emergency or view.custody
    if opened is None:
        return
    shown: tuple[str, ...] = ()
    if part == "Records":
        shown = tuple(row.id for row in records_in_view(desk, view.ref, page_asked_for(RECORDS_A_PAGE)).rows)
    already = st.session_state.setdefault(NOTED, set())
    if (opened.id, part, shown) not in already:
        note_reading(desk, view.ref, part=part, records=shown)
        already.add((opened.id, part, shown))


def something_happened(desk: Desk, view: CaseView) -> bool:
    """Whether the timeline has a line for this reader; of those who work the whole case it is not asked."""
    return view.least.shows(FamilyField.WHO_ELSE_WORKS_HERE) or bool(timeline_of(desk, view.ref))


def timeline(desk: Desk, view: CaseView) -> None:
    """What happened, as far as this reader may see it."""
    happened = timeline_of(desk, view.ref)
    if not happened:
        st.info("Nothing is on the timeline yet.")
        return
    table({"When": [moment(one.at) for one in happened], "What": [one.what for one in happened]}, caption="Timeline")


def _wanted(view: CaseView) -> RecordSearch:
    sources = {one.ref: one.name for one in view.family} | SAID
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = st.text_input(
            "Search these records",
            key="record_words",
            max_chars=200,
            on_change=_first,
            icon=":material/search:",
            help="Looks in titles, texts and the names of files, of what you may read in this case. All words must"
            " be there.",
        )
        with st.popover("Filter", icon=":material/filter_list:"):
            kinds = st.multiselect(
                "Kinds of record", list(RecordClass), format_func=told, key="record_kinds", on_change=_first
            )
            told_by = st.multiselect(
                "Told to us by", list(sources), format_func=sources.__getitem__, key="record_sources", on_change=_first
            )
            since = st.date_input("From", value=None, format="DD/MM/YYYY", key="record_since", on_change=_first)
            until = st.date_input("Until", value=None, format="DD/MM/YYYY", key="record_until", on_change=_first)
    return RecordSearch(
        (words or "").strip(),
        tuple(kinds),
        tuple(told_by),
        since if isinstance(since, date) else None,
        until if isinstance(until, date) else None,
    )


def _told(found: Found) -> None:
    if not found.total:
        st.info("Nothing of what you may read here holds that. Try fewer or other words, or take filters off.")
        return
    st.caption(
        f"{counted(found.total, 'record', 'records')} found."
        + (" Only the newest 2,000 were looked through." if found.capped else "")
    )


def _turn(found: Found, number: int) -> None:
    if found.total <= PAGE:
        return
    with st.container(horizontal=True):
        st.button("Previous", key="found_previous", on_click=_to, args=(number - 1,), disabled=number == 0)
        last = (number + 1) * PAGE >= found.total
        st.button("Next", key="found_next", on_click=_to, args=(number + 1,), disabled=last)


def _to(number: int) -> None:
    st.session_state[_NUMBER] = number


def _first() -> None:
    st.session_state[_NUMBER] = 0


def _writing(desk: Desk, view: CaseView) -> None:
    """The form, closed until somebody writes; open where they left a draft."""
    draft = drafts.resume(desk, DRAFT_OF_RECORD, view.ref)
    with st.expander("Write a record", icon=":material/note_add:", expanded=draft.begun):
        _write(desk, view, draft)


def _write(desk: Desk, view: CaseView, draft: DraftForm) -> None:
    names = {one.ref: one.name for one in view.family}
    called = {**names, **SAID}
    offered = sources_of(desk, view.ref, _KINDS)
    sources = {one: said for one, said in called.items() if one in offered.own}
    sources |= {one: f"{said} (to be handed over)" for one, said in called.items() if one in offered.handed}
    source = draft.selectbox(
        "Told to us by",
        "source",
        list(sources),
        index=None,
        format_func=sources.__getitem__,
        help="Who told us decides who may read it. What one party told us is not for the other.",
    )
    handed = source in offered.handed
    if source:
        st.info(plain(restricted(source, view)), icon=":material/lock_person:")
    if handed:
        st.warning(
            "This is not yours to read. Write it down and hand it over: it goes to whoever works there, and you read"
            " it no more.",
            icon=":material/move_item:",
        )
    about = draft.multiselect(
        "About", "subjects", list(names), format_func=names.__getitem__, placeholder="Choose at least one person"
    )
    kinds = (offered.handed if handed else offered.own).get(source or "", _KINDS)
    kind = draft.selectbox("Kind of record", "record_class", kinds, format_func=told) or RecordClass.NOTE
    present = in_the_room(draft, view) if source == "joint" and kind not in OF_NOBODYS_TELLING else []
    said = _communication(draft) if kind is RecordClass.COMMUNICATION else {}
    occurred = moment_field(draft, "On", "", desk.now(), past=True)
    title = draft.text_input("Title", "title", max_chars=300)
    text = draft.text_area("What was said or done", "text", height=240, max_chars=LONGEST)
    files = upload(desk, f"{draft.name}files")
    sent = st.button("Hand it over" if handed else "Keep the record", type="primary", key="keep_record")
    draft.told()
    if not sent:
        return
    with errors_shown():
        written: dict[str, Any] = {
            "record_class": kind,
            "source": source or "",
            "subjects": about,
            "title": title,
            "text": text,
            "occurred_at": occurred,
            "present": present,
            "files": files,
            **said,
        }
        if handed:
            hand_over_record(desk, view.ref, **written)
            draft.done(f"Handed over on {day(desk.now())}. You find that it was under Records handed over.")
        else:
            draft.done(f"Record {add_record(desk, view.ref, **written)} is on the case.")


def _communication(draft: DraftForm) -> dict[str, Any]:
    channel = draft.radio("How", "channel", list(Channel), format_func=CHANNELS.__getitem__, horizontal=True)
    way = draft.radio("Which way", "direction", list(Direction), format_func=_DIRECTIONS.__getitem__, horizontal=True)
    whom = draft.text_input("With whom", "with_whom", max_chars=200)
    return {"channel": channel, "direction": way, "with_whom": whom}
