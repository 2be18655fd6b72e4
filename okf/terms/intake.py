"""The words of intake as enums: enquiries, who is in them, what a service user was told and promised, matches."""

from __future__ import annotations

from enum import StrEnum


class EnquiryStatus(StrEnum):
    """Where an enquiry stands."""

    NEW = "new"
    REGISTERED = "registered"
    DECLINED = "declined"
    DUPLICATE = "duplicate"


class EnquiryChannel(StrEnum):
    """By which way somebody asked for help."""

    PHONE = "phone"
    IN_PERSON = "in_person"
    EMAIL = "email"
    LETTER = "letter"
    WEBSITE = "website"


class EnquiryPart(StrEnum):
    """Who somebody in an enquiry is."""

    CALLER = "caller"
    OTHER_ADULT = "other_adult"
    CHILD = "child"


class ContactCheck(StrEnum):
    """How we know from somebody themselves how they are reached: nothing else makes it callable."""

    OWN_WORD = "own_word"
    THEY_RANG_US = "they_rang_us"
    IN_PERSON = "in_person"
    BY_LETTER = "by_letter"
    BY_EMAIL = "by_email"
    AT_THEIR_SOLICITOR = "at_their_solicitor"


class NoticeWay(StrEnum):
    """How somebody was given the privacy notice."""

    READ_OUT = "read_out"
    EMAILED = "emailed"
    POSTED = "posted"
    HANDED_OVER = "handed_over"
    ON_THE_WEBSITE = "on_the_website"


class AbuseTold(StrEnum):
    """What somebody answered when they were asked about domestic abuse or coercion; nothing where it was not asked."""

    SAID = "said"
    NOT_SAID = "not_said"


class UndertakingAnswer(StrEnum):
    """What somebody answered when they were asked for the undertaking; whatever it is, help goes on (C14)."""

    ASKED = "asked"
    GIVEN = "given"
    DECLINED = "declined"


class Confidence(StrEnum):
    """How sure it is that two descriptions are of one person, surest first."""

    THE_SAME = "the_same"
    VERY_LIKELY = "very_likely"
    LIKELY = "likely"
    POSSIBLE = "possible"


class MatchOutcome(StrEnum):
    """What was decided where somebody of a new case may be a party of another one."""

    NOT_THE_SAME = "not_the_same"
    KEPT_APART = "kept_apart"
    NOT_TAKEN_ON = "not_taken_on"
