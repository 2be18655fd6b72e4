"""The words of a decision on a concern as enums: how far it reaches, on which basis, what became of it. Imports nobody.

Thresholds and legal bases are a sample until OKF's Safeguarding Policy is in
hand: the two lists stand here alone, and nothing else assumes their words.
"""

from __future__ import annotations

from enum import StrEnum


class Threshold(StrEnum):
    """How serious the lead finds a concern, by the local authority's steps; the last is the adult's."""

    NO_THRESHOLD = "no_threshold"
    EARLY_HELP = "early_help"
    CHILD_IN_NEED = "child_in_need"
    SIGNIFICANT_HARM = "significant_harm"
    CARE_AND_SUPPORT_ENQUIRY = "care_and_support_enquiry"


class LegalBasis(StrEnum):
    """On what a decision rests: what lets OKF share without agreement, or what keeps it from sharing."""

    DPA18_S1_P18 = "dpa18_s1_p18"
    UKGDPR_6_1_EA = "ukgdpr_6_1_ea"
    VITAL_INTEREST = "vital_interest"
    CHILDREN_ACT = "children_act"
    CARE_ACT = "care_act"
    DUTY_OF_CONFIDENCE = "duty_of_confidence"


FOR_SHARING = tuple(basis for basis in LegalBasis if basis is not LegalBasis.DUTY_OF_CONFIDENCE)


class Consent(StrEnum):
    """Whether somebody was asked before it was decided, and what they said."""

    GIVEN = "sought and given"
    REFUSED = "sought and refused"
    NOT_SOUGHT = "not sought"


class Way(StrEnum):
    """How something went to its recipient."""

    TELEPHONE = "telephone"
    SECURE_EMAIL = "secure_email"
    ONLINE_FORM = "online_form"
    IN_PERSON = "in_person"
    LETTER = "letter"


class DecisionState(StrEnum):
    """Where a decision stands: who is to read it next, or whose word stands."""

    AWAITS_SECOND = "awaits_second"
    AWAITS_THIRD = "awaits_third"
    STANDS = "stands"
    OVERTURNED = "overturned"
    REPLACED = "replaced"


AWAITING = (DecisionState.AWAITS_SECOND, DecisionState.AWAITS_THIRD)


class ReferralStatus(StrEnum):
    """Where a referral stands with its recipient."""

    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    ESCALATED = "escalated"


class ReferralStep(StrEnum):
    """What is put on record of a referral after it was sent."""

    CHASED = "chased"
    CONFIRMED = "confirmed_in_writing"
    ACKNOWLEDGED = "acknowledged"
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    ESCALATED = "escalated"
    LEFT = "left_at_their_answer"
    GIVEN_UP = "given_up"
