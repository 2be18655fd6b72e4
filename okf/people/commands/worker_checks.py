"""Vetting and training of workers: put on record and renewed, and what it means when one has run out (C5)."""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import bindparam, select

from okf.clock import day_after, is_past, london_date, start_of
from okf.desk import Desk
from okf.errors import Conflict, Invalid, NotFound
from okf.store.models import Person, PolicySetting, WorkerCheck
from okf.terms import Action, CheckKind

WARNING_MOST: Final = 366

_LATEST = (
    select(WorkerCheck)
    .where(WorkerCheck.person == bindparam("who"), WorkerCheck.kind == bindparam("kind"))
    .order_by(WorkerCheck.expires_on.desc())
    .limit(1)
)
_SET = select(PolicySetting).where(
    PolicySetting.name == bindparam("name"), PolicySetting.holds_from == bindparam("holds_from")
)


def record_check(desk: Desk, username: str, *, kind: CheckKind, starts_on: date, expires_on: date) -> None:
    """Put a check of somebody else's on record, the first or a renewal; those before it stay on file.

    It holds to the end of the day on which it expires. A renewal blocks access
    when it runs out if the one before it did by itself.

    Raises:
        Refused: their role does not include it, or it is their own.
        NotFound: there is nobody of this name, or they have left.
        Invalid: dates that don't fit.
    """
    with desk.permitted(Action.RECORD_CHECK, about=username) as deed:
        person = deed.session.get(Person, username)
        if person is None or is_past(person.left_at, deed.at):
            raise NotFound(f"Nobody who works here has the username {username!r}.")
        if starts_on > london_date(deed.at):
            raise Invalid("Holds from", "this date is still to come: put the check on record when it holds.")
        if expires_on < starts_on:
            raise Invalid("Last day", "this must not lie before its first day.")
        runs_out = day_after(expires_on)
        before = deed.session.scalars(_LATEST, {"who": username, "kind": kind}).one_or_none()
        deed.add(
            WorkerCheck(
                person=username,
                kind=kind,
                starts_on=starts_on,
                expires_on=runs_out,
                recorded_at=deed.at,
                recorded_by=str(desk.actor),
                blocks_access=before is not None and before.blocks_access,
            )
        )
        deed.note(kind=kind, starts_on=starts_on, expires_on=runs_out, renews=before is not None)


def set_check_rule(desk: Desk, kind: CheckKind, *, blocks: bool, warning_days: int, from_on: date) -> None:
    """Set whether an expired check of this kind blocks access, and how many days before its end people are warned.

    It holds from the beginning of a day, or from now on the present one: never
    earlier, since what was right stays right.

    Raises:
        Refused: their role does not include it.
        Invalid: days out of bounds, or a day gone by.
    """
    if not 0 <= warning_days <= WARNING_MOST:
        raise Invalid("Days of warning", f"choose between 0 and {WARNING_MOST}.")
    with desk.permitted(Action.CHANGE_SETTINGS) as deed:
        today = london_date(deed.at)
        if from_on < today:
            raise Invalid("From", "choose today or later: what was right before stays right.")
        holds_from = deed.at if from_on == today else start_of(from_on)
        for name, value in ((f"{kind}_blocks", int(blocks)), (f"{kind}_warning_days", warning_days)):
            if deed.session.scalars(_SET, {"name": name, "holds_from": holds_from}).first() is not None:
                raise Conflict("This was set for the same moment already: choose another day.")
            deed.add(PolicySetting(name=name, value={"is": value}, holds_from=holds_from, set_by=desk.actor))
        deed.note(kind=kind, blocks=blocks, warning_days=warning_days, holds_from=holds_from)
