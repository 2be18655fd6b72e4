"""How long data is kept: policy.md's proposals, which the trustees adopt. No legal hold is known here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from okf.clock import birthday, is_past, london_date, months_after
from okf.policy.facts import CaseFacts, ConcernFacts

ENQUIRY_MONTHS = 12
CASE_MONTHS = 6 * 12
SIGNATURE_MONTHS = 6 * 12
CHILD_TURNS = 18
CHILD_OF_CONCERN_TURNS = 25


def keep_until(
    case: CaseFacts, concerns: Iterable[ConcernFacts], born: Mapping[str, date | None], at: datetime
) -> date | None:
    """The London date until which a closed case is kept.

    `born` holds the dates of birth of its children and of those whom its
    concerns are about. None while the case is open, and where a date of birth
    that decides is not known: then nothing may be disposed of.
    """
    closed_on = closed_date(case, at)
    if closed_on is None:
        return None
    of_concern = {
        who
        for concern in concerns
        if concern.raised_at <= at
        for who in concern.about
        if who in case.children or (who not in case.parties and _was_child(born.get(who), concern.raised_at))
    }
    turns = dict.fromkeys(case.children, CHILD_TURNS) | dict.fromkeys(of_concern, CHILD_OF_CONCERN_TURNS)
    ends = [months_after(closed_on, CASE_MONTHS)]
    for child, age in turns.items():
        birth = born.get(child)
        if birth is None:
            return None
        ends.append(birthday(birth, age))
    return max(ends)


def closed_date(case: CaseFacts, at: datetime) -> date | None:
    """The London date on which a case that is closed at an instant was last closed."""
    standing = [
        closure.closed_at
        for closure in case.closures
        if closure.closed_at <= at and not is_past(closure.reopened_at, at)
    ]
    return london_date(max(standing)) if standing else None


def signature_kept_until(left_on: date, last_record_kept_until: date | None = None) -> date:
    """The London date until which a signature is kept: as long as any record the signer could open, and 6 years."""
    after_leaving = months_after(left_on, SIGNATURE_MONTHS)
    return max(after_leaving, last_record_kept_until) if last_record_kept_until else after_leaving


def _was_child(birth: date | None, at: datetime) -> bool:
    """Whether somebody was a child then; one of whom it is not known counts as one."""
    return birth is None or london_date(at) < birthday(birth, CHILD_TURNS)
