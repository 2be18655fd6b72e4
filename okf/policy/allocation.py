"""When a case without a lead caseworker becomes overdue (C3)."""

from __future__ import annotations

from datetime import date, timedelta

from okf.clock import working_day_after
from okf.policy.facts import PolicySettings


def allocate_by(since: date, settings: PolicySettings) -> date:
    """The London date by whose end a case unallocated since a date is to have its lead caseworker."""
    return working_day_after(since, settings.unallocated_days, settings.bank_holidays)


def overdue_if_since(today: date, settings: PolicySettings) -> date:
    """The latest date since which an unallocated case is overdue today; those since later dates have time left."""
    since = today
    while allocate_by(since, settings) >= today:
        since -= timedelta(days=1)
    return since
