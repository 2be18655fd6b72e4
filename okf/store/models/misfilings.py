"""Records that went astray: handed to the side they belong to, or found in the wrong place; and the breach register."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Confidential, Narrative, Sealed
from okf.terms.breaches import BreachOutcome
from okf.terms.records import MisfilingOutcome


class HandedRecord(Confidential, Base):
    """A record that its author wrote into a part that they don't read (C2); its words are the record's own."""

    __tablename__ = "handed_record"
    __table_args__ = (
        CheckConstraint("(seen_by IS NULL) = (seen_at IS NULL)", name="seen_by_someone_at_some_time"),
        Index("ix_handed_record_handed_by", "handed_by"),
        Index(
            "ix_handed_record_waiting",
            "case_ref",
            sqlite_where=text("seen_at IS NULL"),
            postgresql_where=text("seen_at IS NULL"),
        ),
    )

    record_id: Mapped[str] = mapped_column(ForeignKey("record.id"), primary_key=True)
    case_ref: Mapped[str] = mapped_column(ForeignKey("case.ref"))
    handed_by: Mapped[str] = mapped_column(ForeignKey("person.username"))
    handed_at: Mapped[datetime]
    seen_by: Mapped[str | None] = mapped_column(ForeignKey("person.username"))
    seen_at: Mapped[datetime | None]


class Misfiling(Confidential, Sealed, Base):
    """Somebody said that a record lies in the wrong place: from then on it is sealed, until somebody else has decided.

    With a `file_ref` it is that file of the record alone, and the record stays
    open. `read_by` names those who had opened it until then. What was moved
    is a new record at its right place, `moved_to`; the old one, or the file, stays sealed.
    """

    __tablename__ = "misfiling"
    __table_args__ = (
        CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (outcome IS NULL)",
            name="decided_by_someone_at_some_time",
        ),
        CheckConstraint("decided_by <> reported_by", name="decided_by_somebody_else"),
        CheckConstraint("(moved_to IS NOT NULL) = (outcome IS NOT NULL AND outcome = 'moved')", name="moved_somewhere"),
        Index("ix_misfiling_record_id", "record_id"),
        Index("ix_misfiling_case_ref", "case_ref"),
        Index("ix_misfiling_moved_to", "moved_to"),
        Index("ix_misfiling_file_ref", "file_ref"),
        Index(
            "ix_misfiling_open",
            "record_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL AND file_ref IS NULL"),
            postgresql_where=text("decided_at IS NULL AND file_ref IS NULL"),
        ),
        Index(
            "ix_misfiling_file_open",
            "file_ref",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
    )

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("record.id"))
    file_ref: Mapped[str | None] = mapped_column(ForeignKey("stored_file.ref"))
    case_ref: Mapped[str] = mapped_column(ForeignKey("case.ref"))
    note: Mapped[str | None] = mapped_column(Narrative)
    read_by: Mapped[list[str]]
    reported_by: Mapped[str] = mapped_column(ForeignKey("person.username"))
    reported_at: Mapped[datetime]
    outcome: Mapped[MisfilingOutcome | None]
    reason: Mapped[str | None] = mapped_column(Narrative)
    moved_to: Mapped[str | None] = mapped_column(ForeignKey("record.id"))
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("person.username"))
    decided_at: Mapped[datetime | None]


class Breach(Confidential, Sealed, Base):
    """A personal data breach, or what may be one: its clock runs from `aware_at` until it is decided (C1, C2).

    `told_at` is when the Information Commissioner was told, `reason` why they
    were, or why not.
    """

    __tablename__ = "breach"
    __table_args__ = (
        CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (outcome IS NULL)",
            name="decided_by_someone_at_some_time",
        ),
        CheckConstraint("(told_at IS NULL) = (outcome IS NULL OR outcome <> 'ico_told')", name="told_at_a_time"),
        Index(
            "ix_breach_open",
            "aware_at",
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
    )

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    case_ref: Mapped[str] = mapped_column(ForeignKey("case.ref"))
    misfiling_ref: Mapped[str] = mapped_column(ForeignKey("misfiling.ref"), unique=True)
    aware_at: Mapped[datetime]
    outcome: Mapped[BreachOutcome | None]
    reason: Mapped[str | None] = mapped_column(Narrative)
    told_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("person.username"))
    decided_at: Mapped[datetime | None]
