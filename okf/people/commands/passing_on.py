"""Somebody's work on a case that goes to somebody else with their access, and back where a handover is called off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, or_, select, update

from okf.clock import is_past, london_date
from okf.desk import Deed
from okf.store import marks
from okf.store.models import AccessGrant, Appointment, Handover, Task
from okf.store.visible import goes_on, not_ended, orphaned

HELD = select(AccessGrant).where(
    AccessGrant.case_ref == bindparam("case_ref"),
    AccessGrant.person == bindparam("person"),
    or_(not_ended(), orphaned()),
    goes_on(),
)
_EVER = select(AccessGrant).where(
    AccessGrant.case_ref == bindparam("case_ref"), AccessGrant.person == bindparam("person")
)
_SHORTENED = (
    select(Handover, AccessGrant)
    .join(AccessGrant, AccessGrant.id == Handover.old_grant)
    .where(
        Handover.new_grant.in_(bindparam("keys", expanding=True)),
        not_ended(),
        AccessGrant.until == Handover.takes_effect_at,
    )
)
_OWN_PARTS = ("sole:%", "child:%")
_OPEN_TASKS = select(Task).where(
    Task.case_ref == bindparam("case_ref"),
    Task.assigned_to == bindparam("person"),
    Task.done_at.is_(None),
    or_(*(Task.compartment.like(part) for part in _OWN_PARTS)),
)
_COMING = select(Appointment).where(
    Appointment.case_ref == bindparam("case_ref"),
    Appointment.worker == bindparam("person"),
    Appointment.cancelled_at.is_(None),
    Appointment.starts_at >= bindparam("at", type_=Appointment.starts_at.type),
    or_(*(Appointment.compartment.like(part) for part in _OWN_PARTS)),
)


def call_off_handovers(deed: Deed, ended: Sequence[AccessGrant]) -> None:
    """Put back what was to be passed on by those of these ended accesses that had not begun (C3).

    Whoever had it keeps it for as long as before, with the tasks and
    appointments that had gone ahead: those of parts that the other one holds
    by nothing else, and those of no part where nothing else was ever theirs here.
    """
    planned = {grant.id: grant for grant in ended if not is_past(grant.from_, deed.at)}
    found = deed.session.execute(_SHORTENED, {"keys": sorted(planned)}).all() if planned else ()
    for handover, old in found:
        new = planned[handover.new_grant]
        old.until = new.until
        deed.session.flush()
        deed.note(grants=[*deed.facts.get("grants", ()), marks.grant_mark(old)], kept_on=old.id)
        move_tasks(deed, old.case_ref, new.person, old.person, [new], handover.takes_effect_at, back=True)


def end_private_work(deed: Deed, case_ref: str, person: str) -> frozenset[str]:
    """End what somebody had to do, or was to meet for, in the own parts of a case's people: those parts (C2).

    For work whose words may say what was told them alone: nobody else gets it.
    """
    bound, ender = {"case_ref": case_ref, "person": person, "at": deed.at}, deed.question.person.username
    tasks = deed.session.scalars(_OPEN_TASKS, bound).all()
    coming = deed.session.scalars(_COMING, bound).all()
    for task in tasks:
        task.done_at, task.done_by = deed.at, ender
    for appointment in coming:
        appointment.cancelled_at, appointment.cancelled_by = deed.at, ender
    deed.session.flush()
    deed.note(tasks_ended=[one.ref for one in tasks], appointments_ended=[one.ref for one in coming])
    return frozenset(str(part) for part in (*(one.compartment for one in tasks), *(one.compartment for one in coming)))


def move_tasks(
    deed: Deed,
    case_ref: str,
    from_person: str,
    to_person: str,
    held: Sequence[AccessGrant],
    on: datetime | None,
    *,
    back: bool = False,
) -> int:
    """Give open tasks, and appointments to come, of the parts that these grants hold to somebody else: how many tasks.

    With a day, those due from it on. What has no part goes along once nothing
    else is held on the case (C2). `back` is for a handover called off: it
    takes nothing that may have been theirs by another access.
    """
    parts = {part for grant in held for part in grant.compartments}
    passed = {grant.id for grant in held}
    bound = {"case_ref": case_ref, "person": from_person, "at": deed.at}
    others = [grant for grant in deed.session.scalars(_EVER if back else HELD, bound) if grant.id not in passed]
    if back:
        parts -= {part for grant in others for part in grant.compartments}
    theirs = Task.compartment.in_(parts) if others else or_(Task.compartment.in_(parts), Task.compartment.is_(None))
    moving = update(Task).where(
        Task.case_ref == case_ref, Task.assigned_to == from_person, Task.done_at.is_(None), theirs
    )
    if on is not None:
        moving = moving.where(Task.due_on >= london_date(on))
    coming = update(Appointment).where(
        Appointment.case_ref == case_ref,
        Appointment.worker == from_person,
        Appointment.cancelled_at.is_(None),
        Appointment.starts_at >= (on or deed.at),
        Appointment.compartment.in_(parts),
    )
    connection = deed.session.connection()
    connection.execute(coming.values(worker=to_person))
    return connection.execute(moving.values(assigned_to=to_person)).rowcount
