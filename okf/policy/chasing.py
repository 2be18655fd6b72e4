"""When somebody is reminded to sign (C7): before the last day, on it, weekly after; and the kinds of mails."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from okf.clock import london

BEFORE: Final = (14, 7, 1)  # our default, as everything in this file
EVERY: Final = 7
FROM_HOUR: Final = 8  # nobody is written to in the night


class MailKind(StrEnum):
    """What a mail is about; none names a case or a family."""

    SOMETHING_TO_SIGN = "something_to_sign"
    DUTY_AFTER_LEAVING = "duty_after_leaving"
    WEEKLY_DIGEST = "weekly_digest"
    CONCERN_AT_ONCE = "concern_at_once"
    CONCERN_WAITS = "concern_waits"
    CLOCK_RUNS_OUT = "clock_runs_out"
    CLOCK_IS_PAST = "clock_is_past"
    NOBODY_ACTS = "nobody_acts"
    INVITATION = "invitation"
    SIGN_IN_CHANGED = "sign_in_changed"
    CASE_WITHOUT_LEAD = "case_without_lead"
    RECORD_WAITS = "record_waits"
    DRAFT_GOES = "draft_goes"
    PARTNER_LAPSES = "partner_lapses"


class MailState(StrEnum):
    """Where a mail stands; `unsure` is one that was on its way when the program stopped."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNSURE = "unsure"
    WITHDRAWN = "withdrawn"


def in_hours(at: datetime) -> bool:
    """Whether it is day in London: reminders that are due wait for the morning."""
    return london(at).hour >= FROM_HOUR


def rung_of(last_day: date, today: date) -> int | None:
    """The rung reached on a day, as days from the last day to sign: -14, -7, -1, 0, 7 ...; None before the first."""
    past = (today - last_day).days
    if past >= 0:
        return past - past % EVERY
    return max((-days for days in BEFORE if past >= -days), default=None)


def due_rung(last_day: date | None, first: date | None, last: date | None, today: date) -> int | None:
    """The rung for which somebody is to be reminded today; None if none, or if they were since it came.

    `first` and `last` are the days of the reminders so far. Who never signed
    has no last day: their ladder begins with the first reminder, at once. A
    rung that was missed is made up for, and only the newest.
    """
    if last_day is None:
        last_day = first or today
    rung = rung_of(last_day, today)
    if rung is None or (last is not None and last >= last_day + timedelta(days=rung)):
        return None
    return rung
