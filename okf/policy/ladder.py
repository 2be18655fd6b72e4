"""The ladder of safeguarding's clocks: who is to hear that one runs out or is past, and when; pure, our default.

Of what is immediate or high everybody hears at once, by the deed that raises
it. What nobody ends climbs: the lead before it is due and when it is past,
then the deputies, then the trustee, who all hear again each day until it ends.
What is to be decided or confirmed on an immediate or high concern climbs at
any hour, everything else within the hours.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from okf.clock import end_of, from_wall_clock, is_working_day, london_date
from okf.policy.facts import PolicySettings
from okf.terms import Role

_DAY: Final = timedelta(days=1)


class Rung(StrEnum):
    """A step of the ladder, the lowest first."""

    BEFORE = "before"
    PAST = "past"
    DEPUTY = "deputy"
    TRUSTEE = "trustee"


ORDER: Final = list(Rung)
# Whoever heard on a lower rung hears again.
HEARS: Final = {
    Rung.BEFORE: (Role.DSL,),
    Rung.PAST: (Role.DSL,),
    Rung.DEPUTY: (Role.DSL, Role.DEPUTY_DSL),
    Rung.TRUSTEE: (Role.DSL, Role.DEPUTY_DSL, Role.SAFEGUARDING_TRUSTEE),
}
Ladder = tuple[tuple[Rung, datetime], ...]


def ladder(started_at: datetime, due_at: datetime, *, urgent: bool, settings: PolicySettings) -> Ladder:
    """The rungs of one clock, each with the instant from which it is due to hear."""
    half = (due_at - started_at) / 2
    before = timedelta(hours=settings.ladder_before_hours)
    if urgent:
        early, past = due_at - min(before, half), due_at
        deputy = past + timedelta(minutes=settings.ladder_deputy_minutes)
        trustee = past + timedelta(minutes=settings.ladder_trustee_minutes)
    else:
        early = max(_last_in_hours(_last_in_hours(due_at, settings) - before, settings), due_at - half)
        past = _next_in_hours(due_at, settings)
        deputy = _next_in_hours(past + timedelta(hours=settings.ladder_deputy_hours), settings)
        trustee = _next_in_hours(past + timedelta(hours=settings.ladder_trustee_hours), settings)
    rungs = ((Rung.PAST, past), (Rung.DEPUTY, deputy), (Rung.TRUSTEE, max(deputy, trustee)))
    return ((Rung.BEFORE, early), *rungs) if before else rungs


def due_rung(rungs: Ladder, at: datetime, told: Rung | None) -> Rung | None:
    """The rung that is to hear for the first time; None if none is. What was missed is made up for by the highest."""
    reached = max((rung for rung, since in rungs if since <= at), key=ORDER.index, default=None)
    if reached is None or (told is not None and ORDER.index(told) >= ORDER.index(reached)):
        return None
    return reached


def hears_again(told_at: datetime, at: datetime, *, any_hour: bool, settings: PolicySettings) -> bool:
    """Whether the highest rung, which heard at an instant, is to hear again: once a London day."""
    return london_date(told_at) < london_date(at) and (any_hour or within_hours(at, settings))


def within_hours(at: datetime, settings: PolicySettings) -> bool:
    """Whether mails that can wait go at an instant."""
    begins, ends = _hours(london_date(at), settings)
    return begins <= at < ends


def working_time(at: datetime, settings: PolicySettings) -> bool:
    """Whether it is within the hours of a working day: at no other time is anybody there by not being away alone."""
    return within_hours(at, settings) and is_working_day(london_date(at), settings.bank_holidays)


def _next_in_hours(at: datetime, settings: PolicySettings) -> datetime:
    for day in (london_date(at), london_date(at) + _DAY):
        begins, ends = _hours(day, settings)
        if at < ends:
            return max(at, begins)
    return at


def _last_in_hours(at: datetime, settings: PolicySettings) -> datetime:
    for day in (london_date(at), london_date(at) - _DAY):
        begins, ends = _hours(day, settings)
        if at >= begins:
            return min(at, ends)
    return at


def _hours(day: date, settings: PolicySettings) -> tuple[datetime, datetime]:
    """Between which instants of a London day mails go; where the hours make no sense, all of it."""
    first, last = settings.ladder_from_hour, settings.ladder_to_hour
    if first >= last:
        first, last = 0, 24
    begins = from_wall_clock(datetime.combine(day, time(first)))
    return begins, end_of(day) if last == 24 else from_wall_clock(datetime.combine(day, time(last)))
