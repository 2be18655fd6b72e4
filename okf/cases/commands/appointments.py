"""Appointments on a case: made, moved and cancelled by those who may read its part."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from okf.asker import on_file
from okf.cases.commands.on_case import case_of, on_case, on_part
from okf.clock import ImpossibleTime, from_london, zones_of
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, NotFound, unknown
from okf.policy.access import decide
from okf.policy.scopes import compartments_of
from okf.store.models import Appointment
from okf.terms import Action
from okf.terms.records import AppointmentKind
from okf.validation import words, words_or_none

LONGEST = timedelta(hours=12)
FARTHEST = timedelta(days=730)


def make_appointment(
    desk: Desk,
    case_ref: str,
    *,
    kind: AppointmentKind,
    compartment: str,
    day: date,
    start: time,
    minutes: int,
    about: str,
    place: str | None = None,
    worker: str | None = None,
    zone: str | None = None,
) -> str:
    """Put an appointment on a case, for oneself unless another worker is named; its reference.

    `day` and `start` are London's, and `zone` is `BST` or `GMT` where its clocks show them twice.

    Raises:
        NotFound, Refused: as `on_case`.
        Invalid: a part that the case has not, a time that has gone by or that the clocks skip, a worker without access.
    """
    who = worker or str(desk.actor)
    with on_case(desk, Action.MAKE_APPOINTMENT, case_ref, compartment=compartment) as deed:
        case = case_of(deed)
        if compartment not in compartments_of(case.parties, case.children):
            raise Invalid("Part of the case", "choose one of this case's parts.")
        starts_at, ends_at = _span(deed, day, start, minutes, zone)
        _require_access(desk, deed, who, compartment)
        made = Appointment(
            ref=desk.new_ref("A"),
            case_ref=case_ref,
            kind=kind,
            compartment=compartment,
            worker=who,
            starts_at=starts_at,
            ends_at=ends_at,
            about=words("What for", about, at_most=500),
            place=words_or_none("Where", place, at_most=300),
            made_by=str(desk.actor),
            made_at=deed.at,
        )
        deed.add(made)
        deed.about(made.ref, case_ref)
        deed.note(kind=kind, compartment=compartment, worker=who)
    return made.ref


def move_appointment(desk: Desk, ref: str, *, day: date, start: time, minutes: int, zone: str | None = None) -> None:
    """Give an appointment that is still to come another time.

    Raises:
        NotFound: there is none, or none that this person may know of.
        Invalid: as `make_appointment`.
        Conflict: it has begun, or was cancelled.
    """
    with _standing(desk, ref) as (deed, appointment):
        appointment.starts_at, appointment.ends_at = _span(deed, day, start, minutes, zone)
        deed.note(did="moved")


def cancel_appointment(desk: Desk, ref: str) -> None:
    """Cancel an appointment that is still to come.

    Raises:
        NotFound, Conflict: as `move_appointment`.
    """
    with _standing(desk, ref) as (deed, appointment):
        appointment.cancelled_at, appointment.cancelled_by = deed.at, desk.actor
        deed.note(did="cancelled")


@contextmanager
def _standing(desk: Desk, ref: str) -> Iterator[tuple[Deed, Appointment]]:
    where = on_file(desk, Appointment, ref, "appointment")
    missing = unknown("appointment", ref)
    with on_part(desk, Action.MAKE_APPOINTMENT, where.case_ref, where.compartment, missing=missing) as deed:
        appointment = deed.session.get_one(Appointment, ref)
        if appointment.cancelled_at is not None:
            raise Conflict("This appointment was cancelled.")
        if appointment.starts_at <= deed.at:
            raise Conflict("This appointment has begun already.")
        deed.about(ref, appointment.case_ref)
        yield deed, appointment


def _span(deed: Deed, day: date, start: time, minutes: int, zone: str | None) -> tuple[datetime, datetime]:
    wall = datetime.combine(day, start)
    if zone is None and len(zones_of(wall)) > 1:
        raise Invalid("Starts at", f"{wall:%H:%M} comes twice that day: say which.")
    try:
        starts_at = from_london(wall, zone)
    except ImpossibleTime as error:
        raise Invalid("Starts at", f"{error}.") from error
    if starts_at < deed.at:
        raise Invalid("Starts at", "this time has gone by.")
    if starts_at > deed.at + FARTHEST:
        raise Invalid("Starts at", "this is more than two years away.")
    if not 0 < minutes <= LONGEST.total_seconds() / 60:
        raise Invalid("How long", "from a minute to twelve hours.")
    return starts_at, starts_at + timedelta(minutes=minutes)


def _require_access(desk: Desk, deed: Deed, who: str, compartment: str) -> None:
    """The worker must be able to read the part of the case that the appointment belongs to."""
    if who == desk.actor:
        return
    try:
        question = desk.question(
            deed.session, Action.READ_RECORD, deed.case_ref, compartment=compartment, actor=who, at=deed.at
        )
    except NotFound:
        raise Invalid("Who goes", "choose somebody who works on this case.") from None
    if not decide(question).allowed:
        raise Invalid("Who goes", "they may not read this part of the case.")
