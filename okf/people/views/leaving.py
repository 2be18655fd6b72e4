"""The page of leaving: who, what it ends, one action, and then the letter and what they left for others to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import streamlit as st

from okf.clock import london_date
from okf.desk import Desk
from okf.pending import counted
from okf.people.commands.leaving import Left, plan_leaver, record_leaver
from okf.people.queries.leaving import Leaver, leaver, people_here
from okf.policy.chasing import MailState
from okf.shell.dates import day_input, taken
from okf.shell.navigation import go, link
from okf.shell.sheets import Cell, address, facts, sheet
from okf.shell.words import day, errors_shown, moment, told

DONE = "okf_left"
_MAILS = {
    MailState.SENT: "The mail server has taken a mail that tells them so.",
    MailState.WAITING: "A mail that tells them so is in the outbox.",
    MailState.SENDING: "A mail that tells them so is on its way.",
    None: "No mail tells them so: hand them the letter.",
}


def choose(desk: Desk) -> None:
    """Find the person."""
    st.write(
        "One action ends somebody's account, their sessions and every access to a case, at once. What they signed"
        " stays, and so does their duty of confidentiality: it has no end (C15)."
    )
    words = st.text_input("Who leaves? Their name or username", type="search", max_chars=100)
    found = people_here(desk, words or "")
    if not found:
        st.info("Nobody who is still here has such a name.")
        return
    names = dict(found)
    chosen = st.selectbox(
        "Choose them", list(names), index=None, format_func=lambda one: f"{names[one]} ({one})", placeholder="Choose"
    )
    if chosen:
        go("leaving", person=chosen)


def one_person(
    desk: Desk, username: str, *, letter: Callable[[Desk, str], None], tasks: Callable[[Desk, Leaver], None]
) -> None:
    """What leaving ends for them; or, when they have left, what is still to do.

    `letter` offers the letter on the duty that stays, `tasks` the tasks that somebody else takes over.
    """
    found = leaver(desk, username)
    st.header(found.name)
    with st.container():  # always there, so that what stands below keeps its place
        if DONE in st.session_state:
            st.success(_done(st.session_state.pop(DONE)))
    if found.left_at is None:
        _before(desk, found)
    else:
        _after(desk, found, letter, tasks)


def _before(desk: Desk, found: Leaver) -> None:
    facts(
        (
            ("Works with us as", told(found.capacity)),
            ("Signed in now", f"{counted(found.sessions, 'session', 'sessions')} will end"),
            ("Accesses to cases", f"{found.grants} will end"),
            ("Leads as caseworker", f"Of {counted(found.leads, 'party', 'parties')}, who have no lead caseworker then"),
            ("Open tasks", _tasks_in_words(found)),
            ("E-mail", found.email or "none on file: hand them the letter"),
        )
    )
    _hand_over(found)
    sure = st.checkbox(f"{found.name} leaves now. Their accesses don't come back, even if they return.")
    if st.button("Record that they leave", type="primary", disabled=not sure, icon=":material/logout:"):
        with errors_shown():
            st.session_state[DONE] = record_leaver(desk, found.username)
            st.rerun()
    _later(desk, found)


def _hand_over(found: Leaver) -> None:
    if found.cases:
        sheet(
            ("Case", "Leads for"),
            [
                (
                    Cell(one.case_ref, address("case", case=one.case_ref)),
                    counted(one.leads, "party", "parties") if one.leads else "—",
                )
                for one in found.cases
            ],
            caption="To hand over, those first that they lead: on each case, “Hand over”",
        )


def _later(desk: Desk, found: Leaver) -> None:
    if found.last_day is not None:
        st.info(f"{found.name} leaves at the end of {day(found.last_day)}: until then they work on.")
        if st.button("They stay after all"):
            with errors_shown():
                plan_leaver(desk, found.username, None)
                st.rerun()
        return
    today = london_date(desk.now())
    tomorrow = today + timedelta(days=1)
    last_day = day_input(
        "Last day",
        tomorrow,
        today,
        min_value=tomorrow,
        help="They work on to the end of it.",
        key=f"last_day_{found.username}",
        width=220,
    )
    if st.button("They leave on this day", key="plan_leaver"):
        with errors_shown():
            plan_leaver(desk, found.username, taken(last_day))
            st.rerun()


def _after(
    desk: Desk, found: Leaver, letter: Callable[[Desk, str], None], tasks: Callable[[Desk, Leaver], None]
) -> None:
    st.write(f"Left on {moment(found.left_at)}. Their duty of confidentiality goes on.")
    st.caption(_MAILS.get(found.mail, "The mail that tells them so did not go: hand them the letter, or see E-mails."))
    letter(desk, found.username)
    if found.grants:
        st.warning(
            f"They still hold {counted(found.grants, 'access', 'accesses')}; none opens while the account is off."
        )
        if st.button("End them now"):
            with errors_shown():
                st.session_state[DONE] = record_leaver(desk, found.username)
                st.rerun()
    if found.tasks:
        tasks(desk, found)
    elif found.tasks is not None:
        st.info("They left no open task behind.")
    link("Cases without a lead caseworker", "cases", icon=":material/folder_shared:", view="Waiting for a caseworker")


def _tasks_in_words(found: Leaver) -> str:
    if found.tasks is None:
        return "a manager sees them here, and gives them to somebody else"
    return f"{len(found.tasks)}{' and more' if found.more_tasks else ''}: to be given to somebody else"


def _done(left: Left) -> str:
    return (
        f"They have left: the account is off; {counted(left.sessions, 'session', 'sessions')} and"
        f" {counted(left.grants, 'access', 'accesses')} ended;"
        f" {counted(left.tasks, 'open task waits', 'open tasks wait')} for somebody else."
    )
