"""The words of a family's chronology on paper as enums: what it is for, what a line is, why one is left out."""

from __future__ import annotations

from enum import StrEnum


class ChronologyPurpose(StrEnum):
    """What the family's chronology leaves for."""

    MEETING = "meeting"
    ORDER = "order"


class LineKind(StrEnum):
    """What one line of it is; `OWN_WORK` is what Casebook or its leads wrote of their own work."""

    SAID = "said"
    OPINION = "opinion"
    DONE_BEFORE = "done_before"
    VOICE = "voice"
    MARK = "mark"
    ADDED = "added"
    NOTE = "note"
    OWN_WORK = "own_work"


class LeftOut(StrEnum):
    """Why a line does not go."""

    ANOTHER_FAMILY = "another_family"
    MEDIATION = "mediation"
    ABOUT_A_WORKER = "about_a_worker"
    OUTSIDE_THE_DAYS = "outside_the_days"
    OWN_WORK = "own_work"
    NOT_NEEDED = "not_needed"
    THIRD_PERSON = "third_person"
    DANGER = "danger"
    LEGAL_ADVICE = "legal_advice"
