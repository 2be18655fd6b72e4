"""The words of looking first: the steps of a case at which allocation and mediation stop until somebody has looked."""

from __future__ import annotations

from enum import StrEnum


class LookStep(StrEnum):
    """One step: set, decided on, or taken off by two."""

    SET = "set"
    MAY_ALLOCATE = "may_allocate"
    MAY_MEDIATE = "may_mediate"
    NO_MEDIATION = "no_mediation"
    OFF_ASKED = "off_asked"
    STAYS = "stays"
    OFF = "off"


DECISIONS = (LookStep.MAY_ALLOCATE, LookStep.MAY_MEDIATE, LookStep.NO_MEDIATION)
