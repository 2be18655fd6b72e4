"""Whoever leads for a party reads what that party said when they asked for help: a task, given once for a side."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select

from okf.clock import london_date, working_day_after
from okf.desk import Deed, Desk
from okf.store.models import Record, Task

ASKED_AGAIN: Final = "Asked for help"  # so the title of a call begins that was put on a case
TO_READ: Final = "Somebody whom you lead for asked for help again: read it on the case, and answer them safely."

_CALLS = select(Record).where(Record.case_ref == bindparam("case_ref"), Record.source == bindparam("party"))
_TASKS = select(Task).where(Task.case_ref == bindparam("case_ref"), Task.compartment == bindparam("part"))


def to_read(desk: Desk, deed: Deed, case_ref: str, party: str, who: str, from_: datetime) -> None:
    """Give somebody the task to read what a party said, by the next working day after they may."""
    due_on = working_day_after(london_date(from_), 1, deed.question.settings.bank_holidays)
    deed.add(
        Task(
            ref=desk.new_ref("T"),
            case_ref=case_ref,
            compartment=f"sole:{party}",
            text=TO_READ,
            assigned_to=who,
            due_on=due_on,
        )
    )


def left_to_read(desk: Desk, deed: Deed, case_ref: str, party: str, who: str, from_: datetime) -> None:
    """The same for whoever comes to lead for a party whose call was put on the case when nobody did."""
    calls = deed.session.scalars(_CALLS, {"case_ref": case_ref, "party": party}).all()
    if not any((one.title or "").startswith(ASKED_AGAIN) for one in calls):
        return
    given = deed.session.scalars(_TASKS, {"case_ref": case_ref, "part": f"sole:{party}"}).all()
    if not any(one.text == TO_READ for one in given):
        to_read(desk, deed, case_ref, party, who, from_)
