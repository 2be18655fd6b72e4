"""The words of intake as enums: enquiries, who is in them, and what a service user was told and promised."""

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


class NoticeWay(StrEnum):
    """How somebody was given the privacy notice."""

    READ_OUT = "read_out"
    EMAILED = "emailed"
    POSTED = "posted"
    HANDED_OVER = "handed_over"
    ON_THE_WEBSITE = "on_the_website"


class UndertakingAnswer(StrEnum):
    """What somebody answered when they were asked for the undertaking; whatever it is, help goes on (C14)."""

    ASKED = "asked"
    GIVEN = "given"
    DECLINED = "declined"
