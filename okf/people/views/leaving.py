"""The page of leaving: who, what it ends, one action, and then the letter and what they left for others to do."""

from __future__ import annotations

import streamlit as st

from okf.cases.commands.tasks import reassign_task
from okf.desk import Desk
from okf.people.commands.leaving import Left, record_leaver
from okf.people.papers.duty_letter import duty_letter
from okf.people.queries.leaving import Leaver, TaskLeft, duty_letter_of, leaver, people_here
from okf.policy.chasing import MailState
from okf.shell.downloads import unique_name
from okf.shell.links import go, link
from okf.shell.sheets import facts, sheet
from okf.shell.words import day, moment, told, told_plainly

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


def one_person(desk: Desk, username: str) -> None:
    """What leaving ends for them; or, when they have left, what is still to do."""
    found = leaver(desk, username)
    st.header(found.name)
    if DONE in st.session_state:
        st.success(_done(st.session_state.pop(DONE)))
    if found.left_at is None:
        _before(desk, found)
    else:
        _after(desk, found)


def _before(desk: Desk, found: Leaver) -> None:
    facts(
        (
            ("Works with us as", told(found.capacity)),
            ("Signed in now", f"{found.sessions} session(s) will end"),
            ("Accesses to cases", f"{found.grants} will end"),
            ("Leads as caseworker", f"{found.leads} time(s): those parties stand without a lead caseworker then"),
            ("Open tasks", _tasks_in_words(found)),
            ("E-mail", found.email or "none on file: hand them the letter"),
        )
    )
    sure = st.checkbox(f"{found.name} leaves now. Their accesses don't come back, even if they return.")
    if st.button("Record that they leave", type="primary", disabled=not sure, icon=":material/logout:"):
        with told_plainly():
            st.session_state[DONE] = record_leaver(desk, found.username)
            st.rerun()


def _after(desk: Desk, found: Leaver) -> None:
    st.write(f"Left on {moment(found.left_at)}. Their duty of confidentiality goes on.")
    st.caption(_MAILS.get(found.mail, "The mail that tells them so did not go: hand them the letter, or see Mails."))
    st.download_button(
        "Print the letter (PDF)",
        lambda: duty_letter(duty_letter_of(desk, found.username)),
        file_name=unique_name("continuing-duty", "pdf"),
        mime="application/pdf",
        on_click="ignore",
        icon=":material/print:",
    )
    if found.grants:
        st.warning(f"They still hold {found.grants} access(es), which open nothing while the account is off.")
        if st.button("End them now"):
            with told_plainly():
                st.session_state[DONE] = record_leaver(desk, found.username)
                st.rerun()
    if found.tasks:
        _tasks(desk, found, found.tasks)
    elif found.tasks is not None:
        st.info("They left no open task behind.")
    link("Cases without a lead caseworker", "cases", icon=":material/folder_shared:", unallocated="true")


def _tasks(desk: Desk, found: Leaver, tasks: tuple[TaskLeft, ...]) -> None:
    st.subheader("Open tasks to give to somebody else")
    sheet(
        ("Task", "Case", "Due", "May go to"),
        [
            (one.ref, one.case_ref, day(one.due_on), ", ".join(name for _, name in one.may_go_to) or "nobody yet")
            for one in tasks
        ],
        caption="Their open tasks, the earliest first" + (" (the first hundred)" if found.more_tasks else ""),
    )
    ready = {one.ref: one for one in tasks if one.may_go_to}
    if not ready:
        st.info("Nobody else has access to these cases: grant it on the case's Access part first.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        ref = st.selectbox("Task", list(ready), format_func=lambda key: f"{key}, case {ready[key].case_ref}", width=280)
        names = dict(ready[ref].may_go_to)
        to = st.selectbox("Goes to", list(names), format_func=names.__getitem__, width=240)
        if st.button("Give it to them", icon=":material/forward:"):
            with told_plainly():
                reassign_task(desk, ref, to=to)
                st.rerun()


def _tasks_in_words(found: Leaver) -> str:
    if found.tasks is None:
        return "a manager sees them here, and gives them to somebody else"
    return f"{len(found.tasks)}{' and more' if found.more_tasks else ''}: to be given to somebody else"


def _done(left: Left) -> str:
    return (
        f"They have left: the account is off; {left.sessions} session(s) and {left.grants} access(es) ended;"
        f" {left.tasks} open task(s) wait for somebody else."
    )
