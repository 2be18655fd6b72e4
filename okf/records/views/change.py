"""What may be done to a record that is on the case: correct it, add files, propose another label, print it."""

from __future__ import annotations

from typing import Final

import streamlit as st

from okf.cases.queries.case import CaseView
from okf.desk import Desk
from okf.file_check import Upload
from okf.records.commands.misfilings import report_misfiling
from okf.records.commands.records import LONGEST, OF_NOBODYS_TELLING, add_files, correct_record, record_to_print
from okf.records.commands.relabels import propose_relabel
from okf.records.papers import record_paper
from okf.records.queries.case_records import SAID, RecordRow
from okf.records.views.handed import handed_in_words
from okf.shell.drafts import views as drafts
from okf.shell.drafts.views import DraftForm
from okf.shell.exports import download
from okf.shell.fetching import forget_waiting_files
from okf.shell.uploads import files_field
from okf.shell.words import errors_shown, moment, plain, show_flash, told
from okf.terms import MEDIATION_MATERIAL, Action, RecordClass

CORRECT, ADD_FILE, RELABEL, PRINT = "Correct it", "Add a file", "It is labelled wrongly", "Print it"
MISFILED: Final = "This is in the wrong place"
_OPEN: Final = "okf_record_open"
_SAID: Final = "okf_record_said"
_RESTRICTED: Final = {
    "joint": "Told to us by both parties together. Both sides may know it.",
    "external": "Told to us from outside the family. For the managers, and those whose access covers it.",
    "internal": "Written by Our Kids First. For the lead caseworkers, and those whose access covers our own notes.",
    "safeguarding": "A safeguarding matter. For the safeguarding leads alone.",
}


def menu(row: RecordRow) -> None:
    """What its reader may do to it, behind one button."""
    offered = []
    if Action.CHANGE_RECORD in row.may and row.record_class is not RecordClass.OUTCOME_SUMMARY:
        offered.append(CORRECT)
    if Action.ADD_RECORD in row.may and row.record_class is not RecordClass.OUTCOME_SUMMARY:
        offered.append(ADD_FILE)
    if Action.CHANGE_RECORD in row.may and row.record_class not in MEDIATION_MATERIAL and not row.proposal:
        offered.append(RELABEL)
    changes = bool(offered)
    if Action.EXPORT_RECORD in row.may:
        offered.append(PRINT)
    if Action.REPORT_MISFILING in row.may:
        offered.append(MISFILED)
    if not offered:
        return
    name = "Change" if changes else "More"
    chosen = st.menu_button(name, offered, key=f"change_{row.id}", type="tertiary", help=f"{name} {row.id}")
    if chosen:
        st.session_state[_OPEN] = (row.id, chosen)


def form(desk: Desk, view: CaseView, row: RecordRow) -> None:
    """The form that was chosen for this record, if one was."""
    show_flash(f"{_SAID}_{row.id}", ":material/check_circle:")
    of, what = st.session_state.get(_OPEN, (None, None))
    if of != row.id:
        return
    with st.container(border=True):
        if what == CORRECT:
            _correct(desk, view, row)
        elif what == ADD_FILE:
            _add_file(desk, row)
        elif what == PRINT:
            _print(desk, view, row)
        elif what == MISFILED:
            _misfiled(desk, row)
        else:
            _relabel(desk, view, row)
        st.button("Close this form", key=f"close_{row.id}", on_click=_close, type="tertiary")


def upload(desk: Desk, key: str) -> list[Upload]:
    """The field for files, and what is in it."""
    return files_field(
        desk,
        "Files",
        key=key,
        help="Kept encrypted under the case's key. Files are not part of a draft: choose them last.",
    )


def restricted(source: str, view: CaseView) -> str:
    """Who may read what this source told us, in a sentence."""
    if source in _RESTRICTED:
        return _RESTRICTED[source]
    of = next((one for one in view.family if one.ref == source), None)
    if of is not None and of.child:
        return f"Told to us by {of.name}, a child of the case. Not for either parent."
    return f"Told to us by {of.name if of else 'this party'}. Not for the other."


def in_the_room(draft: DraftForm, view: CaseView) -> list[str]:
    """Who was in the room, when something is said to be of both: each is to be named."""
    adults = {one.ref: one.name for one in view.family if not one.child}
    return draft.multiselect(
        "Who was in the room",
        "present",
        list(adults),
        format_func=adults.__getitem__,
        placeholder="Tick each of them",
        help="One alone is not both together: then choose them under Told to us by.",
    )


def _correct(desk: Desk, view: CaseView, row: RecordRow) -> None:
    draft = drafts.resume(desk, "correction", row.id, case=view.ref)
    st.text("What it says now stays readable beside your correction.")
    title = draft.text_input("Title", "title", value=row.title, max_chars=300)
    text = draft.text_area("What it is to say", "text", value=row.text, height=200, max_chars=LONGEST)
    reason = draft.text_input("Why it is corrected", "reason", max_chars=1_000)
    after, now = draft.beside("after", len(row.earlier)), len(row.earlier)
    if after != now:
        st.warning("Somebody corrected this record since you began. Your words are still here: read what it says now.")
        st.button("I have read it", key=f"read_{row.id}", on_click=draft.move, args=("after", now))
    sent = st.button("Save the correction", key=f"correct_{row.id}", type="primary")
    draft.told()
    if sent:
        with errors_shown():
            correct_record(desk, row.id, title=title, text=text, reason=reason, after=after)
            draft.done()
            _done(row, "It is corrected. What it said before stays readable.")


def _add_file(desk: Desk, row: RecordRow) -> None:
    turn = st.session_state.setdefault(f"files_turn_{row.id}", 0)
    files = upload(desk, f"files_{row.id}_{turn}")
    if st.button("Save the files", key=f"keep_files_{row.id}", type="primary", disabled=not files):
        with errors_shown():
            add_files(desk, row.id, files)
            st.session_state[f"files_turn_{row.id}"] = turn + 1
            _done(row, "The files are kept.")


def _relabel(desk: Desk, view: CaseView, row: RecordRow) -> None:
    draft = drafts.resume(desk, "relabel", row.id, case=view.ref)
    st.text("Somebody else who may read it decides. Until then it stays where it is.")
    names = {one.ref: one.name for one in view.family}
    sources = {**names, **SAID}
    options = list(sources)
    source = draft.selectbox(
        "Told to us by",
        "source",
        options,
        format_func=sources.__getitem__,
        index=options.index(row.source) if row.source in options else None,
    )
    if source:
        st.info(plain(restricted(source, view)), icon=":material/lock_person:")
    own = [who for who in row.subjects if who in names]
    about = draft.multiselect("About", "subjects", list(names), default=own, format_func=names.__getitem__)
    to_both = source == "joint" != row.source and row.record_class not in OF_NOBODYS_TELLING
    present = in_the_room(draft, view) if to_both else []
    reason = draft.text_area("Why it is labelled wrongly", "reason", max_chars=1_000)
    sent = st.button("Propose it", key=f"propose_{row.id}", type="primary")
    draft.told()
    if sent:
        with errors_shown():
            propose_relabel(desk, row.id, source=source or "", subjects=about, present=present, reason=reason)
            draft.done()
            _done(row, "Your proposal waits for a second person.")


def _misfiled(desk: Desk, row: RecordRow) -> None:
    st.text(
        "The moment you press, nobody reads it but whoever decides: you don't either. You need not know where it"
        " belongs."
    )
    names: dict[str | None, str] = {None: "The whole record"}
    names |= {file.ref: plain(f"Only the file {file.name}") for file in row.files}
    file = None
    if row.files:
        file = st.radio("What is in the wrong place?", list(names), format_func=names.__getitem__, key=f"what_{row.id}")
    note = st.text_input("What makes you think so, if you like", key=f"misfiled_note_{row.id}", max_chars=1_000)
    if st.button("Seal it now", key=f"misfiled_{row.id}", type="primary"):
        with errors_shown():
            report_misfiling(desk, row.id, file_ref=file, note=note)
            forget_waiting_files()
            _close()
            st.rerun()


def _done(row: RecordRow, said: str) -> None:
    _close()
    st.session_state[f"{_SAID}_{row.id}"] = said
    st.rerun()


def _close() -> None:
    st.session_state.pop(_OPEN, None)


def _print(desk: Desk, view: CaseView, row: RecordRow) -> None:
    """What printing it means, and the button."""
    st.text("Every page says at its head:")
    st.info(plain(restricted(row.source, view)), icon=":material/lock_person:")
    download(
        "Download for print (PDF)",
        lambda: printed(desk, view, row.id),
        "record",
        "pdf",
        icon=":material/print:",
        key=f"print_{row.id}",
        help="Printing it goes on the audit record.",
    )


def printed(desk: Desk, view: CaseView, record_id: str) -> bytes:
    """The record as a PDF, as it reads at this moment."""
    found = record_to_print(desk, record_id)
    row = found.row
    status = f", {told(row.status).lower()}" if row.status else ""
    label = [
        f"Case {view.ref}. {told(row.record_class)}{status}, {moment(row.occurred_at)}.",
        f"Told to us by: {row.told_by}. About: {', '.join(row.about) or '—'}. Restricted to: {row.restricted_to}.",
        *([f"With: {row.with_whom}."] if row.with_whom else []),
        *([handed_in_words(row.handed)] if row.handed else []),
    ]
    return record_paper(
        record=row.id,
        marking=restricted(row.source, view),
        mediation=row.mediation,
        title=row.title,
        text=row.text,
        label=label,
        files=[file.name for file in row.files],
        corrected=len(row.earlier),
        printed_by=found.printed_by,
        printed_at=found.printed_at,
    )
