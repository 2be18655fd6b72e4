"""The open tasks of somebody who left, given to others (C15)."""

from __future__ import annotations

import streamlit as st

from okf.cases.commands.tasks import reassign_task
from okf.desk import Desk
from okf.people.queries.leaving import Leaver
from okf.shell.sheets import sheet
from okf.shell.words import day, told_plainly


def left_tasks(desk: Desk, found: Leaver) -> None:
    """Their tasks, each with whom it may go to."""
    tasks = found.tasks or ()
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
