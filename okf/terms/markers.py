"""Contact markers and internal flags, as enums; imports nobody."""

from __future__ import annotations

from enum import StrEnum


class MarkerKind(StrEnum):
    """Who sees it: a contact marker whoever works the case, an internal flag the safeguarding leads alone."""

    CONTACT = "contact"
    INTERNAL = "internal"


class MarkerStepKind(StrEnum):
    """What was done with a marker."""

    SET = "set"
    RENEWED = "renewed"
    LIFTED = "lifted"
