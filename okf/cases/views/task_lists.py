"""Tasks across cases: one's own to be done, moved or taken back, and a team's by whose they are."""

from __future__ import annotations

import streamlit as st

from okf.cases.commands.tasks import complete_task, move_task, reopen_task
from okf.cases.queries.tasks import OwnTask, own_tasks, team_tasks
from okf.clock import london_date
from okf.desk import Desk
from okf.errors import CasebookError
from okf.shell.navigation import link
from okf.shell.sheets import Cell, address, sheet
from okf.shell.tables import page_asked_for, pager
from okf.shell.words import day, told_plainly

TASKS_A_PAGE = 20
_DONE, _WRONG = "task_done", "task_wrong"


def own(desk: Desk) -> None:
    """This person's tasks, the earliest due first, each with what may be done with it."""
    _undo(desk)
    page = own_tasks(desk, page_asked_for(TASKS_A_PAGE))
    if not page.rows:
        st.info("Nothing is to be done. A task is added on its case, under Tasks.")
    today = london_date(desk.now())
    for task in page.rows:
        with st.container(border=True):
            st.text(task.text)
            late = "Overdue: " if task.due_on < today else ""
            with st.container(horizontal=True, vertical_alignment="center"):
                st.caption(f"{late}due {day(task.due_on)}, {task.case_ref}", width="content")
                st.button("Done", key=f"own_done_{task.ref}", on_click=_complete, args=(desk, task))
                with st.popover("Another date"), st.form(f"move_task_{task.ref}", border=False):
                    first = max(task.due_on, today)
                    on = st.date_input("Due on", first, min_value=today, format="DD/MM/YYYY", key=f"due_{task.ref}")
                    if st.form_submit_button("Move it"):
                        with told_plainly():
                            move_task(desk, task.ref, due_on=on)
                            st.rerun()
                link("Open the case", "case", case=task.case_ref)
    pager(page, key="own_tasks")


def team(desk: Desk) -> None:
    """What others are to do: whose it is and when it is due. Its words stay with whoever does it."""
    page = team_tasks(desk, page_asked_for(TASKS_A_PAGE))
    if not page.rows:
        st.info("Nobody else has a task to do on the cases that you may see.")
        return
    today = london_date(desk.now())
    rows = [
        [
            Cell(day(task.due_on), late=task.due_on < today),
            "Overdue" if task.due_on < today else "To do",
            task.who,
            Cell(task.case_ref, address("case", case=task.case_ref)),
        ]
        for task in page.rows
    ]
    sheet(["Due", "Stands", "Whose", "Case"], rows, caption="Tasks to do, the earliest due first")
    pager(page, key="team_tasks")


def _complete(desk: Desk, task: OwnTask) -> None:
    try:
        complete_task(desk, task.ref)
        st.session_state[_DONE] = task
    except CasebookError as error:
        st.session_state[_WRONG] = str(error)


def _take_back(desk: Desk, task: OwnTask) -> None:
    st.session_state.pop(_DONE, None)
    try:
        reopen_task(desk, task.ref)
    except CasebookError as error:
        st.session_state[_WRONG] = str(error)


def _undo(desk: Desk) -> None:
    if wrong := st.session_state.pop(_WRONG, None):
        st.error(wrong)
    done: OwnTask | None = st.session_state.get(_DONE)
    if done is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.success(f"Done: {done.text}")
            st.button("Undo", on_click=_take_back, args=(desk, done), icon=":material/undo:")
