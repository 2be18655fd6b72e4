"""The words of matching as enums: how sure it is that two are one, and what was decided. Imports nobody."""

from __future__ import annotations

from enum import StrEnum


class Confidence(StrEnum):
    """How sure it is that two descriptions are of one person, surest first."""

    THE_SAME = "the_same"
    VERY_LIKELY = "very_likely"
    LIKELY = "likely"
    POSSIBLE = "possible"


class MatchOutcome(StrEnum):
    """What was decided where somebody of a new case may be a party of another one."""

    NOT_THE_SAME = "not_the_same"
    KEPT_APART = "kept_apart"
    NOT_TAKEN_ON = "not_taken_on"
