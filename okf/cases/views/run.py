"""What managers and leads do to a case: grant, hand over, decide on matches, change its status, close, reopen."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import streamlit as st

from okf.cases.commands.cases import HEAVIEST, change_case_status, close_case, reopen_case, weigh_case
from okf.cases.commands.handovers import hand_over
from okf.cases.commands.match_reports import decide_match
from okf.cases.queries.access import access_to, parts_of
from okf.cases.queries.case import CaseView
from okf.cases.queries.closing import Checklist, closing_checklist, may_ask_to_close
from okf.cases.queries.handovers import handover_notes
from okf.cases.queries.match_reports import Finding, Report, reports_on
from okf.cases.views import allocation, families, look_first
from okf.cases.views.allocation import people_with_load
from okf.clock import london_date, start_of
from okf.desk import Desk
from okf.intake.views.matches import SAID
from okf.policy.scopes import for_a_mediator
from okf.shell.dates import taken
from okf.shell.drafts import views as drafts
from okf.shell.navigation import link
from okf.shell.sheets import facts, verbatim
from okf.shell.words import day, errors_shown, moment, plain, told
from okf.terms import Action, CaseStatus
from okf.terms.caseload import CAME_TO
from okf.terms.intake import MatchOutcome

OUTCOMES: Final = {
    MatchOutcome.NOT_THE_SAME: "Not the same person: the case goes on, and they are not shown as alike again",
    MatchOutcome.KEPT_APART: "The same person: the case goes on, with workers who don't work on the other case",
    MatchOutcome.NOT_TAKEN_ON: "Not taken on: nobody is allocated",
}
EVERYTHING = "everything"


def run(desk: Desk, view: CaseView) -> None:
    """The forms that this person may use on this case as it stands."""
    closed = view.status is CaseStatus.CLOSED
    _reports(desk, view)
    look_first.on_case(desk, view.ref)
    allocation.just_given()
    if Action.GRANT in view.may:
        with st.expander("Grant access", icon=":material/person_add:", expanded=bool(view.unallocated_since)):
            allocation.give(desk, view.ref)
        with st.expander("Who sees what now", icon=":material/visibility:"):
            allocation.matrix(desk, view.ref)
        with st.expander("Hand over", icon=":material/swap_horiz:"):
            _hand_over(desk, view)
    if Action.CHANGE_CASE in view.may:
        with st.expander("Change the status", icon=":material/flag:"), st.form("status", border=False):
            options = [one for one in CaseStatus if one is not CaseStatus.CLOSED]
            status = st.selectbox("Status", options, format_func=told)
            if st.form_submit_button("Change"):
                with errors_shown():
                    change_case_status(desk, view.ref, status=status)
                    allocation.say_above(f"The case is now: {told(status).lower()}.")
        with st.expander("What it counts as", icon=":material/scale:"), st.form("weight", border=False):
            weight = st.slider(
                "Counts as so many ordinary cases",
                1,
                HEAVIEST,
                value=view.complexity,
                help="Against the number that its caseworker can carry.",
            )
            if st.form_submit_button("Change"):
                with errors_shown():
                    weigh_case(desk, view.ref, complexity=weight)
                    allocation.say_above(f"The case counts as {weight} from now on.")
    if Action.LINK_CASES in view.may:
        with st.expander("Other cases of the family", icon=":material/family_history:"):
            families.on_case(desk, view)
    if not closed and may_ask_to_close(desk, view.ref):
        with st.expander("Close the case", icon=":material/lock:"):
            _close(desk, view)
    if Action.REOPEN_CASE in view.may and closed:
        with st.expander("Reopen the case", icon=":material/lock_open:"):
            _reopen(desk, view)


def handed_over(desk: Desk, view: CaseView) -> None:
    """The notes left for those who took over, as far as the reader may read them."""
    for one in handover_notes(desk, view.ref):
        with st.expander(plain(f"Handed over by {one.from_name} to {one.to_name}, {moment(one.at)}")):
            verbatim(one.note)


def _reports(desk: Desk, view: CaseView) -> None:
    """The matches found when the family was registered, if there were any."""
    found = [one for one in reports_on(desk, view.ref) if one.findings]
    waits = any(one.waits for one in found)
    if waits:
        st.warning("Nobody can be allocated yet: somebody here may be in another case. Decide below first.")
    if not found:
        return
    with st.expander("Possible matches", icon=":material/group_search:", expanded=waits):
        for one in found:
            _report(desk, view.ref, one)


def _report(desk: Desk, case_ref: str, report: Report) -> None:
    st.caption(plain(f"Found on {moment(report.made_at)}, when {report.made_by} registered the family. Frozen."))
    for one in report.findings:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(_finding(one))
            link(f"Case {one.other_case}", "case", case=one.other_case, icon=":material/folder_open:")
    for decided in report.decisions:
        st.text(f"{day(decided.decided_at)}, {decided.decided_by}: {OUTCOMES[decided.outcome]}")
        st.caption(plain(decided.why))
    st.caption("Names stay with the caseworkers: ask them before you decide. A later decision takes the place of this.")
    with st.form(f"decide_{report.ref}", border=False):
        outcome = st.radio("Decision", list(OUTCOMES), index=None, format_func=OUTCOMES.__getitem__)
        why = st.text_area("Why, and whom you asked", max_chars=2_000, key=f"why_{report.ref}")
        if st.form_submit_button("Decide"):
            if outcome is None:
                st.error("Choose a decision first.")
                return
            with errors_shown():
                decide_match(desk, case_ref, report.ref, outcome=outcome, why=why)
                st.rerun()


def _finding(one: Finding) -> str:
    because = "; ".join(one.reasons)
    asked = f" Lead caseworkers there: {', '.join(one.caseworkers)}." if one.caseworkers else " It has no caseworker."
    said = plain(f"{one.here} of this case, {one.there} of the other: {because}.{asked}")
    return f"**{SAID[one.confidence]}:** {said}"


def _hand_over(desk: Desk, view: CaseView) -> None:
    """The form of a handover: one access ends in the moment in which the other starts."""
    found = access_to(desk, view.ref)
    held = [
        row
        for row in found.rows
        if (row in found.live or row.orphaned)
        and row.since <= desk.now()
        and not for_a_mediator(row.record_classes)  # another mediator is named instead
    ]
    if not held:
        st.text("Nobody holds access that could be handed over: grant access instead.")
        return
    parts = parts_of(desk, view.ref)
    draft = drafts.resume(desk, "handover", view.ref, action=Action.GRANT)
    names = {row.person: f"{row.name}, whose account is off" if row.orphaned else row.name for row in held}
    old = draft.selectbox("From", "from", list(names), index=None, format_func=names.__getitem__)
    leads = [row.lead_for for row in held if row.person == old and row.lead_for]
    what = draft.radio(
        "What",
        "what",
        [EVERYTHING, *leads],
        format_func=lambda one: "All that they hold here" if one == EVERYTHING else f"Lead for {parts.people[one]}",
    )
    people = people_with_load(desk, view.ref, "find_next", lead_for=None if what == EVERYTHING else what)
    to = draft.selectbox(
        "To",
        "to",
        [one for one in people if one != old],
        index=None,
        format_func=lambda one: allocation.in_words(people[one]),
    )
    all_the_same = to is None or allocation.all_the_same(people[to], f"handover_all_the_same_{to}")
    tomorrow = london_date(desk.now()) + timedelta(days=1)
    on = draft.date_input("On (empty: at once)", "on", min_value=tomorrow)
    note = draft.text_area(
        "What they must know first",
        "note",
        max_chars=20_000,
        hint="Whoever takes over reads it on the case. Write what one party told us only if it is for this side.",
    )
    st.caption("Open tasks and coming appointments go along; on a date, those from that day on.")
    if old and to and what and all_the_same:
        passed = [row for row in held if row.person == old and what in (EVERYTHING, row.lead_for)]
        allocation.tell_handed(desk, passed, names[old], people[to])
    draft.told()
    sure = st.checkbox("One access ends and the other starts", key="handover_sure")
    if not st.button("Hand over", type="primary", key="handover_save"):
        return
    if not (old and to and what and sure and all_the_same and note.strip()):
        st.error("Choose from whom and to whom, write what they must know first, and tick every box.")
        return
    with errors_shown():
        day_ = taken(on)
        hand_over(
            desk,
            view.ref,
            from_person=old,
            to_person=to,
            party=None if what == EVERYTHING else what,
            on=start_of(day_) if day_ else None,
            note=note,
        )
        draft.done()
        st.success(f"{plain(people[to].name)} takes over{f' on {day(day_)}' if day_ else ' from now on'}.")


def _close(desk: Desk, view: CaseView) -> None:
    """What stands open, who loses access, and the form that closes."""
    found = closing_checklist(desk, view.ref)
    _checklist(found)
    draft = drafts.resume(desk, "closing", view.ref, action=Action.CLOSE_CASE)
    reason = draft.text_area("Reason for closing", "reason", max_chars=500)
    outcome = draft.text_area(
        "What came of it",
        "outcome",
        max_chars=20_000,
        hint="Kept with the case, for whoever opens it again: what was agreed, what helps, what to watch for.",
    )
    came_to = st.selectbox(
        "In one word, for the figures",
        list(CAME_TO),
        index=None,
        format_func=told,
        key="close_came_to",
        placeholder="Choose what fits best",
    )
    draft.told()
    sure = st.checkbox("Close it, and end everybody's access", key="close_sure")
    if not st.button("Close the case", type="primary", key="close_save"):
        return
    if not sure:
        st.error("Tick the box first: closing ends everybody's access.")
        return
    with errors_shown():
        close_case(desk, view.ref, reason=reason, outcome=outcome, came_to=came_to)
        draft.done()
        allocation.say_above("The case is closed. It has left everybody's list.")


def _checklist(found: Checklist) -> None:
    until = "Not known: a date of birth is missing"
    if found.kept_until:
        until = day(found.kept_until) if found.to_the_day else f"some day in {found.kept_until.year}"
    facts(
        [
            ("Concerns", "An open concern asks for the safeguarding lead's word: Casebook asks as you close."),
            ("Open tasks", _count(found.tasks, "to be done or handed on first")),
            ("Appointments to come", _count(found.appointments, "to be cancelled or kept first")),
            (
                "Drafts",
                _count(
                    found.drafts,
                    "half-written on this case. Their writers are told, and have a day to save a record; then they go",
                ),
            ),
            ("Shares waiting", _count(found.shares, "to be sent or refused first")),
            ("Mediations going on", _count(found.mediations, "which end with the case, and their sessions with them")),
            ("Lose access at this moment", plain(", ".join(found.losing)) or "Nobody holds access"),
            ("Proposed to be kept until", until),
        ]
    )


def _count(number: int, what: str) -> str:
    return f"{number}: {what}" if number else "None"


def _reopen(desk: Desk, view: CaseView) -> None:
    """Reopen the case, and give somebody access in the same step; no earlier access comes back."""
    st.text("No earlier access comes back. Choose who works on it now; more can be given afterwards.")
    new = None
    if st.toggle("Give somebody access in the same step", value=True, key="reopen_with"):
        new = allocation.chosen_for(desk, view.ref)
        if new is None:
            return
        allocation.tell(desk, view.ref, new)
    if st.button("Reopen the case", type="primary", key="reopen_save"):
        with errors_shown():
            reopen_case(desk, view.ref, grants=[new] if new else [])
            allocation.say_above("The case is open again." + ("" if new else " Nobody holds access to it yet."))
