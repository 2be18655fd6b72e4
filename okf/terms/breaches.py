"""The words of personal data breaches as enums."""

from __future__ import annotations

from enum import StrEnum


class BreachOutcome(StrEnum):
    """What was decided on a breach; a breach without one waits, and its 72 hours run."""

    NO_BREACH = "no_breach"
    ICO_TOLD = "ico_told"
    ICO_NOT_TOLD = "ico_not_told"
