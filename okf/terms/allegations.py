"""How an open concern's review comes out, and what is added to a low-level concern, as enums; imports nobody."""

from __future__ import annotations

from enum import StrEnum


class ReviewOutcome(StrEnum):
    """What a review of an open concern came to."""

    STILL_OPEN = "still_open"
    CLOSED = "closed"


class LowLevelStepKind(StrEnum):
    """What was added to a low-level concern."""

    NOTE = "note"
    RAISED = "raised"
