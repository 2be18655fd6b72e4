"""What the coming weeks can bring, as an enum."""

from __future__ import annotations

from enum import StrEnum


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
