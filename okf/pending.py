"""One pending item of somebody: what a source of the overview's list answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from okf.desk import Desk
from okf.policy.facts import PersonFacts


@dataclass(frozen=True, slots=True)
class PendingItem:
    """Something that a person is waited for, and the page on which they do it.

    `text` names nobody and tells no confidence: "2 shares wait for your approval".
    `count` is how many of them it is, for the menu.
    """

    text: str
    page: str
    query: Mapping[str, str] = field(default_factory=dict)
    overdue: bool = False
    count: int = 1


PendingSource = Callable[[Desk, Session, PersonFacts], PendingItem | None]


def counted(count: int, one: str, many: str) -> str:
    """A count with its noun, in the words that fit: `counted(2, "share waits", "shares wait")`."""
    return f"{count:,} {one if count == 1 else many}"
