"""The words of the figures that leave OKF, as enums; imports nobody."""

from __future__ import annotations

from enum import StrEnum


class FigureStatus(StrEnum):
    """Where a set of figures stands; derived from who did what to it, never stored."""

    DRAFT = "draft"
    APPROVED = "approved"
    FILED = "filed"
    WITHDRAWN = "withdrawn"
