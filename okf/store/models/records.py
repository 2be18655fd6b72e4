"""What a case holds: records, each with one source, its compartment and its subjects."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Confidential, Narrative, Sealed
from okf.terms import RecordClass, RecordStatus


class Record(Confidential, Sealed, Base):
    """Something that was told, written or received on a case (C2, C4).

    `source` says who told us: a service user's reference, or `joint`,
    `external`, `internal`. `compartment` says to whom it is restricted:
    `sole:<party>`, `child:<child>`, `joint`, `external`, `internal`, `safeguarding`.
    """

    __tablename__ = "record"
    __table_args__ = (
        CheckConstraint("source <> '' AND compartment <> ''", name="told_by_someone_and_kept_somewhere"),
        Index("ix_record_case_ref_occurred_at", "case_ref", "occurred_at"),
    )

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    case_ref: Mapped[str] = mapped_column(ForeignKey("case.ref"))
    record_class: Mapped[RecordClass]
    status: Mapped[RecordStatus | None]
    mediation_ref: Mapped[str | None] = mapped_column(ForeignKey("mediation.ref"), index=True)
    source: Mapped[str] = mapped_column(String(80))
    compartment: Mapped[str] = mapped_column(String(100))
    occurred_at: Mapped[datetime]
    title: Mapped[str | None] = mapped_column(Narrative)
    text: Mapped[str | None] = mapped_column(Narrative)
    written_by: Mapped[str | None] = mapped_column(String(80))
    written_at: Mapped[datetime | None]


class RecordSubject(Confidential, Base):
    """Whom a record is about; data-protection rights follow the subject (C2)."""

    __tablename__ = "record_subject"
    __table_args__ = (Index("ix_record_subject_service_user", "service_user"),)

    record_id: Mapped[str] = mapped_column(ForeignKey("record.id"), primary_key=True)
    service_user: Mapped[str] = mapped_column(ForeignKey("service_user.ref"), primary_key=True)
