"""Where a concern counts that was said to be about somebody who works here: with its leads, and nowhere else (C9)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from okf.policy.facts import ConcernFacts, PersonFacts, Question
from okf.terms import SAFEGUARDING_LEADS


def counts_for(concern: ConcernFacts, person: PersonFacts, at: datetime) -> bool:
    """Whether a concern counts in the numbers, lists and refusals that somebody meets; `visible.counted` in SQL.

    One that was sealed when it was raised counts for the leads alone, and not
    for one whom it was about from the first word. Nothing moves in front of
    anybody by a tie: what they counted before it goes on counting for them.
    """
    if not concern.sealed:
        return True
    ties = [since for who, since in concern.ties if who == person.username]
    return bool(person.roles(at) & SAFEGUARDING_LEADS) and all(
        since is not None and person.roles(since) & SAFEGUARDING_LEADS for since in ties
    )


def counted(concerns: Iterable[ConcernFacts], person: PersonFacts, at: datetime) -> tuple[ConcernFacts, ...]:
    """Those of these concerns that count for somebody."""
    return tuple(one for one in concerns if counts_for(one, person, at))


def open_and_counted(q: Question) -> tuple[ConcernFacts, ...]:
    """The open concerns of a question's case that count for its person."""
    return tuple(one for one in counted(q.concerns, q.person, q.at) if one.open(q.at))
