"""Reviews of open concerns, by severity until they are closed: what was found, and the next day (C9)."""

from __future__ import annotations

from datetime import date
from typing import Final

from okf.clock import end_of, london_date
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid
from okf.policy.clocks import review_due
from okf.policy.words import day
from okf.safeguarding.commands.on_concern import append_entry, concern_to_change, keep_off_the_case
from okf.store.models import Concern, ConcernReview
from okf.terms import Action, Severity
from okf.terms.concerns import ReviewOutcome
from okf.validation import words

FOUND: Final = 20_000


def review_concern(
    desk: Desk,
    ref: str,
    *,
    severity: Severity,
    found: str,
    next_review_on: date | None = None,
    entries_seen: int | None = None,
) -> date:
    """Look at an open concern again and leave it open, as severe as it is now; the London day of the next look.

    Without `next_review_on` it is what the severity asks for: in a day, a
    week, a fortnight, a month; an earlier day may be chosen, a later one not.

    Raises:
        Refused, NotFound: they may not work it, or it is not there.
        Conflict: somebody wrote to it meanwhile, it has ended, or nobody has triaged it.
        Invalid: nothing was found, or the next day is past or too late for the severity.
    """
    said = words("What the review found", found, at_most=FOUND)
    with desk.permitted(Action.TRIAGE_CONCERN, concern=ref) as deed:
        concern = concern_to_change(deed, ref, entries_seen)
        if concern.triaged_at is None:
            raise Conflict("Nobody has triaged it yet: triage it first.")
        today = london_date(deed.at)
        following = next_look(severity, today, next_review_on)
        change = "" if severity is concern.severity else f", severity {concern.severity.value} → {severity.value}"
        what = f"Reviewed: still open{change}, next review {day(following)}"
        put_review(desk, deed, concern, ReviewOutcome.STILL_OPEN, severity, following, said)
        append_entry(deed, ref, str(desk.actor), what, said)
        concern.severity, concern.next_review_on, concern.due_at = severity, following, end_of(following)
        keep_off_the_case(deed, ref)
        deed.note(did="review", severity=severity, next_review_on=following)
    return following


def next_look(severity: Severity, today: date, wanted: date | None) -> date:
    """The London day of the next look: the wanted one, or else the last that the severity allows.

    Raises:
        Invalid: the wanted day is past, or too late for the severity.
    """
    latest = review_due(severity, today)
    if wanted is not None and not today <= wanted <= latest:
        raise Invalid("Next review", f"at {severity.value} severity, choose a day from today to {day(latest)}.")
    return wanted or latest


def put_review(
    desk: Desk,
    deed: Deed,
    concern: Concern,
    outcome: ReviewOutcome,
    severity: Severity,
    following: date | None,
    said: str,
) -> None:
    """Put a look at a concern on record, with what was due and what it came to, within its deed."""
    deed.add(
        ConcernReview(
            concern_ref=concern.ref,
            due_on=concern.next_review_on,
            reviewed_at=deed.at,
            reviewed_by=str(desk.actor),
            outcome=outcome,
            severity_before=concern.severity,
            severity=severity,
            next_review_on=following,
            found=said,
        )
    )
