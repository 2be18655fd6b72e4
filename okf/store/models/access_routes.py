"""How access is asked for, handed over, and opened to a closed case: requests, handovers, custody."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Confidential, Narrative, Sealed


class AccessRequest(Confidential, Sealed, Base):
    """Somebody asks for access to a case of which they know the reference, with their reason (C5).

    `asked_for` is what they typed: whether there is such a case is for
    whoever decides to know. `granted` and `answer` are what they are told.
    """

    __tablename__ = "access_request"
    __table_args__ = (
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by_someone_at_some_time"),
        CheckConstraint("(decided_at IS NULL) = (granted IS NULL)", name="decided_one_way"),
        CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="only_somebody_else_decides"),
        Index("ix_access_request_asked_by_asked_at", "asked_by", "asked_at"),
        Index(
            "ix_access_request_open",
            "asked_at",
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
    )

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    asked_for: Mapped[str] = mapped_column(String(80))
    asked_by: Mapped[str] = mapped_column(ForeignKey("person.username"))
    asked_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Narrative)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decided_at: Mapped[datetime | None]
    granted: Mapped[bool | None]
    answer: Mapped[str | None] = mapped_column(Narrative)
    grant_id: Mapped[str | None] = mapped_column(ForeignKey("access_grant.id"))

    def sealed_under(self) -> str:
        """The organisation's key: the case may not exist."""
        return "organisation"


class Handover(Confidential, Sealed, Base):
    """One person's work on a case passed to another, at once or on a date, with what the next one must know (C3).

    `party` names whose lead it was; empty when it was another access. `old_grant` ends as `new_grant` begins.
    """

    __tablename__ = "handover"
    __table_args__ = (
        CheckConstraint("from_person <> to_person", name="to_somebody_else"),
        Index("ix_handover_case_ref", "case_ref"),
        Index("ix_handover_old_grant", "old_grant"),
    )

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    case_ref: Mapped[str] = mapped_column(ForeignKey("case.ref"))
    party: Mapped[str | None] = mapped_column(ForeignKey("service_user.ref"))
    from_person: Mapped[str] = mapped_column(ForeignKey("person.username"))
    to_person: Mapped[str] = mapped_column(ForeignKey("person.username"))
    old_grant: Mapped[str] = mapped_column(ForeignKey("access_grant.id"))
    new_grant: Mapped[str] = mapped_column(ForeignKey("access_grant.id"))
    takes_effect_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(80))
    decided_at: Mapped[datetime]
    note: Mapped[str | None] = mapped_column(Narrative)


class CustodyAccess(Confidential, Sealed, Base):
    """A records custodian's look into a closed case: for a stated purpose, for some days at most (C6, C15)."""

    __tablename__ = "custody_access"
    __table_args__ = (
        CheckConstraint("until > opened_at", name="ends_after_it_starts"),
        Index("ix_custody_access_person_opened_at", "person", "opened_at"),
        Index("ix_custody_access_case_ref", "case_ref"),
        Index("ix_custody_access_until", "until"),
    )

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("person.username"))
    case_ref: Mapped[str] = mapped_column(ForeignKey("case.ref"))
    purpose: Mapped[str] = mapped_column(Narrative)
    opened_at: Mapped[datetime]
    until: Mapped[datetime]
    ended_at: Mapped[datetime | None]
