"""The parts of an open case: tasks, timeline, concerns."""

from __future__ import annotations

import streamlit as st

from okf.cases.commands.tasks import add_task, complete_task
from okf.cases.queries.access import concerns_on
from okf.cases.queries.case import CaseView, tasks_on
from okf.cases.views import appointments
from okf.clock import london_date
from okf.desk import Desk
from okf.shell.navigation import go, link
from okf.shell.tables import columns_of, opening_table, table
from okf.shell.words import day, moment, told, told_plainly
from okf.terms import Action


def tasks(desk: Desk, view: CaseView) -> None:
    """What is to be done on the case; one's own with their words and a way to complete them."""
    listed = tasks_on(desk, view.ref)
    today = london_date(desk.now())
    for one in (task for task in listed if task.done_at is None):
        late = "OVERDUE, " if one.due_on < today else ""
        with st.container(border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.text(one.text, width="content")
            st.caption(f"{late}due {day(one.due_on)}", width="content")
            if Action.COMPLETE_TASK in view.may:
                st.button("Done", key=f"done_{one.ref}", on_click=_complete, args=(desk, one.ref))
    done = [task for task in listed if task.done_at is not None]
    if not listed:
        st.info("There is no task for you on this case.")
    if done:
        cells = {"Task": lambda t: t.text, "Done": lambda t: moment(t.done_at)}
        table(columns_of(done, cells), alt="Tasks done")
    if Action.ADD_TASK in view.may:
        with st.expander("Add a task for yourself", icon=":material/add_task:"), st.form("add_task", border=False):
            text = st.text_input("What is to be done (name nobody)", key="task_text", max_chars=500)
            parts = [*appointments.parts_of(view), None]
            part = st.selectbox(
                "Whose part of the case",
                parts,
                index=0 if view.sides else len(parts) - 1,
                key="task_part",
                format_func=lambda one: appointments.part_in_words(view, one) if one else "Nobody's",
                help="When you hand over, the task goes only to somebody who may read this part.",
            )
            due_on = st.date_input("Due on", value=today, min_value=today, format="DD/MM/YYYY")
            if st.form_submit_button("Add the task"):
                with told_plainly():
                    add_task(desk, view.ref, text=text, due_on=due_on, compartment=part)
                    st.success("The task is on the case.")
    appointments.on_case(desk, view)


def _complete(desk: Desk, task: str) -> None:
    with told_plainly():
        complete_task(desk, task)


def concerns(desk: Desk, view: CaseView) -> None:
    """The concerns that this reader may open, and for managers how many are open."""
    known = concerns_on(desk, view.ref)
    if known.number is not None:
        st.metric("Open concerns", str(known.number), border=True, width=200)
    if known.listed:
        cells = {
            "Concern": lambda c: c.ref,
            "Severity": lambda c: told(c.severity),
            "Status": lambda c: told(c.status),
            "Raised": lambda c: moment(c.raised_at),
        }
        refs = [one.ref for one in known.listed]
        ref = opening_table(columns_of(known.listed, cells), refs, key="concerns", alt="Concerns", ask="Open a concern")
        if ref is not None:
            go("concern", ref=ref)
    st.text("Worried about harm? Anyone here may raise a concern. In immediate danger call 999 first.")
    link("Raise a concern", "raise_concern", icon=":material/flag:", case=view.ref)
