"""How a step of a professional disagreement ended, as an enum; imports nobody."""

from __future__ import annotations

from enum import StrEnum


class EscalationEnd(StrEnum):
    """What ended a step: their answer, the next step, or that it was given up."""

    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    CLIMBED = "climbed"
    GIVEN_UP = "given_up"
