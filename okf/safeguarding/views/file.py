"""One concern on the screen, whole for those who work it, and the forms by which they do."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.errors import CasebookError
from okf.safeguarding.commands.concerns import NARRATIVE, TRIAGED_AS, end_concern, triage_concern
from okf.safeguarding.queries.concern import ConcernInView, OwnReport
from okf.safeguarding.views import add as concern_add, chronology as concern_chronology, lying as concern_lying
from okf.safeguarding.views.lying import late_told, when_told
from okf.safeguarding.views.queue import due_told, led_by, time_left
from okf.shell.navigation import link
from okf.shell.sheets import badge_line, facts, verbatim
from okf.shell.words import day, moment, plain, told
from okf.terms import ENDED_CONCERN, Severity
from okf.terms.concerns import ConcernCategory
from okf.terms.decisions import Threshold

_SAVED: Final = "okf_concern_saved"


def head(view: ConcernInView, at: datetime) -> None:
    """Severity, time and people of a concern: what every one of its tabs is about."""
    left = (
        f"Ended {moment(view.ended_at)}" if view.ended_at else f"{time_left(view.due_at, at)} ({due_told(view.due_at)})"
    )
    badge_line(view.severity, told(view.severity), f"{told(view.status)}. {left}", late=_late(view, at))
    rows = [
        ("About", ", ".join(view.about) or "Nobody who is on file"),
        ("Category", ", ".join(told(one) for one in (view.category, *view.also))),
        ("Threshold", told(view.threshold)),
        ("Lead", led_by(view.leading)),
        ("Next review", day(view.next_review_on)),
        ("Raised by", f"{view.raised_by}, {moment(view.report.raised_at)}"),
    ]
    facts(rows)
    if view.case_ref:
        link(f"Open case {view.case_ref}", "case", icon=":material/folder_open:", case=view.case_ref)


def account(report: OwnReport) -> None:
    """What was seen or said, verbatim, and what else was told when it was raised."""
    st.header("What was seen or said")
    verbatim(report.account or "Nothing was written down.")
    if report.opinion:
        st.markdown("**What the person who raised it thinks about it**")
        verbatim(report.opinion)
    told_too = [
        ("Who saw or said it", report.said_by),
        ("Where", report.seen_where),
        ("When", when_told(report.seen_on, report.seen_at)),
        ("When, in words", report.seen_when),
        ("Written down", late_told(report.late, report.late_because)),
        ("Done already", report.actions_taken),
        ("About, as it was typed", report.about),
        ("Case, as it was typed", report.case),
    ]
    rows = [(what, words) for what, words in told_too if words]
    if rows:
        facts(rows)


def work(desk: Desk, view: ConcernInView) -> None:
    """Its words and chronology, and the forms by which a lead triages, adds to and ends it."""
    if view.added_to:
        st.info("Who raised it has added something that nobody has answered: it stands in the chronology.")
    account(view.report)
    concern_lying.shown(view.lying, desk)
    concern_lying.mails(view.mails, view.severity)
    concern_chronology.lines(view)
    if not view.works:
        return  # who only reads a decision again changes nothing here
    shown = f"okf_seen_{view.ref}"
    seen = st.session_state.get(shown, len(view.entries))
    st.session_state[shown] = len(view.entries)  # what is on the screen now: the next form sent goes by it
    if st.session_state.pop(_SAVED, None) == view.ref:
        st.success("It is on record.")
    if view.ended_at is None:
        st.header("Triage")
        _triage(desk, view, seen)
    if concern_add.form(desk, view, seen):
        _saved(view)
    if view.ended_at is None:
        with st.expander("End this concern"):
            _end(desk, view, seen)
    concern_chronology.correct(desk, view)


def _triage(desk: Desk, view: ConcernInView, seen: int) -> None:
    names = dict(view.leads)
    lead_first = view.lead if view.lead in names else desk.actor
    with st.form(_key(view, "triage")):
        one, two = st.columns(2)
        severity = one.selectbox(
            "Severity", list(Severity), _at(list(Severity), view.severity), format_func=told, key=_key(view, "severity")
        )
        status = two.selectbox(
            "Status", TRIAGED_AS, _at(TRIAGED_AS, view.status), format_func=told, key=_key(view, "status")
        )
        lead = one.selectbox(
            "Lead", list(names), _at(list(names), lead_first), format_func=names.__getitem__, key=_key(view, "lead")
        )
        category = two.selectbox(
            "Category",
            list(ConcernCategory),
            _at(list(ConcernCategory), view.category, None),
            format_func=told,
            key=_key(view, "category"),
        )
        threshold = one.selectbox(
            "Threshold",
            list(Threshold),
            _at(list(Threshold), view.threshold, None),
            format_func=told,
            key=_key(view, "threshold"),
        )
        also = two.multiselect(
            "Also",
            list(ConcernCategory),
            list(view.also),
            format_func=told,
            key=_key(view, "also"),
            placeholder="Further categories",
            select_all=False,
        )
        review = one.date_input("Next review", value=None, format="DD/MM/YYYY", key=_key(view, "review"))
        one.caption(
            "In a day, a week, a fortnight or a month, as the severity asks, if you leave it empty; sooner if you"
            " choose a day."
        )
        note = st.text_area("Why", key=_key(view, "triage_note"), max_chars=NARRATIVE)
        if not st.form_submit_button("Save the triage", type="primary"):
            return
    if lead is None or severity is None or status is None:
        st.error("There is nobody who could lead it. Ask a manager to name a safeguarding lead.")
        return
    try:
        triage_concern(
            desk,
            view.ref,
            severity=severity,
            status=status,
            lead=lead,
            note=note,
            category=category,
            also=also,
            threshold=threshold,
            next_review_on=review,
            entries_seen=seen,
        )
    except CasebookError as error:
        st.error(plain(str(error)))
        return
    _saved(view)


def _end(desk: Desk, view: ConcernInView, seen: int) -> None:
    with st.form(_key(view, "end"), border=False):
        status = st.selectbox("How it ends", sorted(ENDED_CONCERN), format_func=told)
        outcome = st.text_area("Outcome", key=_key(view, "end_text"), max_chars=NARRATIVE)
        lessons = st.text_area(
            "Lessons",
            key=_key(view, "end_lessons"),
            max_chars=NARRATIVE,
            help="What OKF does differently from now on. If there is nothing to learn, write that.",
        )
        sure = st.checkbox("I have read the whole chronology", key=_key(view, "end_sure"))
        if not st.form_submit_button("End it"):
            return
    if not sure:
        st.error("Tick that you have read the chronology, then end it. What you typed is still here.")
        return
    try:
        end_concern(desk, view.ref, status=status, outcome=outcome, lessons=lessons, entries_seen=seen)
    except CasebookError as error:
        st.error(plain(str(error)))
        return
    _saved(view)


def _late(view: ConcernInView, at: datetime) -> bool:
    return view.ended_at is None and view.due_at <= at


def _at(options: object, value: object, otherwise: int | None = 0) -> int | None:
    listed = list(options)  # type: ignore[call-overload]
    return listed.index(value) if value in listed else otherwise


def _key(view: ConcernInView, name: str) -> str:
    """New keys after each thing saved, so that its form is empty; the same ones after an error."""
    return f"okf_{name}_{view.ref}_{st.session_state.get(f'okf_done_{view.ref}', 0)}"


def _saved(view: ConcernInView) -> None:
    done = f"okf_done_{view.ref}"
    st.session_state[done] = st.session_state.get(done, 0) + 1
    st.session_state[_SAVED] = view.ref
    st.rerun()
