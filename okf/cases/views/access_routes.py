"""Cases opened without a grant: emergency access with its reviews, and custody of closed cases."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from okf.cases.commands.access_routes import (
    SHORTEST,
    end_custody,
    end_emergency_access,
    open_custody,
    open_emergency_access,
    review_emergency_access,
)
from okf.cases.queries.access_routes import Opened
from okf.cases.queries.custody import custodies_of, custody_in_view, longest_custody
from okf.cases.queries.emergencies import Done, EmergencyReview
from okf.clock import london_date
from okf.desk import Desk
from okf.pending import counted
from okf.policy.words import due_told, until_told
from okf.shell.dates import day_input, taken
from okf.shell.fields import hinted
from okf.shell.navigation import go, link
from okf.shell.sheets import facts, sheet, verbatim
from okf.shell.words import call_with_errors_shown, day, errors_shown, moment, plain, until
from okf.terms import Action

EVERY = 20  # seconds: how often the time left is told anew
_DID = {
    Action.OPEN_CASE: "Opened the case",
    Action.READ_RECORD: "Read",
    Action.ADD_RECORD: "Added a record",
    Action.EXPORT_RECORD: "Exported",
}
JUSTIFIED = {True: "Justified: it could not have waited", False: "Not justified"}


def no_case_named(desk: Desk) -> None:
    """What is shown where the address names no case."""
    st.text("Choose a case in the list.")
    link("To the cases", "cases", icon=":material/arrow_forward:")
    ways(desk, "")


def ways(desk: Desk, case_ref: str) -> None:
    """The ways into a case that the reader can't open: those that their role has, and the request for access."""
    _offer_emergency(desk, case_ref)
    offer_custody(desk, case_ref)
    link("Ask for access to a case", "access_requests", icon=":material/front_hand:", case=case_ref)


def emergency_banner(desk: Desk, opened: Opened) -> None:
    """Until when the case is open, the time left, and a button that ends it; the page reruns when it is over."""
    with st.container(border=True):
        _left(desk, opened)
        hinted(
            st.button,
            "End the emergency access now",
            key="end_emergency",
            icon=":material/logout:",
            on_click=call_with_errors_shown,
            args=(end_emergency_access, desk, opened.id),
            hint="The case closes to you at once. The review stays due.",
        )


def offer_custody(desk: Desk, case_ref: str, *, expanded: bool = False) -> None:
    """The form that opens a closed case, for records custodians."""
    if not desk.decide(Action.OPEN_CUSTODY).allowed:
        return
    today = london_date(desk.now())
    longest = longest_custody(desk)
    with st.expander("Open a closed case as its custodian", icon=":material/inventory_2:", expanded=expanded):
        st.text(
            "To read and export, for a purpose and until a day that you name. Both are on record; nothing can be added"
            " or changed."
        )
        ref = st.text_input("Reference of the closed case", value=case_ref, max_chars=80)
        purpose = st.text_area(
            "Purpose",
            key="custody_purpose",
            max_chars=2000,
            help=f"At least {SHORTEST} characters: whose request it answers, or what must be checked.",
        )
        last = day_input(
            "To the end of",
            today,
            today,
            min_value=today,
            max_value=today + timedelta(days=longest),
            key="custody_until",
            help=f"At most {longest} days ahead.",
        )
        if st.button("Open it", key="custody_open"):
            with errors_shown():
                open_custody(desk, ref.strip(), purpose=purpose, until=taken(last))
                go("case", case=ref.strip())


def custody_banner(desk: Desk, opened: Opened) -> None:
    """That the closed case is open to its custodian, for which purpose and until when, and how it ended."""
    view = custody_in_view(desk, opened.id)
    with st.container(border=True):
        st.warning(
            f"This case is closed. You have opened it as its custodian {until_told(opened.until)}; what you"
            " read is on record.",
            icon=":material/inventory_2:",
        )
        st.caption("Your purpose")
        verbatim(view.purpose)
        if view.closed_at:
            st.caption(f"Closed {day(view.closed_at)} by {view.closed_by or 'somebody'}")
            verbatim("\n".join(filter(None, (view.reason, view.outcome))) or "No reason is on file.")
        st.button(
            "End this custody access now",
            key="end_custody",
            icon=":material/logout:",
            on_click=call_with_errors_shown,
            args=(end_custody, desk, opened.id),
        )


def custody_register(desk: Desk, case_ref: str) -> None:
    """Who opened the case as its custodian, for what and until when: for those who run access."""
    for one in custodies_of(desk, case_ref):
        ended = f", ended {moment(one.ended_at)}" if one.ended_at else ""
        st.caption(f"Custody: {one.name}, from {moment(one.opened_at)} {until_told(one.until)}{ended}")
        verbatim(one.purpose)


def to_review(desk: Desk, one: EmergencyReview) -> None:
    """One that waits, with the form that reviews it."""
    with st.container(border=True):
        _facts_of(one)
        if one.goes_on:
            st.warning(
                f"It goes on {until_told(one.until)}. Your review ends it now: wait if they still need it.",
                icon=":material/timer:",
            )
        with st.form(f"review_{one.id}", border=False):
            justified = st.radio(
                "Was it justified?",
                list(JUSTIFIED),
                index=None,
                format_func=JUSTIFIED.__getitem__,
                key=f"justified_{one.id}",
            )
            finding = st.text_area(
                "What you found (name nobody of the family)",
                key=f"finding_{one.id}",
                max_chars=4000,
                help="Whether it was needed at that moment, and whether more was read than was needed.",
            )
            if st.form_submit_button("Save the review"):
                if justified is None:
                    st.error("Say first whether it was justified.")
                    return
                with errors_shown():
                    review_emergency_access(desk, one.id, justified=justified, finding=finding)
                    st.session_state["okf_reviewed"] = one.id
                    st.rerun()


def reviewed(one: EmergencyReview) -> None:
    """One that was reviewed, with what was found."""
    verdict = "Justified" if one.justified else "Not justified" if one.justified is False else "Reviewed"
    with st.expander(plain(f"{verdict}: {one.name}, {one.case_ref}, {moment(one.opened_at)}")):
        _facts_of(one)
        st.caption(f"Reviewed {moment(one.reviewed_at)} by {plain(one.reviewed_by or 'somebody')}")
        verbatim(one.finding or "—")


def _offer_emergency(desk: Desk, case_ref: str) -> None:
    """The form for emergency access, for those whose role includes it."""
    if not desk.decide(Action.OPEN_EMERGENCY_ACCESS).allowed:
        return
    with st.expander("Open a case in an emergency", icon=":material/emergency:"), st.form("emergency", border=False):
        st.text("For a few hours, without a grant. Somebody else reviews it by the end of the next working day.")
        st.text("You will read all of this one case: both sides, the children, and what mediators and therapists keep.")
        ref = st.text_input("Reference of the case", value=case_ref, max_chars=80)
        reason = hinted(
            st.text_area,
            "Why it cannot wait",
            key="emergency_reason",
            max_chars=4000,
            hint=f"At least {SHORTEST} characters. Whoever reviews it reads this.",
        )
        if st.form_submit_button("Open it now"):
            with errors_shown():
                open_emergency_access(desk, ref.strip(), reason=reason)
                go("case", case=ref.strip())


@st.fragment(run_every=EVERY)
def _left(desk: Desk, opened: Opened) -> None:
    left = opened.until - desk.now()
    if left <= timedelta():
        st.rerun()
    st.warning(
        f"Emergency access {until_told(opened.until)}: {_in_words(left)} left. Somebody else will review it; what you"
        " read is on record.",
        icon=":material/emergency:",
    )


def _in_words(left: timedelta) -> str:
    minutes = int(left.total_seconds() // 60)
    if minutes < 1:
        return "less than a minute"
    hours, minutes = divmod(minutes, 60)
    said = [counted(hours, "hour", "hours")] if hours else []
    said += [counted(minutes, "minute", "minutes")] if minutes or not hours else []
    return " ".join(said)


def _facts_of(one: EmergencyReview) -> None:
    st.markdown(f"**{plain(one.name)}** opened case **{plain(one.case_ref)}**")
    ended = "goes on" if one.goes_on else "ended early" if one.ended_early else "ran out"
    facts(
        [
            ("Opened", moment(one.opened_at)),
            ("Until", f"{until(one.until)} ({ended})"),
            ("Review due", f"{'OVERDUE, was due ' if one.overdue else ''}{due_told(one.due)}"),
        ]
    )
    st.caption("The reason they gave")
    verbatim(one.reason)
    if not one.done:
        st.text("The record shows nothing that was opened or read in it.")
        return
    sheet(
        ("When", "What"),
        [(moment(done.at), _did(done)) for done in one.done],
        caption="What the audit record says they did in it",
    )
    if one.more:
        st.caption("The record has more: look there under this case.")


def _did(done: Done) -> str:
    said = _DID.get(done.action, done.action.value.replace("_", " ").capitalize())
    said = f"{said}: {done.what}" if done.what else said
    if done.records:
        said += f" ({', '.join(done.records)})"
    return f"Refused: {said}" if done.refused else said
