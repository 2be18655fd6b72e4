"""Contact markers and internal flags: what is seen before contact, and why, which the leads alone know."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Confidential, Narrative, Sealed
from okf.terms.concerns import MarkerKind, MarkerStepKind


class ContactMarker(Confidential, Base):
    """A neutral warning on a case or a service user, or a flag for the safeguarding leads alone; never without a date.

    `concern_ref` is the concern it was set for, if any. Who a concern was
    about when it was set does not see it, unless `shown_to_subjects`.
    """

    __tablename__ = "contact_marker"
    __table_args__ = (
        CheckConstraint("(case_ref IS NULL) <> (service_user IS NULL)", name="on_one_or_the_other"),
        CheckConstraint("(lifted_by IS NULL) = (lifted_at IS NULL)", name="lifted_by_someone_at_some_time"),
        Index("ix_contact_marker_case_ref", "case_ref"),
        Index("ix_contact_marker_service_user", "service_user"),
        Index("ix_contact_marker_concern_ref", "concern_ref"),
        Index(
            "ix_contact_marker_standing",
            "review_on",
            "ref",
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    kind: Mapped[MarkerKind]
    case_ref: Mapped[str | None] = mapped_column(ForeignKey("case.ref"))
    service_user: Mapped[str | None] = mapped_column(ForeignKey("service_user.ref"))
    concern_ref: Mapped[str | None] = mapped_column(ForeignKey("concern.ref"))
    shown_to_subjects: Mapped[bool]
    set_at: Mapped[datetime]
    set_by: Mapped[str] = mapped_column(String(80))
    review_on: Mapped[date]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None] = mapped_column(String(80))


class ContactMarkerStep(Confidential, Sealed, Base):
    """One deed on a marker and its reason: set, renewed to another day, lifted."""

    __tablename__ = "contact_marker_step"
    __table_args__ = (Index("ix_contact_marker_step_marker_ref", "marker_ref"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    marker_ref: Mapped[str] = mapped_column(ForeignKey("contact_marker.ref"))
    kind: Mapped[MarkerStepKind]
    review_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Narrative)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))

    def sealed_under(self) -> str:
        """A key of its own: it is not for whoever may open the case."""
        return f"marker:{self.marker_ref}"
