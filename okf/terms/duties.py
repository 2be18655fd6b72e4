"""The duties on a concern, each with a clock of its own; what is done to one, and how a clock ends. Imports nobody."""

from __future__ import annotations

from enum import StrEnum


class Duty(StrEnum):
    """What has to be done on a concern by an instant."""

    DECIDE = "decide"
    LADO = "lado"
    CONFIRM = "confirm"
    ANSWER = "answer"
    CHASE = "chase"
    ESCALATE = "escalate"
    SECOND = "second"
    THIRD = "third"
    REVIEW = "review"


class ActKind(StrEnum):
    """What is done to a concern, as far as a clock might care."""

    RAISED = "raised"
    SEVERITY = "severity"
    TRIAGED = "triaged"
    TAKEN = "taken"
    HANDED_OVER = "handed_over"
    DECIDED = "decided"
    REFERRED = "referred"
    CONFIRMED = "confirmed"
    CHASED = "chased"
    ANSWERED = "answered"
    ESCALATED = "escalated"
    TIED = "tied"
    LADO_TOLD = "lado_told"
    READ_SECOND = "read_second"
    READ_THIRD = "read_third"
    REVIEWED = "reviewed"
    ENDED = "ended"


class ClockEnd(StrEnum):
    """How a clock ended: by its own act, given up with a reason, as another took its place, or with the concern."""

    MET = "met"
    GIVEN_UP = "given_up"
    REPLACED = "replaced"
    WITH_CONCERN = "with_concern"
