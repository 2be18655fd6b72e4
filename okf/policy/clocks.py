"""The clocks of policy.md: by when something must be done, as UTC instants or London dates; pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta

from okf.clock import (
    LONDON,
    end_of,
    end_of_working_day_after,
    london_date,
    months_after,
    working_day_after,
    working_day_on_or_after,
)
from okf.terms import Severity

LEAD_TOLD_WITHIN = timedelta(hours=1)
WRITTEN_CONFIRMATION_WITHIN = timedelta(hours=24)
BREACH_REPORTED_WITHIN = timedelta(hours=72)
# Our default: what is written down within a day is fresh; after that memory and talk have worked on it, and whoever
# reads it must know. A day counts in full where nobody knows the time: no one is marked late for leaving it out.
LATE_AFTER = timedelta(hours=24)
CHASED_AT = time(9)


def decide_by(severity: Severity, raised_at: datetime, bank_holidays: Collection[date] = ()) -> datetime:
    """The instant by which the safeguarding lead must have decided on a concern.

    Immediate: an hour on. High: the end of the same London day, but an hour
    at least. Medium and low: the end of the next and of the second working
    day.
    """
    if severity is Severity.IMMEDIATE:
        return raised_at + LEAD_TOLD_WITHIN
    if severity is Severity.HIGH:
        return max(end_of(london_date(raised_at)), raised_at + LEAD_TOLD_WITHIN)
    return end_of_working_day_after(raised_at, 1 if severity is Severity.MEDIUM else 2, bank_holidays)


def written_confirmation_by(referred_at: datetime) -> datetime:
    """24 clock hours after an urgent referral."""
    return referred_at + WRITTEN_CONFIRMATION_WITHIN


def chase_on(referred_at: datetime, bank_holidays: Collection[date] = ()) -> datetime:
    """09:00 London on the second working day after a referral to the local authority."""
    return chased_on(working_day_after(london_date(referred_at), 2, bank_holidays))


def chase_again_at(chased_at: datetime, bank_holidays: Collection[date] = ()) -> datetime:
    """09:00 London on the next working day after a referral was chased in vain."""
    return chased_on(working_day_after(london_date(chased_at), 1, bank_holidays))


def chased_on(day: date) -> datetime:
    """The instant of a London day at which an answer that has not come is chased."""
    return datetime.combine(day, CHASED_AT, LONDON).astimezone(UTC)


def recorded_late(recorded_at: datetime, on: date | None, at: datetime | None = None) -> bool:
    """Whether something was put on record more than a day after it happened; on a date alone, after the date's end."""
    happened = at or (end_of(on) if on is not None else None)
    return happened is not None and recorded_at - happened > LATE_AFTER


def lado_by(known_at: datetime, bank_holidays: Collection[date] = ()) -> datetime:
    """The end of the working day within which the designated officer is told of an allegation."""
    return end_of_working_day_after(known_at, 1, bank_holidays)


def second_review_by(done_at: datetime, bank_holidays: Collection[date] = ()) -> datetime:
    """The end of the next working day: a second person's look at a share, a no-referral or an emergency access."""
    return end_of_working_day_after(done_at, 1, bank_holidays)


def record_by(acted_at: datetime) -> datetime:
    """The end of the London day on which somebody acted first and recorded after."""
    return end_of(london_date(acted_at))


def review_due(severity: Severity, last: date) -> date:
    """The London date on which an open concern is looked at again: daily, weekly, fortnightly, monthly."""
    if severity is Severity.LOW:
        return months_after(last, 1)
    days = {Severity.IMMEDIATE: 1, Severity.HIGH: 7, Severity.MEDIUM: 14}[severity]
    return last + timedelta(days=days)


def review_by(severity: Severity, last_at: datetime) -> datetime:
    """The end of the London day on which an open concern is looked at again."""
    return end_of(review_due(severity, london_date(last_at)))


def answer_by(
    received_on: date, bank_holidays: Collection[date] = (), *, extended: bool = False, awaited: int = 0
) -> date:
    """The London date by which a rights request is answered.

    The same date next month (three months on when extended), the last of that
    month if it has no such date; as many days later as clarification was
    `awaited`; and the next working day if that is a weekend or a bank holiday.
    """
    due = months_after(received_on, 3 if extended else 1) + timedelta(days=awaited)
    return working_day_on_or_after(due, bank_holidays)


def ico_by(aware_at: datetime) -> datetime:
    """72 clock hours from awareness of a personal data breach, whatever London's clocks do meanwhile."""
    return aware_at + BREACH_REPORTED_WITHIN
