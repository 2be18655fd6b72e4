"""The words of concerns as enums: kinds of harm, a child's voice, reviews, low-level ones and markers."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

ADDED_BY_RAISER: Final = "Added by who raised it"  # what such a line of a concern's chronology is called
# Of a concern that came to be about a lead who saw it before: it stands where it stood, and tells nothing.
SOMEBODY_ELSE: Final = "Another lead works on it"


class ConcernCategory(StrEnum):
    """What kind of harm a concern is about."""

    CHILD_PHYSICAL_ABUSE = "child_physical_abuse"
    CHILD_EMOTIONAL_ABUSE = "child_emotional_abuse"
    CHILD_SEXUAL_ABUSE = "child_sexual_abuse"
    CHILD_NEGLECT = "child_neglect"
    CHILD_DOMESTIC_ABUSE = "child_domestic_abuse"
    CHILD_EXPLOITATION = "child_exploitation"
    ONLINE_HARM = "online_harm"
    FEMALE_GENITAL_MUTILATION = "female_genital_mutilation"
    FORCED_MARRIAGE_OR_HONOUR_BASED_ABUSE = "forced_marriage_or_honour_based_abuse"
    RADICALISATION = "radicalisation"
    CHILD_ON_CHILD = "child_on_child"
    ABDUCTION_OR_WITHHOLDING = "abduction_or_withholding"
    PARENTAL_CONFLICT = "parental_conflict"
    ADULT_PHYSICAL = "adult_physical"
    ADULT_SEXUAL = "adult_sexual"
    ADULT_PSYCHOLOGICAL = "adult_psychological"
    ADULT_DOMESTIC = "adult_domestic"
    ADULT_FINANCIAL = "adult_financial"
    MODERN_SLAVERY = "modern_slavery"
    DISCRIMINATORY = "discriminatory"
    ORGANISATIONAL = "organisational"
    ADULT_NEGLECT = "adult_neglect"
    SELF_NEGLECT = "self_neglect"
    SUICIDE_OR_SELF_HARM = "suicide_or_self_harm"
    ABOUT_A_WORKER = "about_a_worker"


class VoiceHow(StrEnum):
    """How a child's voice came to us, or that it has not yet."""

    SAID = "said"
    OBSERVED = "observed"
    NOT_YET_OBTAINED = "not_yet_obtained"


class ReviewOutcome(StrEnum):
    """What a review of an open concern came to."""

    STILL_OPEN = "still_open"
    CLOSED = "closed"


class LowLevelStepKind(StrEnum):
    """What was added to a low-level concern."""

    NOTE = "note"
    RAISED = "raised"


class MarkerKind(StrEnum):
    """Who sees it: a contact marker whoever works the case, an internal flag the safeguarding leads alone."""

    CONTACT = "contact"
    INTERNAL = "internal"


class MarkerStepKind(StrEnum):
    """What was done with a marker."""

    SET = "set"
    RENEWED = "renewed"
    LIFTED = "lifted"
