"""The words of the work on a case as enums; this module imports nobody in the house."""

from __future__ import annotations

from enum import StrEnum


class AppointmentKind(StrEnum):
    """How people meet."""

    VISIT = "visit"
    MEETING = "meeting"
    CALL = "call"
    VIDEO_CALL = "video_call"
    CONTACT_SESSION = "contact_session"
    OTHER = "other"
