"""The people OKF helps, how to reach them safely, and what they were told and promised."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Confidential, Named, Narrative, Sealed
from okf.terms.intake import ContactCheck, NoticeWay, UndertakingAnswer


class ServiceUser(Confidential, Sealed, Named, Base):
    """An adult or child whom OKF helps, with the ways in which they may be reached.

    How they are reached follows from what was told of them (`ContactStatement`): what they said themselves or was
    checked with them, and prohibitions. The date of birth, or the age that was told on a day, is the one that is
    known best, whoever told it, and is shown from the statements alone.
    """

    __tablename__ = "service_user"
    __table_args__ = (
        Index("ix_service_user_name_folded", "name_folded"),
        Index("ix_service_user_date_of_birth", "date_of_birth"),
    )

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    name: Mapped[str | None] = mapped_column(String(200))
    date_of_birth: Mapped[date | None]
    told_age: Mapped[int | None]
    told_age_on: Mapped[date | None]
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

    def sealed_under(self) -> str:
        """Their own key: they may be in several cases."""
        return f"service_user:{self.ref}"


class ContactStatement(Sealed, Confidential, Base):
    """What one source told of how a person is reached, or of their age; never changed itself.

    `told` holds the values by column, as JSON; the next statement that names
    one replaces it as `okf/policy/contact.py` says. `told_by` is None where
    the source is unknown: it was taken before sources were kept, or told by a
    file. It is callable if it was checked.
    """

    __tablename__ = "contact_statement"
    __table_args__ = (
        CheckConstraint("(checked_how IS NULL) = (checked_at IS NULL)", name="checked_at_some_time"),
        CheckConstraint("(checked_how IS NULL) = (checked_by IS NULL)", name="checked_by_someone"),
        Index("ix_contact_statement_service_user", "service_user", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_user: Mapped[str] = mapped_column(ForeignKey("service_user.ref"))
    told_by: Mapped[str | None] = mapped_column(ForeignKey("service_user.ref"))
    told_at: Mapped[datetime | None]
    noted_by: Mapped[str | None] = mapped_column(String(80))
    noted_at: Mapped[datetime | None]
    checked_how: Mapped[ContactCheck | None]
    checked_at: Mapped[datetime | None]
    checked_by: Mapped[str | None] = mapped_column(String(80))
    told: Mapped[str] = mapped_column(Narrative)
    why: Mapped[str | None] = mapped_column(Narrative)

    def sealed_under(self) -> str:
        """Its person's own key: they may be in several cases."""
        return f"service_user:{self.service_user}"


class SafeContactChange(Sealed, Confidential, Base):
    """A change of how to reach somebody of the time before `ContactStatement`: history, to which nothing is added.

    `changed` names what was changed, `before` holds what stood there, as JSON.
    """

    __tablename__ = "safe_contact_change"
    __table_args__ = (Index("ix_safe_contact_change_service_user", "service_user", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_user: Mapped[str] = mapped_column(ForeignKey("service_user.ref"))
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(80))
    changed: Mapped[list[str]]
    before: Mapped[str | None] = mapped_column(Narrative)
    why: Mapped[str | None] = mapped_column(Narrative)

    def sealed_under(self) -> str:
        """Its person's own key: they may be in several cases."""
        return f"service_user:{self.service_user}"


class PrivacyNoticeGiven(Confidential, Base):
    """Somebody was given the privacy notice; never changed."""

    __tablename__ = "privacy_notice_given"
    __table_args__ = (Index("ix_privacy_notice_given_service_user", "service_user", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_user: Mapped[str] = mapped_column(ForeignKey("service_user.ref"))
    given_on: Mapped[date]
    way: Mapped[NoticeWay]
    noted_by: Mapped[str] = mapped_column(String(80))
    noted_at: Mapped[datetime]


class Undertaking(Confidential, Base):
    """A service user was asked for the undertaking, gave it or declined it; the last one holds, and none is changed.

    Whatever was answered, help goes on (C14).
    """

    __tablename__ = "undertaking"
    __table_args__ = (Index("ix_undertaking_service_user", "service_user", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_user: Mapped[str] = mapped_column(ForeignKey("service_user.ref"))
    answer: Mapped[UndertakingAnswer]
    answered_on: Mapped[date]
    noted_by: Mapped[str] = mapped_column(String(80))
    noted_at: Mapped[datetime]
