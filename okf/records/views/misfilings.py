"""Records in the wrong place: the trace that one leaves, and the form on which somebody else decides."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from okf.desk import Desk
from okf.records.commands.misfilings import leave_in_place, move_record, open_misfiled_file, open_misfiling, take_away
from okf.records.commands.records import OF_NOBODYS_TELLING
from okf.records.queries.case_records import SAID
from okf.records.queries.misfilings import (
    MisfilingRow,
    OpenedMisfiling,
    Stub,
    misfiling_in_view,
    misfilings_to_decide,
    place_of,
    stubs_of,
)
from okf.records.queries.parts import Moved
from okf.records.queries.readers import readers_in_words
from okf.shell.exports import download
from okf.shell.fetching import forget_waiting_files
from okf.shell.words import day, errors_shown, moment, plain, show_flash, told
from okf.terms import MEDIATION_MATERIAL

RIGHT, MOVE, AWAY = "It lies where it belongs", "Move it", "Take it away for good"
_OPENED: Final = "okf_misfiling_opened"
_DONE: Final = "okf_misfiling_done"


def stubs(desk: Desk, case_ref: str) -> None:
    """What is left of records and files that were sealed or taken away on a case: no word of them."""
    for one in stubs_of(desk, case_ref):
        what = _what(one)
        if one.gone_at is None:
            said = f"{what} may be in the wrong place: sealed on {day(one.reported_at)} until that is decided."
        else:
            said = f"{what} was in the wrong place, and was taken away on {day(one.gone_at)}."
        st.caption(said)


def _what(one: Stub | MisfilingRow) -> str:
    return f"A file of {one.record_id}" if one.of_file else one.record_id


def moved_in_words(moved: Moved) -> str:
    """That a record was in the wrong place before, and who had read it there."""
    return (
        f"It was first put in the wrong place, and moved here on {day(moved.moved_at)}."
        f" Up to {moment(moved.reported_at)}: {readers_in_words(moved.read_by, moved.opened)}"
    )


def to_decide(desk: Desk) -> None:
    """Each record that may be in the wrong place, with the form."""
    st.header("In the wrong place?")
    show_flash(_DONE, ":material/check_circle:")
    rows = misfilings_to_decide(desk)
    if not rows:
        st.info("No record or file waits for you to say where it belongs.")
    for row in rows:
        with st.container(border=True):
            _one(desk, row)


def _one(desk: Desk, row: MisfilingRow) -> None:
    kind = f"A file of: {told(row.record_class)}" if row.of_file else told(row.record_class)
    st.caption(f"{kind} · {row.record_id} · case {row.case_ref}")
    st.text(
        f"{row.reported_by} said on {moment(row.reported_at)} that it is in the wrong place. It lies in: {row.part}."
    )
    if row.note:
        st.text(row.note)
    st.caption(plain(f"Until then: {readers_in_words(row.read_by, row.opened)}"))
    opened: set[str] = st.session_state.setdefault(_OPENED, set())
    if row.ref not in opened:
        if st.button("Read it", key=f"open_{row.ref}", help="That you read it goes on the audit record."):
            with errors_shown():
                open_misfiling(desk, row.ref)
                opened.add(row.ref)
                st.rerun()
        return
    _words(desk, row, misfiling_in_view(desk, row.ref))
    _decide(desk, row)


def _words(desk: Desk, row: MisfilingRow, opened: OpenedMisfiling) -> None:
    if row.record_class in MEDIATION_MATERIAL:
        st.info("What was said in a mediation is for its mediator: you see its label alone.")
    if opened.row.title:
        st.text(opened.row.title)
    if opened.row.text:
        st.text(opened.row.text)
    for file in opened.row.files:
        download(
            plain(file.name),
            lambda file=file: open_misfiled_file(desk, row.ref, file.ref).content,  # type: ignore[misc]
            file.name.rpartition(".")[0],
            file.kind,
            icon=":material/attach_file:",
            key=f"misfiled_file_{file.ref}",
            help="Opening it goes on the audit record.",
        )
    if opened.sent:
        st.warning(f"It went out with a share: {', '.join(opened.sent)}. Tell whoever received it.")


def _decide(desk: Desk, row: MisfilingRow) -> None:
    offered = (RIGHT, AWAY) if row.record_class in MEDIATION_MATERIAL else (MOVE, RIGHT, AWAY)
    what = st.radio("Where does it belong?", offered, index=None, key=f"what_{row.ref}", horizontal=True)
    where = _where(desk, row) if what == MOVE else None
    reason = st.text_input("Why", key=f"why_{row.ref}", max_chars=1_000)
    if not st.button(what or "Decide", key=f"decide_{row.ref}", type="primary"):
        return
    if what is None:
        st.error("Say first where it belongs.")
        return
    with errors_shown():
        if what == RIGHT:
            leave_in_place(desk, row.ref, reason=reason)
            said = f"{_what(row)} is open again to those who had it."
        elif what == AWAY:
            take_away(desk, row.ref, reason=reason)
            said = f"{_what(row)} is taken away for good."
        else:
            case, label = where or ("", {})
            made = move_record(desk, row.ref, to_case=case, **label, reason=reason)
            said = f"{_what(row)} is now {made} on case {case}. The letters are in the register below."
        forget_waiting_files()
        st.session_state[_DONE] = said
        st.rerun()


def _where(desk: Desk, row: MisfilingRow) -> tuple[str, dict[str, Any]]:
    case = st.text_input("Case", value=row.case_ref, key=f"case_{row.ref}", max_chars=80).strip()
    people: dict[str, str] = {}
    adults: tuple[str, ...] = ()
    with errors_shown():
        place = place_of(desk, case)
        people, adults = dict(place.people), place.adults
    sources = {**people, **SAID}
    source = st.selectbox(
        "Told to us by", list(sources), index=None, format_func=sources.__getitem__, key=f"source_{row.ref}_{case}"
    )
    about = st.multiselect("About", list(people), format_func=people.__getitem__, key=f"about_{row.ref}_{case}")
    label: dict[str, Any] = {"source": source or "", "subjects": about}
    if source == "joint" and row.record_class not in OF_NOBODYS_TELLING:
        label["present"] = st.multiselect(
            "Who was in the room", adults, format_func=people.__getitem__, key=f"present_{row.ref}_{case}"
        )
    return case, label
