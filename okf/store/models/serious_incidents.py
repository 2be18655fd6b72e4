"""Reports of serious incidents for the Charity Commission, in roles and without names: each version as it was kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Confidential, Narrative, Sealed


class IncidentReport(Confidential, Sealed, Base):
    """One version of a report on a concern; never edited. Trustees read it from its handing over on."""

    __tablename__ = "incident_report"
    __table_args__ = (
        UniqueConstraint("concern_ref", "number"),
        CheckConstraint(
            "(handed_over_by IS NULL) = (handed_over_at IS NULL)", name="handed_over_by_someone_at_some_time"
        ),
        Index(
            "ix_incident_report_handed_over",
            "handed_over_at",
            "ref",
            sqlite_where=text("handed_over_at IS NOT NULL"),
            postgresql_where=text("handed_over_at IS NOT NULL"),
        ),
    )

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    concern_ref: Mapped[str] = mapped_column(ForeignKey("concern.ref"))
    number: Mapped[int]
    words: Mapped[str] = mapped_column(Narrative)
    written_by: Mapped[str] = mapped_column(ForeignKey("person.username"))
    written_at: Mapped[datetime]
    handed_over_by: Mapped[str | None] = mapped_column(ForeignKey("person.username"))
    handed_over_at: Mapped[datetime | None]

    def sealed_under(self) -> str:
        """Its concern's key."""
        return f"concern:{self.concern_ref}"
