"""Checks of a value before a command keeps it; each error names the field as the screen does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from okf.clock import london_date
from okf.errors import Invalid
from okf.signs import LINE, unusable, without_steering


def words(field: str, value: str | None, *, at_most: int, at_least: int = 1) -> str:
    """The text without blanks around it, and a running one without what steers or can't be seen.

    Raises:
        Invalid: it is missing, too short or too long, or holds a sign that can't be kept.
    """
    text = (value or "").strip()
    if at_most > LINE:
        text = without_steering(text).strip()
    if len(text) < at_least:
        raise Invalid(field, "write it down first." if at_least == 1 else f"write at least {at_least} characters.")
    if len(text) > at_most:
        raise Invalid(field, f"it has {len(text):,} characters; at most {at_most:,} can be kept.")
    wrong = unusable(text, line=at_most <= LINE)
    if wrong:
        raise Invalid(field, f"{wrong}. Delete it, and type what stands there again.")
    return text


def words_or_none(field: str, value: str | None, *, at_most: int) -> str | None:
    """The same for what may be left out."""
    return words(field, value, at_most=at_most) if value and value.strip() else None


def past_day(field: str, day: date, at: datetime) -> date:
    """A date that is not yet to come.

    Raises:
        Invalid: it lies in the future.
    """
    if day > london_date(at):
        raise Invalid(field, "this date is still to come.")
    return day


def past_moment(field: str, moment: datetime, at: datetime, since: datetime | None = None) -> datetime:
    """An instant that is not yet to come, give or take a clock that is a few minutes fast, and not before another.

    Raises:
        Invalid: it lies in the future, or before all that it can be of.
    """
    if since is not None and moment < since:
        raise Invalid(field, f"this is before {since:%d/%m/%Y}, when it began: look at the date again.")
    if moment > at + timedelta(minutes=10):
        raise Invalid(field, "this time is still to come.")
    return moment


def plain_value(value: Any) -> Any:
    """A value as JSON can hold it: instants and dates in ISO form."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain_value(one) for key, one in value.items()}
    return [plain_value(one) for one in value] if isinstance(value, list | tuple) else value
