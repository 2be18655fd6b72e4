"""The people of a case: how to reach them safely and how that changed, what they were told and promised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import streamlit as st

from okf.cases.commands.people import check_contact, note_privacy_notice, note_told, note_undertaking
from okf.cases.queries.case import CaseView, FamilyMember
from okf.cases.queries.contact import Heard, Noted, PersonReached, people_reached
from okf.cases.views import contact_warning, head
from okf.clock import london_date
from okf.dates import Side
from okf.desk import Desk
from okf.errors import Invalid
from okf.intake.contact_details import FACTS, LABELS, LENGTHS, NEEDS, birth_or_age, is_placeholder
from okf.intake.views.people import ask_safe, ask_to_avoid, safe_of, safe_told
from okf.intake.views.safe_contact import lines, said
from okf.policy.contact import APART, ways
from okf.shell.dates import day_or_none, taken
from okf.shell.drafts import views as drafts
from okf.shell.drafts.views import DraftForm
from okf.shell.words import day, errors_shown, moment, plain, told
from okf.terms import Action
from okf.terms.intake import ContactCheck, NoticeWay, UndertakingAnswer

_HOW: Final = tuple(one for one in ContactCheck if one is not ContactCheck.OWN_WORD)
OUTSIDE: Final = "outside"
TOLD: Final = (
    ("phone", "Their number, as told", 80),
    ("email", "Their e-mail, as told", 320),
    ("address", "Their address, as told", 1000),
    ("safe_contact_notes", "What else was said of reaching them", 2000),
)
_KEPT: Final = "On file, and stays; write “none” to take it away"


def people(desk: Desk, view: CaseView) -> None:
    """How to reach each of the family, and what is kept of everybody whose own part of the case the reader may read."""
    head.family(desk, view, key="people")
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
    if any(one.may_change for one in reached):
        st.header("What somebody told us about somebody else", anchor=False)
        st.caption("It stands on the side of who told it, and nobody is reached by it until it is checked with them.")
        for member in view.family:
            _told_of(desk, view, member, reached)


def _person(desk: Desk, view: CaseView, one: PersonReached) -> None:
    st.header(plain(one.name), anchor=False)
    if not one.child or one.undertakings or one.notices:
        _promises(one)
    if one.may_change:
        with st.expander("Checked with them, or corrected by them", icon=":material/edit:"):
            _check(desk, view, one)
    if one.heard or one.changes:
        with st.expander(f"Who told what, and when ({len(one.heard) + len(one.changes)})", icon=":material/history:"):
            for heard in one.heard:
                _heard(heard)
            for change in one.changes:
                st.markdown(f"**{moment(change.at)}**, {plain(change.by)}, before sources were kept")
                before = [f"{FACTS.get(name, name)} was: {said(value)}" for name, value in change.before.items()]
                st.text("\n".join([*before, *([f"Why: {change.why}"] if change.why else [])]))
    if one.may_note and not one.child:
        with st.expander("Note a privacy notice or an undertaking", icon=":material/handshake:"):
            _note(desk, view, one)


def _told_of(desk: Desk, view: CaseView, member: FamilyMember, reached: Sequence[PersonReached]) -> None:
    """What another of the family, or somebody outside it, told of how one is reached."""
    tellers = {one.ref: one.name for one in reached if one.may_change and one.ref != member.ref}
    if any(one.ref == member.ref and one.may_change for one in reached):
        tellers[OUTSIDE] = "Somebody outside the family"
    if not tellers:
        return
    with st.expander(plain(f"What somebody told us about {member.name}"), icon=":material/hearing:"):
        draft = drafts.resume(
            desk, "told-of", f"{view.ref}/{member.ref}", case=view.ref, action=Action.CHANGE_SAFE_CONTACT
        )
        teller = draft.selectbox(
            "Who told it", "teller", list(tellers), index=None, format_func=tellers.__getitem__, placeholder="Choose"
        )
        who = draft.text_input("Who outside the family", "who", max_chars=200) if teller == OUTSIDE else None
        avoid = ask_to_avoid(draft, "avoid", [], "They warn: do not contact by", listed=True)
        values: dict[str, Any] = {"do_not_contact_by": APART.join(avoid)}
        with st.grid(min_column_width=240):
            for name, label, most in TOLD:
                values[name] = draft.text_input(label, name, max_chars=most)
            born = draft.text_input("Date of birth, or age, as told", "born", max_chars=40)
        draft.told()
        if st.button("Save it as told", key=f"told_of_{member.ref}"):
            with errors_shown():
                if teller is None:
                    raise Invalid("Who told it", "choose who told it.")
                values["date_of_birth"], values["told_age"] = birth_or_age("Date of birth, or age", born)
                note_told(
                    desk, view.ref, member.ref, told=values, told_by=None if teller == OUTSIDE else teller, who=who
                )
                draft.done("It is kept as told: nobody is reached by it.")


def _heard(heard: Heard) -> None:
    st.markdown(f"**{moment(heard.at) if heard.at else 'Not known when'}**, {plain(_source(heard))}")
    values = {name: value for name, value in heard.values.items() if value is not None}
    gone = [FACTS[name] for name in heard.values.keys() - values.keys() if name in FACTS]
    told_us = [*lines(values), *([f"No longer: {', '.join(sorted(gone))}"] if gone else [])]
    st.text("\n".join([*told_us, *([f"Why: {heard.why}"] if heard.why else [])]))


def _source(heard: Heard) -> str:
    whose = f"told by {heard.told_by}" if heard.told_by else "source unknown"
    checked = f"checked with them: {told(heard.how).lower()}" if heard.how else "not checked with them"
    noted = f"noted by {heard.noted_by}" if heard.noted_by else "nobody knows who noted it"
    return f"{whose}, {checked}, {noted}"


def _noted(note: Noted) -> str:
    return f"{told(note.what)}, {day(note.on)}" + (f", noted by {note.by}" if note.by else "")


def _promises(one: PersonReached) -> None:
    notices, answers = ([_noted(note) for note in noted] for noted in (one.notices, one.undertakings))
    lines = [f"Privacy notice: {'; '.join(notices) or 'not given yet'}"]
    if not one.child:
        lines.append(f"Undertaking: {'not asked for yet' if one.to_ask else '; before: '.join(answers)}")
    st.text("\n".join(lines))


def _check(desk: Desk, view: CaseView, one: PersonReached) -> None:
    now = one.stands
    # A draft begun before somebody else's change is not gone on with: it would put the old number back.
    subject = f"{one.ref}/{one.seen}"
    draft = drafts.resume(desk, "safe_contact", subject, case=view.ref, action=Action.CHANGE_SAFE_CONTACT)
    st.caption("Only what they told you themselves belongs here. What others say of them has a form of its own, below.")
    with st.grid(min_column_width=240):
        how = draft.selectbox(
            "How it was checked with them", "how", _HOW, index=None, format_func=told, placeholder="Choose"
        )
        on = draft.date_input("On (empty: today)", "on", max_value=london_date(desk.now()))
    avoid = ask_to_avoid(draft, "avoid", ways(now.get("do_not_contact_by")))
    values: dict[str, Any] = {"do_not_contact_by": APART.join(avoid)}
    with st.grid(min_column_width=240):
        for name, most in (("safe_phone", 80), ("safe_hours", 200), ("phone", 80), ("email", 320)):
            values[name] = _line(draft, now, name, most)
        for name in ("voicemail_safe", "post_safe"):
            values[name] = safe_of(ask_safe(draft, LABELS[name], name, safe_told(now.get(name))))
        for name, most in (("address", 1000), ("code_word", 200)):
            typed = draft.text_input(
                LABELS[name], name, max_chars=most, placeholder=_KEPT if name in one.behind else ""
            )
            if is_placeholder(typed or ""):
                values[name] = None
            elif typed:
                values[name] = typed
        for name in ("safe_contact_notes", *NEEDS):
            values[name] = _line(draft, now, name, LENGTHS[name])
        born = draft.text_input("Date of birth, or age", "born", max_chars=40, value=_born(now))
    why = draft.text_input("Why it changes", "why", max_chars=200)
    draft.told()
    if st.button("Checked with them", type="primary", key=f"check_contact_{one.ref}"):
        with errors_shown():
            if not how:
                raise Invalid("How it was checked with them", "choose how they told you themselves.")
            values["date_of_birth"], values["told_age"] = birth_or_age("Date of birth, or age", born)
            if check_contact(desk, view.ref, one.ref, told=values, how=how, on=taken(on), seen=one.seen, why=why):
                draft.done("It is kept as checked with them.")
            st.info("Nothing differs from what was checked with them before.")


def _born(now: Mapping[str, Any]) -> str:
    if now.get("date_of_birth"):
        return f"{now['date_of_birth']:%d/%m/%Y}"
    return str(now.get("told_age") or "")


def _line(draft: DraftForm, now: Mapping[str, Any], name: str, most: int) -> str:
    value = now.get(name) or ""
    widget = draft.text_area if "\n" in value else draft.text_input
    return widget(FACTS[name], name, value=value, max_chars=most)


def _note(desk: Desk, view: CaseView, one: PersonReached) -> None:
    today, turn = london_date(desk.now()), f"{one.ref}_{len(one.notices)}_{len(one.undertakings)}"
    with st.container(key=f"notice_{turn}"):
        way = st.selectbox(
            "Privacy notice",
            list(NoticeWay),
            index=None,
            format_func=told,
            placeholder="How given",
            key=f"notice_way_{turn}",
        )
        on = day_or_none("On (empty: today)", today, side=Side.PAST, key=f"notice_on_{turn}")
        if st.button("Note the notice", key=f"notice_note_{turn}") and way:
            with errors_shown():
                note_privacy_notice(desk, view.ref, one.ref, way=way, on=taken(on))
                st.rerun()
    with st.container(key=f"undertaking_{turn}"):
        answer = st.radio(
            "Undertaking",
            list(UndertakingAnswer),
            index=None,
            format_func=told,
            horizontal=True,
            key=f"undertaking_answer_{turn}",
        )
        on = day_or_none("On (empty: today)", today, side=Side.PAST, key=f"undertaking_on_{turn}")
        if st.button("Note the answer", key=f"undertaking_note_{turn}") and answer:
            with errors_shown():
                note_undertaking(desk, view.ref, one.ref, answer=answer, on=taken(on))
                st.rerun()
