"""The words of the rota of safeguarding as enums."""

from __future__ import annotations

from enum import StrEnum


class RotaPlace(StrEnum):
    """As what somebody is on duty; rung in this order."""

    LEAD = "lead"
    DEPUTY = "deputy"
    SECOND = "second"
