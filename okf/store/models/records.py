"""What a case holds: records, each with one source, its compartment and its subjects."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text as sql
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Confidential, Narrative, Sealed
from okf.terms import RecordClass, RecordStatus
from okf.terms.records import Answer, Channel, Direction


class Record(Confidential, Sealed, Base):
    """Something that was told, written or received on a case (C2, C4).

    `source` says who told us: a service user's reference, or `joint`,
    `external`, `internal`. `compartment` says to whom it is restricted:
    `sole:<party>`, `child:<child>`, `joint`, `external`, `internal`, `safeguarding`.
    What was written is never changed: see `RecordCorrection`. `channel`,
    `direction` and `with_whom` are a communication's.
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
    channel: Mapped[Channel | None]
    direction: Mapped[Direction | None]
    with_whom: Mapped[str | None] = mapped_column(Narrative)


class RecordSubject(Confidential, Base):
    """Whom a record is about; data-protection rights follow the subject (C2)."""

    __tablename__ = "record_subject"
    __table_args__ = (Index("ix_record_subject_service_user", "service_user"),)

    record_id: Mapped[str] = mapped_column(ForeignKey("record.id"), primary_key=True)
    service_user: Mapped[str] = mapped_column(ForeignKey("service_user.ref"), primary_key=True)


class RecordCorrection(Confidential, Sealed, Base):
    """What a record says from now on, and why; the first words and every correction stay as they were."""

    __tablename__ = "record_correction"
    __table_args__ = (UniqueConstraint("record_id", "number"), CheckConstraint("number > 0", name="counted_from_one"))

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("record.id"))
    case_ref: Mapped[str] = mapped_column(ForeignKey("case.ref"))
    number: Mapped[int]
    title: Mapped[str | None] = mapped_column(Narrative)
    text: Mapped[str] = mapped_column(Narrative)
    reason: Mapped[str] = mapped_column(Narrative)
    written_by: Mapped[str] = mapped_column(String(80))
    written_at: Mapped[datetime]


class RecordRelabel(Confidential, Sealed, Base):
    """A proposal to change whose words a wrongly labelled record has, until somebody else has answered it (C2).

    `was_*` is the label that it stands under while it waits.
    """

    __tablename__ = "record_relabel"
    __table_args__ = (
        CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL) AND (answered_at IS NULL) = (answer IS NULL)",
            name="answered_by_someone_at_some_time",
        ),
        CheckConstraint("answer <> 'approved' OR answered_by <> proposed_by", name="approved_by_somebody_else"),
        Index(
            "ix_record_relabel_open",
            "record_id",
            unique=True,
            sqlite_where=sql("answered_at IS NULL"),
            postgresql_where=sql("answered_at IS NULL"),
        ),
        Index(
            "ix_record_relabel_open_case",
            "case_ref",
            sqlite_where=sql("answered_at IS NULL"),
            postgresql_where=sql("answered_at IS NULL"),
        ),
    )

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("record.id"))
    case_ref: Mapped[str] = mapped_column(ForeignKey("case.ref"))
    source: Mapped[str] = mapped_column(String(80))
    compartment: Mapped[str] = mapped_column(String(100))
    subjects: Mapped[list[str]]
    was_source: Mapped[str] = mapped_column(String(80))
    was_compartment: Mapped[str] = mapped_column(String(100))
    was_subjects: Mapped[list[str]]
    reason: Mapped[str] = mapped_column(Narrative)
    proposed_by: Mapped[str] = mapped_column(String(80))
    proposed_at: Mapped[datetime]
    answer: Mapped[Answer | None]
    answered_by: Mapped[str | None] = mapped_column(String(80))
    answered_at: Mapped[datetime | None]


class StoredFile(Confidential, Sealed, Base):
    """A file that belongs to a record, encrypted under its case's key; its name and fingerprint are narratives."""

    __tablename__ = "stored_file"
    __table_args__ = (Index("ix_stored_file_record_id", "record_id"),)

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("record.id"))
    case_ref: Mapped[str] = mapped_column(ForeignKey("case.ref"))
    name: Mapped[str] = mapped_column(Narrative)
    kind: Mapped[str] = mapped_column(String(10))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(Narrative)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    place_removed: Mapped[bool | None]  # where it told where it was made, before it came in
    added_by: Mapped[str] = mapped_column(String(80))
    added_at: Mapped[datetime]
