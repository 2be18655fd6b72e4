"""The words of records as enums: how something was said, which way it went. Imports nobody."""

from __future__ import annotations

from enum import StrEnum


class Channel(StrEnum):
    """How a communication went."""

    CALL = "call"
    MESSAGE = "message"
    EMAIL = "email"
    LETTER = "letter"
    MEETING = "meeting"


class Direction(StrEnum):
    """Which way a communication went."""

    TO_US = "to_us"
    FROM_US = "from_us"
    TOGETHER = "together"


class Answer(StrEnum):
    """What became of a proposed re-labelling."""

    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
