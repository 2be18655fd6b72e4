"""Mediation: its words, where it may go from where it stands, and what must be so before a session (C10, C11, C13)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from okf.terms import MediationStatus

NOT_BINDING: Final = "Without prejudice. Not legally binding."


class Suitability(StrEnum):
    """What a mediator found after screening one participant."""

    SUITABLE = "suitable"
    SUITABLE_WITH_CONDITIONS = "suitable_with_conditions"
    NOT_SUITABLE = "not_suitable"


class ScreeningArea(StrEnum):
    """What is asked of each participant alone, before anything is agreed (a sample list: OKF adopts its own)."""

    SAFE_TO_TALK = "safe_to_talk"
    DOMESTIC_ABUSE = "domestic_abuse"
    CONTROL_OR_FEAR = "control_or_fear"
    CHILDREN_SAFE = "children_safe"
    PROTECTIVE_ORDERS = "protective_orders"
    FREE_CHOICE = "free_choice"
    MEETING_SAFELY = "meeting_safely"


ASKED: Mapping[ScreeningArea, str] = MappingProxyType(
    {
        ScreeningArea.SAFE_TO_TALK: "They were alone, and it was safe to talk",
        ScreeningArea.DOMESTIC_ABUSE: "Domestic abuse of any kind, now or before",
        ScreeningArea.CONTROL_OR_FEAR: "Control, threats, or fear of the other person",
        ScreeningArea.CHILDREN_SAFE: "Worries about the safety of a child",
        ScreeningArea.PROTECTIVE_ORDERS: "Police, court orders or bail conditions that keep people apart",
        ScreeningArea.FREE_CHOICE: "Whether they choose mediation freely",
        ScreeningArea.MEETING_SAFELY: "How they could come, take part and leave safely",
    }
)


class AgreedHow(StrEnum):
    """How a participant agreed to mediate."""

    SIGNED_ON_PAPER = "signed_on_paper"
    IN_WRITING = "in_writing"
    SPOKEN_IN_PERSON = "spoken_in_person"
    SPOKEN_BY_TELEPHONE = "spoken_by_telephone"


class SessionKind(StrEnum):
    """Who meets in a session: everybody in one room, apart at the same time, or one participant alone."""

    JOINT = "joint"
    SHUTTLE = "shuttle"
    PRIVATE = "private"


class SessionStatus(StrEnum):
    """Where a session stands."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


class ProposalStatus(StrEnum):
    """Where a proposal stands: it is kept by who made it until it is offered to everybody."""

    KEPT = "kept"
    OFFERED = "offered"
    PARKED = "parked"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


class EndedBecause(StrEnum):
    """Why a mediation was ended, in words that blame nobody and give nothing away."""

    BY_CHOICE = "by_choice"
    NOT_THE_RIGHT_TIME = "not_the_right_time"
    ANOTHER_WAY = "another_way"
    WITH_THE_CASE = "with_the_case"


ENDED_IN_WORDS: Mapping[EndedBecause, str] = MappingProxyType(
    {
        EndedBecause.BY_CHOICE: "Mediation is a free choice, and anyone may end it at any time.",
        EndedBecause.NOT_THE_RIGHT_TIME: "Mediation is not going ahead at this time.",
        EndedBecause.ANOTHER_WAY: "Another kind of support fits better now.",
        EndedBecause.WITH_THE_CASE: "The family's work with OKF came to its end.",
    }
)
# What its mediator may give; the other is the case's closing.
REASONS_TO_END: Final = tuple(one for one in EndedBecause if one is not EndedBecause.WITH_THE_CASE)
ANOTHER_MEDIATOR: Final = "another_mediator"  # a step that leaves a mediation where it stands


class IncidentOutcome(StrEnum):
    """What the review of an unauthorised recording found; the mediator acts on it, nothing ends by itself (C13)."""

    GOES_ON = "goes_on"
    GOES_ON_WITH_SAFEGUARDS = "goes_on_with_safeguards"
    TO_BE_PAUSED = "to_be_paused"
    TO_BE_ENDED = "to_be_ended"


MOVES: Mapping[MediationStatus, frozenset[MediationStatus]] = MappingProxyType(
    {
        MediationStatus.ASSESSMENT: frozenset(
            {MediationStatus.IN_PROGRESS, MediationStatus.UNSUITABLE, MediationStatus.TERMINATED}
        ),
        MediationStatus.IN_PROGRESS: frozenset(
            {MediationStatus.PAUSED, MediationStatus.CONCLUDED, MediationStatus.TERMINATED, MediationStatus.UNSUITABLE}
        ),
        MediationStatus.PAUSED: frozenset(
            {
                MediationStatus.IN_PROGRESS,
                MediationStatus.CONCLUDED,
                MediationStatus.TERMINATED,
                MediationStatus.UNSUITABLE,
            }
        ),
        MediationStatus.UNSUITABLE: frozenset(),
        MediationStatus.CONCLUDED: frozenset(),
        MediationStatus.TERMINATED: frozenset(),
    }
)
OVER: Final = frozenset(status for status, moves in MOVES.items() if not moves)
_NEUTRAL: Final = {MediationStatus.UNSUITABLE: MediationStatus.TERMINATED}
_STANDS: Final = {
    MediationStatus.ASSESSMENT: "being assessed",
    MediationStatus.IN_PROGRESS: "in progress",
    MediationStatus.PAUSED: "paused",
    MediationStatus.UNSUITABLE: "not going ahead",
    MediationStatus.CONCLUDED: "concluded",
    MediationStatus.TERMINATED: "not going ahead",
}


def neutral(status: MediationStatus) -> MediationStatus:
    """A status as anyone but the mediator learns it: that somebody was found unsuitable is nobody else's to know."""
    return _NEUTRAL.get(status, status)


def stands(status: MediationStatus) -> str:
    """Where a mediation stands, in words that are the same for every way in which it did not go ahead."""
    return _STANDS[status]


def may_move(now: MediationStatus, to: MediationStatus) -> bool:
    """Whether a mediation may go from where it stands to there."""
    return to in MOVES[now]


def still_needed(
    participants: Iterable[str], found: Mapping[str, Suitability], agreed: Iterable[str]
) -> dict[str, str]:
    """What is still missing of each participant before the first session; empty when it may begin."""
    missing = {}
    given = set(agreed)
    for who in participants:
        if who not in found:
            missing[who] = "screening"
        elif found[who] is Suitability.NOT_SUITABLE:
            missing[who] = "suitability"
        elif who not in given:
            missing[who] = "agreement to mediate"
    return missing


_AVOIDED: Final = re.compile(r"\b(settle(?:d|ments?)?|binding|court orders?|orders?)\b", re.IGNORECASE)


def words_to_avoid(text: str) -> tuple[str, ...]:
    """Words in a proposal or summary that promise more than mediation is: settlement, binding, order (C10)."""
    told = text.replace(NOT_BINDING, " ").replace("in order", " ")
    return tuple(dict.fromkeys(found.lower() for found in _AVOIDED.findall(told)))
