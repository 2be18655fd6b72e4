"""What a question of a checklist asks for, and what may be answered to it. Imports nobody."""

from __future__ import annotations

from enum import StrEnum


class AnswerKind(StrEnum):
    """What a question asks for, as the first word of its line says it.

    Of those that are answered yes or no, the counted ones make the number
    that is held against the threshold, and one decisive yes reaches it by
    itself. The clock runs from one date; another is itself the day by whose
    end something is due, and a past one is never after today.
    """

    YES_NO = "ask"
    COUNTED = "counted"
    DECISIVE = "decisive"
    DATE = "date"
    PAST = "past"
    STARTS_CLOCK = "clock"
    DUE = "due"
    TEXT = "text"
    CHOICE = "choice"


YES_OR_NO = (AnswerKind.YES_NO, AnswerKind.COUNTED, AnswerKind.DECISIVE)
DATES = (AnswerKind.DATE, AnswerKind.PAST, AnswerKind.STARTS_CLOCK, AnswerKind.DUE)


class YesNo(StrEnum):
    """The answer to a question of yes or no; nobody is made to guess."""

    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not known"
