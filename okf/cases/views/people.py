"""The people of a case: how to reach them safely and how that changed, what they were told and promised."""

from __future__ import annotations

from typing import Any

import streamlit as st

from okf.cases.commands.people import change_safe_contact, note_privacy_notice, note_undertaking
from okf.cases.queries.case import CaseView, SafeContact
from okf.cases.queries.contact import PersonReached, people_reached
from okf.cases.views import contact_warning
from okf.desk import Desk
from okf.intake.contact_details import LABELS
from okf.intake.views.people import ask_safe, ask_to_avoid, safe_of, safe_told, to_avoid
from okf.shell.drafts import views as drafts
from okf.shell.drafts.views import DraftForm
from okf.shell.words import day, errors_shown, moment, plain, told
from okf.terms import Action
from okf.terms.intake import NoticeWay, UndertakingAnswer


def people(desk: Desk, view: CaseView) -> None:
    """Everybody whose own part of the case the reader may read."""
    reached = people_reached(desk, view.ref)
    if not reached:
        st.info("You may read nobody's own part of this case: how to reach them is for their own caseworker.")
        return
    st.caption(
        "Confidentiality undertakings are asked for and never required: help goes on whatever somebody answers, and to"
        " tell the police, a lawyer, a regulator, a support service or close family is never a breach (C14)."
    )
    contact_warning.on_case(desk, view.ref)
    for one in reached:
        with st.container(border=True):
            _person(desk, view, one)


def _person(desk: Desk, view: CaseView, one: PersonReached) -> None:
    st.header(plain(one.name), anchor=False)
    if one.told_age is not None:
        st.caption(f"Aged {one.told_age} when it was told on {day(one.told_age_on)}; no date of birth is on file.")
    if not one.child or one.undertakings or one.notices:
        _promises(one)
    if one.may_change:
        with st.expander("Change safe contact", icon=":material/edit:"):
            _change(desk, view, one)
    if one.changes:
        with st.expander(f"How it changed ({len(one.changes)})", icon=":material/history:"):
            for change in one.changes:
                st.markdown(f"**{moment(change.at)}**, {plain(change.by)}")
                before = [f"{LABELS.get(name, name)} was: {_said(value)}" for name, value in change.before.items()]
                st.text("\n".join([*before, *([f"Why: {change.why}"] if change.why else [])]))
    if one.may_note and not one.child:
        with st.expander("Note a privacy notice or an undertaking", icon=":material/handshake:"):
            _note(desk, view, one)


def _promises(one: PersonReached) -> None:
    notices = [f"{told(note.what)}, {day(note.on)}, noted by {note.by}" for note in one.notices]
    answers = [f"{told(note.what)}, {day(note.on)}, noted by {note.by}" for note in one.undertakings]
    lines = [f"Privacy notice: {'; '.join(notices) or 'not given yet'}"]
    if not one.child:
        lines.append(f"Undertaking: {'not asked for yet' if one.to_ask else '; before: '.join(answers)}")
    st.text("\n".join(lines))


def _change(desk: Desk, view: CaseView, one: PersonReached) -> None:
    now = one.contact
    # A draft begun before somebody else's change is not gone on with: it would put the old number back.
    subject = f"{one.ref}/{len(one.changes)}"
    draft = drafts.resume(desk, "safe_contact", subject, case=view.ref, action=Action.CHANGE_SAFE_CONTACT)
    avoid = ask_to_avoid(draft, "avoid", to_avoid(now.do_not_contact_by))
    values: dict[str, Any] = {"do_not_contact_by": "; ".join(avoid)}
    with st.grid(min_column_width=240):
        for name, most in (("safe_phone", 80), ("safe_hours", 200), ("code_word", 200)):
            values[name] = _line(draft, now, name, most)
        for name in ("voicemail_safe", "post_safe"):
            values[name] = safe_of(ask_safe(draft, LABELS[name], name, safe_told(getattr(now, name))))
        for name, most in (("phone", 80), ("email", 320), ("address", 1000), ("safe_contact_notes", 2000)):
            values[name] = _line(draft, now, name, most)
    why = draft.text_input("Why it changes, or who told it", "why", max_chars=200)
    draft.told()
    if st.button("Change safe contact", type="primary", key=f"change_contact_{one.ref}"):
        with errors_shown():
            if change_safe_contact(desk, view.ref, one.ref, told=values, seen=len(one.changes), why=why):
                draft.done("Safe contact is changed.")
            st.info("Nothing differs from what is on file.")


def _line(draft: DraftForm, now: SafeContact, name: str, most: int) -> str:
    value = getattr(now, name) or ""
    widget = draft.text_area if "\n" in value else draft.text_input
    return widget(LABELS[name], name, value=value, max_chars=most)


def _note(desk: Desk, view: CaseView, one: PersonReached) -> None:
    with st.form(f"notice_{one.ref}_{len(one.notices)}", border=False):
        way = st.selectbox("Privacy notice", list(NoticeWay), index=None, format_func=told, placeholder="How given")
        on = st.date_input("On (empty: today)", value=None, format="DD/MM/YYYY", key=f"notice_on_{one.ref}")
        if st.form_submit_button("Note the notice") and way:
            with errors_shown():
                note_privacy_notice(desk, view.ref, one.ref, way=way, on=on)
                st.rerun()
    with st.form(f"undertaking_{one.ref}_{len(one.undertakings)}", border=False):
        answer = st.radio("Undertaking", list(UndertakingAnswer), index=None, format_func=told, horizontal=True)
        on = st.date_input("On (empty: today)", value=None, format="DD/MM/YYYY", key=f"undertaking_on_{one.ref}")
        if st.form_submit_button("Note the answer") and answer:
            with errors_shown():
                note_undertaking(desk, view.ref, one.ref, answer=answer, on=on)
                st.rerun()


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "safe" if value else "NOT SAFE"
    return str(value) if value not in (None, "") else "nothing"
