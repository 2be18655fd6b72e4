"""The words of records and appointments as enums: how something was said, which way it went, how people meet."""

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


class MisfilingOutcome(StrEnum):
    """What was found of a record that somebody said lay in the wrong place."""

    RIGHT_PLACE = "right_place"
    MOVED = "moved"
    TAKEN_AWAY = "taken_away"


class AppointmentKind(StrEnum):
    """How people meet."""

    VISIT = "visit"
    MEETING = "meeting"
    CALL = "call"
    VIDEO_CALL = "video_call"
    CONTACT_SESSION = "contact_session"
    OTHER = "other"
