"""One concern on the screen: its head, its words and chronology with their forms, and its raiser's own report (C9)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from okf.desk import Desk
from okf.errors import CasebookError
from okf.safeguarding.commands.chronology import ENTRIES, NARRATIVE, add_to_concern, add_to_own_report, correct_entry
from okf.safeguarding.commands.concerns import TRIAGED_AS, end_concern, triage_concern
from okf.safeguarding.queries.concern import ClosedConcern, ConcernInView, Entry, OwnReport
from okf.safeguarding.queries.unfinished import keeps_open
from okf.safeguarding.views import attachments, clocks, fields, own_report as own
from okf.safeguarding.views.attachments import LATE, late_told, when_told
from okf.safeguarding.views.handover import led_by
from okf.safeguarding.views.outside import numbers_to_ring
from okf.shell.dates import taken
from okf.shell.drafts import views as drafts
from okf.shell.navigation import link
from okf.shell.sheets import Cell, badge_line, facts, sheet, verbatim
from okf.shell.words import errors_shown, moment, plain, shortened, told
from okf.terms import ENDED_CONCERN, Action, Severity
from okf.terms.concerns import SOMEBODY_ELSE, ConcernCategory
from okf.terms.decisions import Threshold

_SAVED: Final = "okf_concern_saved"
T = TypeVar("T")


def head(view: ConcernInView, at: datetime) -> None:
    """The head of a concern's page, over every tab: severity, all clocks that run, lead, whom it is about."""
    first, *more = view.clocks or (None,)
    stands = f"Ended {moment(view.ended_at)}. " if view.ended_at else ""
    stands += clocks.in_words(first, at) if first else ""
    badge_line(
        view.severity,
        told(view.severity),
        f"{told(view.status)}. {stands}",
        late=first is not None and first.due_at <= at,
    )
    rows: list[tuple[str, Cell | str]] = [
        ("About", ", ".join(view.about) or "Nobody who is on file"),
        ("Category", ", ".join(told(one) for one in (view.category, *view.also))),
        ("Threshold", told(view.threshold)),
        ("Lead", led_by(view.leading)),
        ("Taken up", moment(view.taken_at) if view.taken_at else "Nobody has said yet that they have it"),
        *([("Due too", clocks.in_lines(more, at))] if more else []),
        ("Raised by", f"{view.raised_by}, {moment(view.report.raised_at)}"),
    ]
    facts(rows)
    if view.case_ref:
        link(f"Open case {view.case_ref}", "case", icon=":material/folder_open:", case=view.case_ref)


def _account(report: OwnReport) -> None:
    """What the report says: what was seen or said, verbatim, and the other fields."""
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
    """The tab Concern: its words and chronology, and the forms to triage it, add to it, end it and correct a line."""
    if view.added_to:
        st.info("Who raised it has added something that nobody has answered: it stands in the chronology.")
    _account(view.report)
    attachments.shown(view.attachments, desk)
    attachments.mails(view.mails, view.severity)
    _lines(view)
    if not view.works:
        return  # a second reader changes nothing here
    seen = fields.entries_shown(view)
    with st.container():  # always there, so that what stands below keeps its place
        if st.session_state.pop(_SAVED, None) == view.ref:
            st.success("It is on record.")
    if view.ended_at is None:
        st.header("Triage")
        _triage(desk, view, seen)
    if _add(desk, view, seen):
        _saved(view)
    if view.ended_at is None:
        with st.expander("End this concern"):
            _end(desk, view, seen)
    _offer_correction(desk, view)


def closed(view: ClosedConcern) -> None:
    """One that somebody else works on, which the reader no longer does."""
    badge_line(view.severity, told(view.severity), f"Raised {moment(view.raised_at)}")
    st.info(f"{SOMEBODY_ELSE}: nothing is to be done by you.")


def own_report(desk: Desk, report: OwnReport) -> None:
    """What the reader reported and has added since, in their own words, and that it was received."""
    st.text(f"You raised this on {moment(report.raised_at)}. It was received and is on record for the leads.")
    own.first_read(desk, report.ref)
    st.caption("What comes of it is not shown here. What you add reaches those who work on it, whatever became of it.")
    own.if_nothing_is_heard(desk, report.ref)
    numbers_to_ring(desk)
    own.on_paper(desk, report.ref)
    _account(report)
    attachments.shown(report.attachments)
    for one in report.added:
        told = when_told(one.happened_on, one.happened_at)
        late = late_told(one.late, one.late_because)
        st.subheader(f"You added this on {moment(one.entered_at)}")
        verbatim("\n".join(filter(None, (one.text, told and f"When it was: {told}", late))))
    _add_to_own(desk, report)
    link("Raise another concern", "raise_concern", icon=":material/add_alert:")


def _triage(desk: Desk, view: ConcernInView, seen: int) -> None:
    names = dict(view.leads)
    leads = list(names)
    lead_first = view.lead if view.lead in names else desk.actor
    with st.form(_key(view, "triage")):
        one, two = st.columns(2)
        severity = _choice(one, view, "Severity", list(Severity), view.severity)
        status = _choice(two, view, "Status", TRIAGED_AS, view.status, otherwise=0)
        lead = one.selectbox(
            "Lead", leads, _at(leads, lead_first, 0), format_func=names.__getitem__, key=_key(view, "lead")
        )
        category = _choice(two, view, "Category", list(ConcernCategory), view.category)
        threshold = _choice(one, view, "Threshold", list(Threshold), view.threshold)
        also = two.multiselect(
            "Also",
            list(ConcernCategory),
            list(view.also),
            format_func=told,
            key=_key(view, "also"),
            placeholder="Further categories",
            select_all=False,
        )
        one.caption(
            "A triage ends no clock: it is still to be decided on. A higher severity starts the tighter clock now; a"
            " lower one leaves the older where that is tighter."
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
            entries_seen=seen,
        )
    except CasebookError as error:
        st.error(plain(str(error)))
        return
    _saved(view)


def _choice(
    place: DeltaGenerator,
    view: ConcernInView,
    label: str,
    options: Sequence[T],
    first: T | None,
    otherwise: int | None = None,
) -> T | None:
    return place.selectbox(
        label, options, _at(options, first, otherwise), format_func=told, key=_key(view, label.lower())
    )


def _end(desk: Desk, view: ConcernInView, seen: int) -> None:
    if waits := keeps_open(desk, view.ref):
        st.info("It ends once this is done:\n" + "\n".join(f"- {plain(one[0].upper() + one[1:])}." for one in waits))
        for part in ("Decisions", "Checklists"):
            link(f"The tab {part}", "concern", icon=":material/arrow_forward:", ref=view.ref, part=part)
        return
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


def _add(desk: Desk, view: ConcernInView, seen: int) -> bool:
    """The form that adds a line; whether it was added. `seen` is how long the chronology was when it was read."""
    draft = drafts.resume(desk, "concern_entry", view.ref, action=Action.RAISE_CONCERN)
    with st.expander("Add to the chronology: a person told, an action taken, a note", expanded=draft.begun):
        what = draft.selectbox("Kind", "what", ENTRIES) or ENTRIES[0]
        text = draft.text_area(
            "What happened: who was told, by whom, when, what they said", "text", height=120, max_chars=NARRATIVE
        )
        happened, uploads = fields.addition(desk, draft)
        sent = st.button("Add it", key=f"okf_add_{view.ref}")
        draft.told()
    if sent:
        try:
            add_to_concern(
                desk,
                view.ref,
                what=what,
                text=text,
                happened=taken(happened),
                parts=fields.parts(draft, uploads),
                entries_seen=seen,
            )
            draft.done()
            return True
        except CasebookError as error:
            st.error(plain(f"{error} What you typed is still here."))
    return False


def _lines(view: ConcernInView) -> None:
    """The chronology, oldest line first."""
    st.header("Chronology")
    numbers = _numbered(view.entries)
    titles = ("No.", "When", "Who", "What", "In their words")
    sheet(titles, [_line(one, numbers) for one in view.entries], caption="Everything done about it, oldest first")


def _line(entry: Entry, numbers: dict[int, int]) -> tuple[Cell | str, ...]:
    late = f"\n\nWritten down late because: {entry.late_because}" if entry.late_because else ""
    return (
        str(numbers[entry.id]),
        moment(entry.entered_at),
        entry.by,
        Cell(_said_of(entry, numbers), late=entry.late or entry.what == LATE),
        Cell(f"{entry.text}{late}", struck=entry.corrected_by is not None) if entry.text else "—",
    )


def _said_of(entry: Entry, numbers: dict[int, int]) -> str:
    """What a line tells, when that happened, which line it corrects and which line corrects it."""
    what = entry.what if entry.corrects is None else f"{entry.what} of no. {numbers[entry.corrects]}"
    if when := when_told(entry.happened_on, entry.happened_at):
        what = f"{what}. {LATE}: it happened {when}" if entry.late else f"{what}. It happened {when}"
    return what if entry.corrected_by is None else f"{what}. Corrected by no. {numbers[entry.corrected_by]}"


def _numbered(entries: tuple[Entry, ...]) -> dict[int, int]:
    """The number of each line within its chronology, by its id."""
    return {one.id: number for number, one in enumerate(entries, 1)}


def _offer_correction(desk: Desk, view: ConcernInView) -> None:
    """The form that corrects a line, if any has words."""
    open_ones = {one.id: one for one in view.entries if one.text and one.corrected_by is None}
    if open_ones:
        with st.expander("Correct a line of the chronology"):
            _correct(desk, view, open_ones, _numbered(view.entries))


def _correct(desk: Desk, view: ConcernInView, entries: dict[int, Entry], numbers: dict[int, int]) -> None:
    draft = drafts.resume(desk, "concern_correction", view.ref)
    which = draft.selectbox(
        "Line",
        "entry",
        list(entries),
        index=None,
        placeholder="Choose its number",
        format_func=lambda key: f"No. {numbers[key]}: {shortened(entries[key].text or '', 60)}",
    )
    text = draft.text_area("What is right", "text", max_chars=NARRATIVE)
    reason = draft.text_input("Reason for the correction", "reason", max_chars=1_000)
    st.caption("Nothing is taken away: the line stays where it is, struck through, and yours follows at the end.")
    if st.button("Save the correction", key=f"okf_correct_{view.ref}"):
        if which is None:
            st.error("Choose the line first.")
            return
        with errors_shown():
            correct_entry(desk, view.ref, which, text=text, reason=reason)
            draft.done("The correction is on record, at the end of the chronology.")
    draft.told()


def _at(options: Sequence[T], value: T | None, otherwise: int | None = None) -> int | None:
    return options.index(value) if value in options else otherwise


def _key(view: ConcernInView, name: str) -> str:
    """A widget's key: another one after each thing saved, so that the form is empty; the same one after an error."""
    return f"okf_{name}_{view.ref}_{st.session_state.get(f'okf_done_{view.ref}', 0)}"


def _saved(view: ConcernInView) -> None:
    done = f"okf_done_{view.ref}"
    st.session_state[done] = st.session_state.get(done, 0) + 1
    st.session_state[_SAVED] = view.ref
    st.rerun()


def _add_to_own(desk: Desk, report: OwnReport) -> None:
    draft = drafts.resume(desk, "own_report", report.ref, action=Action.RAISE_CONCERN)
    with st.expander("Add something you forgot, or that is new", icon=":material/add_notes:", expanded=draft.begun):
        st.text("What stands above stays as it is. What you write here follows it.")
        text = draft.text_area("What you forgot, or what is new", "text", height=120, max_chars=NARRATIVE)
        happened, uploads = fields.addition(desk, draft)
        sent = st.button("Add it to your report", type="primary", key="add_to_report")
        draft.told()
    if sent:
        with errors_shown():
            add_to_own_report(desk, report.ref, text=text, happened=taken(happened), parts=fields.parts(draft, uploads))
            draft.done("It is on record with your report.")
