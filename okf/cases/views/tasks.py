"""Tasks: on a case, of one person, of a team, and those that a leaver left (C15)."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from okf.cases.commands.tasks import add_task, complete_task, move_task, reassign_task, reopen_task
from okf.cases.queries.appointments import appointments_on
from okf.cases.queries.case import CaseView, TaskRow, tasks_on
from okf.cases.queries.tasks import OwnTask, TeamTask, own_tasks, team_tasks
from okf.cases.views import appointments
from okf.clock import london_date
from okf.desk import Desk
from okf.errors import CasebookError
from okf.people.queries.leaving import Leaver
from okf.shell.dates import day_input, taken
from okf.shell.fields import hinted, next_turn, turn_of
from okf.shell.lists import Column, show
from okf.shell.navigation import link
from okf.shell.sheets import Cell, address, sheet
from okf.shell.tables import columns_of, page_asked_for, pager, table
from okf.shell.words import call_with_errors_shown, day, errors_shown, flash, moment, plain, show_flash, told
from okf.terms import Action

TASKS_A_PAGE = 20
NEXT_MOST = 5
_DONE, _WRONG, _ADDED = "task_done", "task_wrong", "task_added"


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
                with st.popover("Another date"):
                    first = max(task.due_on, today)
                    on = day_input("Due on", first, today, min_value=today, key=f"due_{task.ref}")
                    if st.button("Move it", key=f"move_task_{task.ref}"):
                        with errors_shown():
                            move_task(desk, task.ref, due_on=taken(on))
                            st.rerun()
                link("Open the case", "case", case=task.case_ref)
    pager(page, key="own_tasks")


def team(desk: Desk) -> None:
    """The tasks of others: who has them and when they are due, without their words."""
    today = london_date(desk.now())
    columns: Sequence[Column[TeamTask]] = (
        Column("Case", lambda row: Cell(row.case_ref, address("case", case=row.case_ref))),
        Column("Due", lambda row: Cell(day(row.due_on), late=row.due_on < today)),
        Column("Stands", lambda row: "Overdue" if row.due_on < today else "To do"),
        Column("Whose", lambda row: row.who),
    )
    show(
        columns,
        team_tasks(desk, page_asked_for(TASKS_A_PAGE)),
        key="team_tasks",
        caption="Tasks to do, the earliest due first",
        many=("task", "tasks"),
        nothing="Nobody else has a task to do on the cases that you may see.",
    )


def on_case(desk: Desk, view: CaseView) -> None:
    """What is to be done on the case; one's own with their words and a way to complete them."""
    show_flash(_ADDED, ":material/check_circle:")
    listed = tasks_on(desk, view.ref)
    _to_do(desk, view, [task for task in listed if task.done_at is None], key="listed")
    done = [task for task in listed if task.done_at is not None]
    if not listed:
        st.info("There is no task for you on this case.")
    if done:
        cells = {"Task": lambda t: t.text, "Done": lambda t: moment(t.done_at)}
        table(columns_of(done, cells), caption="Tasks done")
    if Action.ADD_TASK in view.may:
        _add(desk, view)
    appointments.on_case(desk, view)


def next_on_case(desk: Desk, view: CaseView) -> None:
    """What comes next on the case: one's own tasks to do, then the appointments; nothing where there is nothing."""
    to_do = [task for task in tasks_on(desk, view.ref) if task.done_at is None]
    coming = appointments_on(desk, view.ref)
    if not to_do and not coming:
        return
    st.header("Next", anchor=False)
    _to_do(desk, view, to_do[:NEXT_MOST], key="next")
    for row in coming[:NEXT_MOST]:
        with st.container(border=True, gap="xxsmall"):
            st.text(f"{appointments.span(row)}: {row.about}")
            st.caption(plain(f"{told(row.kind)}, {row.worker_name}"))
    if (more := len(to_do[NEXT_MOST:]) + len(coming[NEXT_MOST:])) > 0:
        st.caption(f"{more} more under Tasks.")


def _to_do(desk: Desk, view: CaseView, listed: Sequence[TaskRow], *, key: str) -> None:
    today = london_date(desk.now())
    for one in listed:
        late = "OVERDUE, " if one.due_on < today else ""
        with st.container(border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.text(one.text, width="content")
            st.caption(f"{late}due {day(one.due_on)}", width="content")
            if Action.COMPLETE_TASK in view.may:
                st.button(
                    "Done",
                    key=f"{key}_done_{one.ref}",
                    on_click=call_with_errors_shown,
                    args=(complete_task, desk, one.ref),
                )


def _add(desk: Desk, view: CaseView) -> None:
    today = london_date(desk.now())
    with st.expander("Add a task for yourself", icon=":material/add_task:", expanded=True):
        turn = turn_of("task")
        text = st.text_input("What is to be done (name nobody)", key=f"{turn}_text", max_chars=500)
        parts = [*appointments.parts_of(view), None]
        part = hinted(
            lambda key: st.selectbox(
                "Whose part of the case",
                parts,
                index=0 if view.sides else len(parts) - 1,
                key=key,
                format_func=lambda one: appointments.part_in_words(view, one) if one else "Nobody's",
            ),
            key=f"{turn}_part",
            hint="When you hand over, the task goes only to somebody who may read this part.",
        )
        due_on = day_input("Due on", today, today, min_value=today, key=f"{turn}_due")
        if st.button("Add the task", key="task_add"):
            with errors_shown():
                add_task(desk, view.ref, text=text, due_on=taken(due_on), compartment=part)
                next_turn("task")
                flash(_ADDED, "The task is on the case.")


def left_tasks(desk: Desk, found: Leaver) -> None:
    """A leaver's open tasks, each with the people to whom it may go."""
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
        if st.button("Reassign it", icon=":material/forward:"):
            with errors_shown():
                reassign_task(desk, ref, to=to)
                st.rerun()


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
    with st.container():  # always there, so that what stands below keeps its place
        if wrong := st.session_state.pop(_WRONG, None):
            st.error(wrong)
    done: OwnTask | None = st.session_state.get(_DONE)
    if done is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.success(f"Done: {done.text}")
            st.button("Undo", on_click=_take_back, args=(desk, done), icon=":material/undo:")
