"""The tabs People and Family of a concern: whom it is about, the LADO's clock, and the family's other concerns (C9)."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from okf.desk import Desk
from okf.errors import Invalid
from okf.paging import SIZE
from okf.safeguarding.commands.referrals import note_lado
from okf.safeguarding.commands.subjects import NOT_MEANT, add_subject, remove_subject
from okf.safeguarding.queries.allegations import LadoClock, LadoLine, lado_lines
from okf.safeguarding.queries.concern import ConcernInView
from okf.safeguarding.queries.family_chronology import family_chronology
from okf.safeguarding.queries.subjects import SubjectLine, subjects_of
from okf.safeguarding.views.clocks import BEFORE_ANY_INQUIRY
from okf.safeguarding.views.fields import entries_shown
from okf.shell.dates import taken
from okf.shell.drafts import views as drafts
from okf.shell.drafts.views import moment_field
from okf.shell.navigation import link
from okf.shell.sheets import Cell, address, sheet
from okf.shell.tables import first_page, page_asked_for, pager
from okf.shell.words import day, errors_shown, flash, left_until, moment, plain, show_flash, told

_SAID = "okf_concern_people_said"


def people(desk: Desk, view: ConcernInView) -> None:
    """For an allegation, the designated officer's clock; then whom the concern is about, and changing that."""
    show_flash(_SAID)
    clock, lines = lado_lines(desk, view.ref)
    if clock is not None:
        _lado(desk, view, clock, lines)
    st.header("Whom it is about")
    found, seen = subjects_of(desk, view.ref), entries_shown(view)
    rows = [
        (one.name, "Works with OKF" if one.worker else "Service user", _standing(one), one.why or "—") for one in found
    ]
    if rows:
        sheet(("Who", "Which", "State", "Why not"), rows, caption="Whom this concern is about, and was")
    else:
        st.info("Nobody who is on file. Add them below, so that their concerns are found together.")
    with st.expander("Add somebody", icon=":material/person_add:", expanded=not rows):
        _add(desk, view)
    standing = [one for one in found if one.ended_at is None and not one.doubt]
    for one in found:
        if one.doubt and one.key not in {certain.key for certain in standing}:
            _doubted(desk, view, one, seen)
    if standing:
        with st.expander("Not about somebody after all", icon=":material/person_remove:"):
            _remove(desk, view, standing, seen)
    link("Set a contact marker for this concern", "contact_markers", icon=":material/back_hand:", concern=view.ref)


def family(desk: Desk, view: ConcernInView) -> None:
    """Every concern about the same people, across cases; then all their lines, oldest first."""
    notes = st.toggle("Show plain notes too", key=f"okf_family_notes_{view.ref}", on_change=first_page)
    found = family_chronology(desk, view.ref, page_asked_for(SIZE), notes=notes)
    if len(found.concerns) == 1:
        st.info("No other concern about these people is listed here.")
    else:
        concerns = [
            (
                Cell(one.ref, address("concern", ref=one.ref)),
                moment(one.raised_at),
                Cell(told(one.severity), look=one.severity),
                told(one.status),
                ", ".join(one.about) or "Not said",
                Cell(one.case_ref, address("case", case=one.case_ref)) if one.case_ref else "No case",
            )
            for one in found.concerns
        ]
        titles = ("Concern", "Raised", "Severity", "Status", "About", "Case")
        sheet(titles, concerns, caption="Concerns about this family, newest first")
    lines = [
        (
            moment(one.entered_at),
            Cell(one.concern_ref, address("concern", ref=one.concern_ref)),
            one.by,
            one.what,
            one.text or "—",
        )
        for one in found.entries.rows
    ]
    sheet(("When", "Concern", "Who", "What", "In their words"), lines, caption="What happened, oldest first")
    pager(found.entries, key="family")


def _standing(one: SubjectLine) -> str:
    if one.doubt:
        return "May be meant, and sees nothing of it"
    return f"Not since {day(one.ended_at)}" if one.ended_at else "About them"


def _doubted(desk: Desk, view: ConcernInView, one: SubjectLine, seen: int) -> None:
    """Who reads concerns and is named in the words of this one: one press says that they are not meant."""
    st.warning(
        plain(
            f"The words may mean {one.name}: by a name, short form or initials like theirs, or by what they do here"
            " (“the lead”, “the DSL”, “the deputy”, “the trustee”). Therefore they see nothing of it. If it is about"
            " them, add them above; if not, let them work on it again."
        )
    )
    if st.button(plain(f"{one.name} is not meant"), key=f"not_meant_{view.ref}_{one.key}"):
        with errors_shown():
            remove_subject(desk, view.ref, who=one.key, reason=NOT_MEANT, doubted=True, entries_seen=seen)
            flash(_SAID, "It is on record that they are not meant.")


def _lado(desk: Desk, view: ConcernInView, clock: LadoClock, lines: tuple[LadoLine, ...]) -> None:
    st.header("Allegation")
    at = desk.now()
    if clock.told_at is not None:
        st.success(f"The designated officer was told on {moment(clock.told_at)}. Still: don't tell the person.")
    elif clock.decided is not None:
        st.warning(f"Somebody put down why the designated officer was not told. {BEFORE_ANY_INQUIRY}")
    else:
        say = st.error if clock.overdue(at) else st.warning
        say(f"**{left_until(clock.due_at, at)}.** {BEFORE_ANY_INQUIRY}")
    if lines:
        rows = [
            (
                moment(one.noted_at),
                one.by,
                f"Told {moment(one.told_at)}" if one.told_at else "Not told",
                one.reference or "—",
                one.words,
            )
            for one in lines
        ]
        sheet(("Noted", "By", "Designated officer", "Their reference", "In words"), rows, caption="What is on record")
    with st.expander("Record that they were told, or why not", expanded=not lines, icon=":material/call:"):
        _note_lado(desk, view)


def _note_lado(desk: Desk, view: ConcernInView) -> None:
    draft = drafts.resume(desk, "lado", view.ref)
    was = draft.radio("Was the designated officer told?", "told", ["Yes", "No"], index=None, horizontal=True)
    when: datetime | Invalid | None = None
    reference = None
    if was == "Yes":
        when = moment_field(draft, "On", "", desk.now())
        reference = draft.text_input("Their reference", "reference", max_chars=200)
    label = "Why they were not told" if was == "No" else "To whom you spoke, and what they said"
    words = draft.text_area(label, "words", max_chars=10_000)
    draft.told()
    if not st.button("Put it on record", type="primary", key=f"lado_{view.ref}"):
        return
    if was is None:
        st.error("Say whether they were told. What you typed is still here.")
        return
    with errors_shown():
        told_at = taken(when)
        note_lado(desk, view.ref, told_at=told_at, words_of_it=words, reference=reference)
        draft.done()
        told_them = f"that they were told on {moment(told_at)}" if told_at else "that they were not told, and why"
        flash(_SAID, f"On record, with the chronology: {told_them}.")


def _add(desk: Desk, view: ConcernInView) -> None:
    draft = drafts.resume(desk, "concern_subject", view.ref)
    who = draft.text_input(
        "Who",
        "who",
        max_chars=200,
        help="A worker's name or username, a service user's reference, or their name if it is the case's.",
    )
    st.caption("If they work with OKF, everything of this concern is gone for them at this instant, without a trace.")
    why = draft.text_area("Why it is about them too", "why", max_chars=2_000)
    draft.told()
    if st.button("Add them", key=f"add_subject_{view.ref}"):
        with errors_shown():
            add_subject(desk, view.ref, who=who, reason=why)
            draft.done()
            flash(_SAID, "It is about them too.")


def _remove(desk: Desk, view: ConcernInView, standing: list[SubjectLine], seen: int) -> None:
    names = {one.key: one.name for one in standing}
    with st.form(f"remove_subject_{view.ref}", border=False):
        who = st.selectbox("Who", list(names), index=None, format_func=lambda key: plain(names[key]))
        why = st.text_area("Why not", max_chars=2_000, key=f"remove_why_{view.ref}")
        st.caption("Who works with OKF goes on seeing nothing of it: what was done meanwhile was done about them.")
        if not st.form_submit_button("Remove them"):
            return
    if who is None:
        st.error("Choose who it is.")
        return
    with errors_shown():
        remove_subject(desk, view.ref, who=who, reason=why, entries_seen=seen)
        flash(_SAID, "It is no longer about them.")
