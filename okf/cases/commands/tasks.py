"""Tasks on a case: added and completed by those who may open it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date

from okf.asker import on_file
from okf.cases.commands.on_case import case_of, on_case
from okf.clock import london_date
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, NotFound, unknown
from okf.policy.scopes import compartments_of
from okf.store import facts
from okf.store.models import Task
from okf.terms import Action
from okf.validation import words


def add_task(
    desk: Desk,
    case_ref: str,
    *,
    text: str,
    due_on: date,
    compartment: str | None = None,
    assigned_to: str | None = None,
) -> str:
    """Put something to do on a case, for oneself unless somebody else is named; its reference.

    `compartment` is the part of the case that its words belong to, where they belong to one.

    Raises:
        NotFound, Refused: as `on_case`; that part is not theirs to read.
        Invalid: no text, a date gone by, a part that the case has not, or somebody without access to it; of no part,
            somebody who works for fewer sides than whoever adds it.
    """
    who = assigned_to or str(desk.actor)
    with on_case(desk, Action.ADD_TASK, case_ref, compartment=compartment) as deed:
        case = case_of(deed)
        if compartment is not None and compartment not in compartments_of(case.parties, case.children):
            raise Invalid("Part of the case", "choose one of this case's parts.")
        if due_on < london_date(deed.at):
            raise Invalid("Due on", "this date has gone by.")
        if who != desk.actor:
            _require_theirs(deed, case_ref, who, compartment, from_=str(desk.actor))
        task = Task(
            ref=desk.new_ref("T"),
            case_ref=case_ref,
            compartment=compartment,
            text=words("What is to be done", text, at_most=500),
            assigned_to=who,
            due_on=due_on,
        )
        deed.add(task)
        deed.about(task.ref, case_ref)
        deed.note(assigned_to=who, due_on=due_on.isoformat())
    return task.ref


def complete_task(desk: Desk, task_ref: str) -> None:
    """Mark a task as done.

    Raises:
        NotFound: there is no such task, or none on a case that this person may know of.
        Refused: as `on_case`.
        Conflict: it is done already.
    """
    with _task(desk, task_ref) as (deed, task):
        if task.done_at is not None:
            raise Conflict("This task is done already.")
        task.done_at, task.done_by = deed.at, desk.actor
        deed.note(did="done")


def reassign_task(desk: Desk, task_ref: str, *, to: str) -> None:
    """Give an open task to somebody else who may open its case, as when its holder has left.

    Raises:
        NotFound: there is no such task, or none on a case that this person may know of.
        Refused: their role does not include it.
        Conflict: it is done already.
        Invalid: the other has left, or holds no access to the case; of a task of no part, they don't work for every
            side that its holder worked for: its words may be from any of them (C2).
    """
    case_ref = on_file(desk, Task, task_ref, "task").case_ref
    with on_case(desk, Action.REASSIGN_TASK, case_ref) as deed:
        task = deed.session.get_one(Task, task_ref)
        if task.done_at is not None:
            raise Conflict("This task is done already.")
        _require_theirs(deed, case_ref, to, task.compartment, from_=task.assigned_to)
        if not facts.person(deed.session, to).active(deed.at):
            raise Invalid("For whom", "they have left.")
        deed.note(was_for=task.assigned_to, assigned_to=to)
        task.assigned_to = to
        deed.about(task_ref, case_ref)


def reopen_task(desk: Desk, task_ref: str) -> None:
    """Mark a task as not done after all.

    Raises:
        NotFound, Refused: as `complete_task`.
        Conflict: it is not done.
    """
    with _task(desk, task_ref) as (deed, task):
        if task.done_at is None:
            raise Conflict("This task is not done.")
        task.done_at = task.done_by = None
        deed.note(did="not done after all")


def move_task(desk: Desk, task_ref: str, *, due_on: date) -> None:
    """Give a task another due date.

    Raises:
        NotFound, Refused: as `complete_task`.
        Invalid: a date gone by.
        Conflict: it is done already.
    """
    with _task(desk, task_ref) as (deed, task):
        if task.done_at is not None:
            raise Conflict("This task is done already.")
        if due_on < london_date(deed.at):
            raise Invalid("Due on", "this date has gone by.")
        task.due_on = due_on
        deed.note(did="moved", due_on=due_on.isoformat())


def _require_theirs(deed: Deed, case_ref: str, to: str, part: str | None, *, from_: str) -> None:
    """Whoever gets a task reads its part; one of no part may have words of any side that `from_` worked for (C2)."""
    held = facts.grants(deed.session, to, [case_ref])[case_ref]
    parts = {one for grant in held if not grant.over(deed.at) for one in grant.compartments}
    if not parts or (part is not None and part not in parts):
        raise Invalid("For whom", "they hold no access to this case: grant it first.")
    known = {one for grant in facts.grants(deed.session, from_, [case_ref])[case_ref] for one in grant.compartments}
    if part is None and not {one for one in known if one.startswith("sole:")} <= parts:
        raise Invalid("For whom", "they don't work for every side that this may be about: it belongs to no part.")


@contextmanager
def _task(desk: Desk, task_ref: str) -> Iterator[tuple[Deed, Task]]:
    """A permitted deed on one's own task; to everybody else there is no such task (C2)."""
    found = on_file(desk, Task, task_ref, "task")
    if found.assigned_to != desk.actor:
        raise unknown("task", task_ref)
    with ExitStack() as stack:
        try:
            deed = stack.enter_context(on_case(desk, Action.COMPLETE_TASK, found.case_ref))
        except NotFound:
            raise unknown("task", task_ref) from None  # they may no longer know the case's reference
        deed.about(task_ref, found.case_ref)
        yield deed, deed.session.get_one(Task, task_ref)
