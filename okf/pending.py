"""One pending item of somebody: what a source of the list on Today answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from okf.clock import end_of, london_date
from okf.desk import Desk
from okf.policy.facts import PersonFacts

_WEEK: Final = timedelta(days=7)


class When(StrEnum):
    """Under which heading something stands on Today."""

    NOW = "Now"
    THIS_WEEK = "This week"
    LATER = "Later"


@dataclass(frozen=True, slots=True)
class PendingItem:
    """Something that a person is waited for, and the page on which they do it.

    `text` and `why` name nobody and tell no confidence: "2 shares wait for
    your approval". By `due` it is to be done, an instant or to the end of a
    day; `act` is the verb of the way to it. `count` is how
    many of them it is, for the menu.
    """

    text: str
    page: str
    query: Mapping[str, str] = field(default_factory=dict)
    overdue: bool = False
    count: int = 1
    due: datetime | date | None = None
    why: str = ""
    act: str = "Open"

    @property
    def due_at(self) -> datetime | None:
        """The instant at which its time is over."""
        return self.due if isinstance(self.due, datetime) or self.due is None else end_of(self.due)

    def when(self, at: datetime) -> When:
        """Now if it is overdue or due today, later if it is due in more than a week."""
        today, due = london_date(at), self.due_at
        if self.overdue or (due is not None and due <= end_of(today)):
            return When.NOW
        return When.LATER if due is not None and due > end_of(today + _WEEK) else When.THIS_WEEK


PendingSource = Callable[[Desk, Session, PersonFacts], PendingItem | None]


def counted(count: int, one: str, many: str) -> str:
    """A count with its noun, in the words that fit: `counted(2, "share waits", "shares wait")`."""
    return f"{count:,} {one if count == 1 else many}"
