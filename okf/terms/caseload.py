"""The words of the caseload as enums: closings, links of cases, bands of waiting, what is tallied, what is coming."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class ClosureOutcome(StrEnum):
    """What a closed case came to, in one word for the figures; the words for whoever reopens it stand beside.

    One that was joined into another is counted there, and in no figure of its own.
    """

    SUPPORT_COMPLETED = "support_completed"
    AGREEMENT_REACHED = "agreement_reached"
    PARTLY_COMPLETED = "partly_completed"
    REFERRED_ELSEWHERE = "referred_elsewhere"
    FAMILY_WITHDREW = "family_withdrew"
    LOST_CONTACT = "lost_contact"
    JOINED = "joined"


CAME_TO: Final = tuple(one for one in ClosureOutcome if one is not ClosureOutcome.JOINED)


class CaseLinkKind(StrEnum):
    """What two cases of one family are to each other.

    Of `NEW_PARTY` the first is the own case of somebody who belongs to the other one, whose people don't know it yet.
    """

    LINKED = "linked"
    JOINED = "joined"
    NEW_PARTY = "new_party"


class WaitBand(StrEnum):
    """How many days a family waited, by the band's first day; `NOT_YET` where it has not happened."""

    TWO_DAYS = "0"
    WEEK = "3"
    FORTNIGHT = "8"
    FOUR_WEEKS = "15"
    LONGER = "29"
    NOT_YET = "none"

    @property
    def days(self) -> tuple[int, int] | None:
        """Its first and last day; None where it has not happened."""
        return None if self is WaitBand.NOT_YET else (int(self), _LAST[self])


_LAST: Final = {
    WaitBand.TWO_DAYS: 2,
    WaitBand.WEEK: 7,
    WaitBand.FORTNIGHT: 14,
    WaitBand.FOUR_WEEKS: 28,
    WaitBand.LONGER: 100_000,
}


class Tally(StrEnum):
    """What a row of the summary table counts cases by, beside kind of support and area."""

    STATUS = "status"  # by the month of opening and where they stand; closed ones with what they came to
    OPEN = "open"  # those that are not closed, by where they stand
    CLOSED = "closed"  # by the month of the closing that stands, and what it came to
    ALLOCATION = "allocation"  # by the month of opening and the band of waiting for a caseworker
    CONTACT = "contact"  # the same of waiting until OKF was first in touch
    LEAD = "lead"  # those that are not closed, by caseworker


class Coming(StrEnum):
    """Something that comes on a day that is known beforehand."""

    GRANTS_END = "grants_end"
    SIGNING_DUE = "signing_due"
    CONFIRMING_DUE = "confirming_due"
    EMERGENCY_REVIEWS = "emergency_reviews"
    CONCERN_REVIEWS = "concern_reviews"
    CASES_KEPT = "cases_kept"
    ENQUIRIES_KEPT = "enquiries_kept"
    AWAY = "away"
    CHECKS_END = "checks_end"
    APPOINTMENTS = "appointments"


class FigureStatus(StrEnum):
    """Where a set of figures stands; derived from who did what to it, never stored."""

    DRAFT = "draft"
    APPROVED = "approved"
    FILED = "filed"
    WITHDRAWN = "withdrawn"
