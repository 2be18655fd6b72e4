"""What follows from a concern: whom it is no longer about, the designated officer told, each review; low-level ones."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Confidential, Narrative, Sealed
from okf.terms import Severity
from okf.terms.concerns import LowLevelStepKind, ReviewOutcome


class ConcernAboutEnd(Confidential, Sealed, Base):
    """A lead found that a concern is not about somebody; that it once was stays, and hides what it hid."""

    __tablename__ = "concern_about_end"
    __table_args__ = (
        CheckConstraint("(service_user IS NULL) <> (person IS NULL)", name="one_or_the_other"),
        Index("ix_concern_about_end_concern_ref", "concern_ref"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    concern_ref: Mapped[str] = mapped_column(ForeignKey("concern.ref"))
    service_user: Mapped[str | None] = mapped_column(ForeignKey("service_user.ref"))
    person: Mapped[str | None] = mapped_column(ForeignKey("person.username"))
    ended_at: Mapped[datetime]
    ended_by: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(Narrative)

    def sealed_under(self) -> str:
        """Its concern's key."""
        return f"concern:{self.concern_ref}"


class LadoNotice(Confidential, Sealed, Base):
    """Whether the local authority's designated officer (LADO) was told of an allegation, and what came back.

    `told_at` is set where they were; without it, `words` say why they were
    not. `reference` is theirs.
    """

    __tablename__ = "lado_notice"
    __table_args__ = (Index("ix_lado_notice_concern_ref", "concern_ref"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    concern_ref: Mapped[str] = mapped_column(ForeignKey("concern.ref"))
    told_at: Mapped[datetime | None]
    reference: Mapped[str | None] = mapped_column(Narrative)
    words: Mapped[str] = mapped_column(Narrative)
    noted_at: Mapped[datetime]
    noted_by: Mapped[str] = mapped_column(String(80))

    def sealed_under(self) -> str:
        """Its concern's key."""
        return f"concern:{self.concern_ref}"


class ConcernReview(Confidential, Sealed, Base):
    """One look at an open concern on or after its day: what was found, and when it is looked at next."""

    __tablename__ = "concern_review"
    __table_args__ = (
        CheckConstraint("(outcome = 'closed') = (next_review_on IS NULL)", name="looked_at_next_while_open"),
        Index("ix_concern_review_concern_ref", "concern_ref"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    concern_ref: Mapped[str] = mapped_column(ForeignKey("concern.ref"))
    due_on: Mapped[date | None]
    reviewed_at: Mapped[datetime]
    reviewed_by: Mapped[str] = mapped_column(String(80))
    outcome: Mapped[ReviewOutcome]
    severity_before: Mapped[Severity]
    severity: Mapped[Severity]
    next_review_on: Mapped[date | None]
    found: Mapped[str] = mapped_column(Narrative)

    def sealed_under(self) -> str:
        """Its concern's key."""
        return f"concern:{self.concern_ref}"


class LowLevelConcern(Confidential, Sealed, Base):
    """Conduct of somebody who works with OKF that worries and does not meet the harm threshold.

    Kept apart from concerns: in no queue, no count and on no page of the
    person. `person` is whom it is about; who is not on file stands in
    `about_as_typed`.
    """

    __tablename__ = "low_level_concern"
    __table_args__ = (
        CheckConstraint("(person IS NULL) <> (about_as_typed IS NULL)", name="about_one_or_the_other"),
        Index("ix_low_level_concern_person", "person"),
        Index("ix_low_level_concern_noted_at", "noted_at", "ref"),
    )

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    person: Mapped[str | None] = mapped_column(ForeignKey("person.username"))
    about_as_typed: Mapped[str | None] = mapped_column(Narrative)
    happened_on: Mapped[date]
    conduct: Mapped[str] = mapped_column(Narrative)
    done: Mapped[str] = mapped_column(Narrative)
    noted_at: Mapped[datetime]
    noted_by: Mapped[str] = mapped_column(String(80))

    def sealed_under(self) -> str:
        """A key of its own, which is nobody's case and no concern's."""
        return f"low_level:{self.ref}"


class LowLevelStep(Confidential, Sealed, Base):
    """What was added to a low-level concern later: a note, or that it was raised to an allegation."""

    __tablename__ = "low_level_step"
    __table_args__ = (
        CheckConstraint("(kind = 'raised') = (concern_ref IS NOT NULL)", name="raised_to_a_concern"),
        Index("ix_low_level_step_low_level_ref", "low_level_ref"),
        Index("ix_low_level_step_concern_ref", "concern_ref"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    low_level_ref: Mapped[str] = mapped_column(ForeignKey("low_level_concern.ref"))
    kind: Mapped[LowLevelStepKind]
    concern_ref: Mapped[str | None] = mapped_column(ForeignKey("concern.ref"))
    text: Mapped[str] = mapped_column(Narrative)
    entered_at: Mapped[datetime]
    entered_by: Mapped[str] = mapped_column(String(80))

    def sealed_under(self) -> str:
        """The key of what it belongs to."""
        return f"low_level:{self.low_level_ref}"
