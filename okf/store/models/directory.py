"""The directory of local authorities, and the steps of a professional disagreement with one of them (C9)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Confidential, Named, Narrative, Sealed
from okf.terms.escalations import EscalationEnd


class LocalAuthority(Named, Confidential, Base):
    """A local authority and whom to ring there; at most one of them is the charity's default."""

    __tablename__ = "local_authority"
    __table_args__ = (
        UniqueConstraint("name_folded"),
        CheckConstraint("(checked_on IS NULL) = (checked_by IS NULL)", name="checked_by_someone_on_some_day"),
        Index(
            "ix_local_authority_default",
            "is_default",
            unique=True,
            sqlite_where=text("is_default"),
            postgresql_where=text("is_default"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    areas: Mapped[list[str]]
    is_default: Mapped[bool]
    hours: Mapped[str | None] = mapped_column(String(200))
    children_phone: Mapped[str | None] = mapped_column(String(40))
    children_email: Mapped[str | None] = mapped_column(String(200))
    out_of_hours_phone: Mapped[str | None] = mapped_column(String(40))
    lado_name: Mapped[str | None] = mapped_column(String(120))
    lado_phone: Mapped[str | None] = mapped_column(String(40))
    lado_email: Mapped[str | None] = mapped_column(String(200))
    adults_phone: Mapped[str | None] = mapped_column(String(40))
    adults_email: Mapped[str | None] = mapped_column(String(200))
    police_force: Mapped[str | None] = mapped_column(String(120))
    police_unit: Mapped[str | None] = mapped_column(String(120))
    police_phone: Mapped[str | None] = mapped_column(String(40))
    threshold_document: Mapped[str | None] = mapped_column(String(500))
    notes: Mapped[str | None] = mapped_column(String(2000))
    checked_on: Mapped[date | None]
    checked_by: Mapped[str | None] = mapped_column(String(120))


class AuthorityStep(Confidential, Base):
    """One step of an authority's way of settling a professional disagreement, from the first on."""

    __tablename__ = "authority_step"
    __table_args__ = (CheckConstraint("working_days > 0", name="some_time_to_answer"),)

    authority_id: Mapped[int] = mapped_column(ForeignKey("local_authority.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    who: Mapped[str] = mapped_column(String(200))
    contact: Mapped[str | None] = mapped_column(String(200))
    working_days: Mapped[int]


class ReferralEscalation(Confidential, Sealed, Base):
    """A step that a professional disagreement about a referral climbed: who was written to, and what they answered.

    It holds what the directory said then, which may change since. `due_at` is
    until when an answer was awaited.
    """

    __tablename__ = "referral_escalation"
    __table_args__ = (
        UniqueConstraint("referral_ref", "place"),
        CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (ended_how IS NULL)",
            name="ended_by_someone_at_some_time",
        ),
        Index("ix_referral_escalation_concern_ref", "concern_ref"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_ref: Mapped[str] = mapped_column(ForeignKey("referral.ref"))
    concern_ref: Mapped[str] = mapped_column(ForeignKey("concern.ref"))
    place: Mapped[int]
    authority: Mapped[str | None] = mapped_column(String(120))
    written_to: Mapped[str] = mapped_column(Narrative)
    said: Mapped[str] = mapped_column(Narrative)
    written_at: Mapped[datetime]
    written_by: Mapped[str] = mapped_column(String(80))
    due_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(80))
    ended_how: Mapped[EscalationEnd | None]
    answer: Mapped[str | None] = mapped_column(Narrative)

    def sealed_under(self) -> str:
        """Its concern's key."""
        return f"concern:{self.concern_ref}"
