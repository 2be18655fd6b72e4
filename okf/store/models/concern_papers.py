"""A concern on paper for a referral: a version blacked out under two people's eyes, and each copy as it went out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Confidential, Narrative, Sealed


class ConcernPaper(Confidential, Sealed, Base):
    """One version of a concern's chronology, prepared for one recipient, and the second reader's word on it.

    `parts` are the words as they stood when it was prepared, `passages` the
    places in each that are black: so what goes out is what was read. It is
    never edited; a later version of the same concern for the same purpose is
    another one, and this one is then replaced.
    """

    __tablename__ = "concern_paper"
    __table_args__ = (
        CheckConstraint("(read_by IS NULL) = (read_at IS NULL)", name="read_by_someone_at_some_time"),
        CheckConstraint("(read_by IS NULL) = (approved IS NULL)", name="read_with_an_answer"),
        CheckConstraint("read_by IS NULL OR read_by <> made_by", name="only_somebody_else_reads_it_again"),
        Index("ix_concern_paper_concern_ref", "concern_ref"),
        Index(
            "ix_concern_paper_waiting",
            "made_at",
            "ref",
            sqlite_where=text("read_at IS NULL AND replaced_at IS NULL"),
            postgresql_where=text("read_at IS NULL AND replaced_at IS NULL"),
        ),
    )

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    concern_ref: Mapped[str] = mapped_column(ForeignKey("concern.ref"))
    recipient: Mapped[str] = mapped_column(Narrative)
    purpose: Mapped[str] = mapped_column(Narrative)
    parts: Mapped[str] = mapped_column(Narrative)
    passages: Mapped[str] = mapped_column(Narrative)
    reason: Mapped[str] = mapped_column(Narrative)
    made_by: Mapped[str] = mapped_column(ForeignKey("person.username"))
    made_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]
    read_by: Mapped[str | None] = mapped_column(ForeignKey("person.username"))
    read_at: Mapped[datetime | None]
    approved: Mapped[bool | None]
    remark: Mapped[str | None] = mapped_column(Narrative)

    def sealed_under(self) -> str:
        """Its concern's key."""
        return f"concern:{self.concern_ref}"


class ConcernPaperCopy(Confidential, Base):
    """The very bytes of a paper that somebody took out, encrypted under the concern's key; never changed or deleted.

    `sha256` is of the bytes before they were encrypted, so that a paper held
    against it says whether it is the one that went out.
    """

    __tablename__ = "concern_paper_copy"
    __table_args__ = (Index("ix_concern_paper_copy_paper_ref", "paper_ref"),)

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    paper_ref: Mapped[str] = mapped_column(ForeignKey("concern_paper.ref"))
    concern_ref: Mapped[str] = mapped_column(ForeignKey("concern.ref"))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    made_by: Mapped[str] = mapped_column(ForeignKey("person.username"))
    made_at: Mapped[datetime]
