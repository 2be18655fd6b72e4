"""Enquiries: who asked OKF for help, before there is a case."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Confidential, Named, Narrative, Sealed
from okf.terms import SupportKind
from okf.terms.intake import AbuseTold, EnquiryChannel, EnquiryPart, EnquiryStatus, NoticeWay, UndertakingAnswer


class Enquiry(Sealed, Confidential, Base):
    """Somebody asked for help: how it reached us, what they said, and what came of it.

    `received_at` is when they asked, `taken_at` when it was put on file.
    `version` counts its changes, so that two people can't change it unseen by
    each other. Once it is registered its words and people are the case's and
    no longer stand here.
    """

    __tablename__ = "enquiry"
    __table_args__ = (
        CheckConstraint("(status = 'new') = (decided_at IS NULL)", name="decided_at_some_time"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by_someone"),
        CheckConstraint("(status = 'registered') = (case_ref IS NOT NULL)", name="registered_as_a_case"),
        Index("ix_enquiry_received_at_ref", "received_at", "ref"),
        Index("ix_enquiry_taken_by_received_at_ref", "taken_by", "received_at", "ref"),
        Index(
            "ix_enquiry_not_taken_on",
            "decided_at",
            "ref",
            sqlite_where=text("decided_at IS NOT NULL AND case_ref IS NULL"),
            postgresql_where=text("decided_at IS NOT NULL AND case_ref IS NULL"),
        ),
        Index(
            "ix_enquiry_waiting",
            "received_at",
            "ref",
            sqlite_where=text("status = 'new'"),
            postgresql_where=text("status = 'new'"),
        ),
    )

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    status: Mapped[EnquiryStatus]
    channel: Mapped[EnquiryChannel]
    submission_id: Mapped[str | None] = mapped_column(String(120), unique=True)
    kind_of_support: Mapped[SupportKind | None]
    area: Mapped[str | None] = mapped_column(String(80))
    words: Mapped[str | None] = mapped_column(Narrative)
    note: Mapped[str | None] = mapped_column(Narrative)
    received_at: Mapped[datetime]
    taken_by: Mapped[str] = mapped_column(String(80))
    taken_at: Mapped[datetime]
    version: Mapped[int]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(80))
    reason: Mapped[str | None] = mapped_column(Narrative)
    case_ref: Mapped[str | None] = mapped_column(ForeignKey("case.ref"), index=True)

    def sealed_under(self) -> str:
        """Its texts have a key of their own: it is read by other people than the case."""
        return f"enquiry:{self.ref}"


class EnquiryPerson(Sealed, Confidential, Named, Base):
    """An adult or child in an enquiry, with the ways in which the caller says that it is safe to reach them.

    `phone` and `safe_phone` are in normal form (`okf.intake.contact_details`). A child has a
    date of birth or the age that was told.
    """

    __tablename__ = "enquiry_person"
    __table_args__ = (
        Index("ix_enquiry_person_enquiry_ref", "enquiry_ref", "position"),
        Index("ix_enquiry_person_name_folded", "name_folded"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enquiry_ref: Mapped[str] = mapped_column(ForeignKey("enquiry.ref"))
    position: Mapped[int]
    part: Mapped[EnquiryPart]
    name: Mapped[str] = mapped_column(String(200))
    date_of_birth: Mapped[date | None]
    age: Mapped[int | None]
    phone: Mapped[str | None] = mapped_column(String(80))
    email: Mapped[str | None] = mapped_column(String(320))
    address: Mapped[str | None] = mapped_column(Narrative)
    safe_phone: Mapped[str | None] = mapped_column(String(80))
    safe_hours: Mapped[str | None] = mapped_column(Narrative)
    voicemail_safe: Mapped[bool | None]
    post_safe: Mapped[bool | None]
    code_word: Mapped[str | None] = mapped_column(Narrative)
    do_not_contact_by: Mapped[str | None] = mapped_column(Narrative)
    safe_contact_notes: Mapped[str | None] = mapped_column(Narrative)
    notice_on: Mapped[date | None]
    notice_way: Mapped[NoticeWay | None]
    undertaking: Mapped[UndertakingAnswer | None]
    undertaking_on: Mapped[date | None]

    def sealed_under(self) -> str:
        """Under the enquiry's key."""
        return f"enquiry:{self.enquiry_ref}"


class EnquiryCorrection(Sealed, Confidential, Base):
    """What stood of the people in an enquiry until a change of it, in words; it goes with the enquiry's words.

    `version` is the one that the change made.
    """

    __tablename__ = "enquiry_correction"

    enquiry_ref: Mapped[str] = mapped_column(ForeignKey("enquiry.ref"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stood: Mapped[str] = mapped_column(Narrative)
    changed_by: Mapped[str] = mapped_column(String(80))
    changed_at: Mapped[datetime]

    def sealed_under(self) -> str:
        """Under the enquiry's key."""
        return f"enquiry:{self.enquiry_ref}"


class EnquiryTriage(Sealed, Confidential, Base):
    """What was asked at the first call, before anything else; it goes with the enquiry's words."""

    __tablename__ = "enquiry_triage"

    enquiry_ref: Mapped[str] = mapped_column(ForeignKey("enquiry.ref"), primary_key=True)
    safe_now: Mapped[bool | None]
    abuse: Mapped[AbuseTold | None]
    children_present: Mapped[bool | None]
    who_may_know: Mapped[str | None] = mapped_column(Narrative)
    interpreter: Mapped[bool | None]
    language: Mapped[str | None] = mapped_column(Narrative)
    access_needs: Mapped[str | None] = mapped_column(Narrative)
    danger: Mapped[bool]

    def sealed_under(self) -> str:
        """Under the enquiry's key."""
        return f"enquiry:{self.enquiry_ref}"
