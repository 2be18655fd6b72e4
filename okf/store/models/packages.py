"""What a share carries: texts blacked out under two people's eyes, and the package that went out, kept as it went."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Confidential, Narrative, Sealed


class SharePackage(Confidential, Base):
    """The very bytes that went out with a share, encrypted under the case's data key; never changed or deleted.

    `sha256` is of the bytes before they were encrypted, so that a paper held
    against it says whether it is the one that was sent.
    """

    __tablename__ = "share_package"

    share_ref: Mapped[str] = mapped_column(ForeignKey("information_share.ref"), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(60))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    made_by: Mapped[str] = mapped_column(ForeignKey("person.username"))
    made_at: Mapped[datetime]


class Redaction(Confidential, Sealed, Base):
    """One version of a record's text, or of a file of it, for one share, and the second reader's word on it.

    `passages` are places in the text as it stood, whose hash is
    `text_sha256`: where the text changes afterwards, this version no longer
    fits and another is needed. The words that are blacked out are not kept here.
    Of a file, which never changes, `passages` are its pages and the areas on
    them, and the hash is of its reference.
    """

    __tablename__ = "redaction"
    __table_args__ = (
        CheckConstraint("(read_by IS NULL) = (read_at IS NULL)", name="read_by_someone_at_some_time"),
        CheckConstraint("(read_by IS NULL) = (approved IS NULL)", name="read_with_an_answer"),
        CheckConstraint("read_by IS NULL OR read_by <> made_by", name="only_somebody_else_reads_it_again"),
        Index("ix_redaction_share_ref", "share_ref", "record_id"),
        Index(
            "ix_redaction_waiting",
            "case_ref",
            "made_at",
            sqlite_where=text("read_at IS NULL AND replaced_at IS NULL"),
            postgresql_where=text("read_at IS NULL AND replaced_at IS NULL"),
        ),
    )

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    share_ref: Mapped[str] = mapped_column(ForeignKey("information_share.ref"))
    record_id: Mapped[str] = mapped_column(ForeignKey("record.id"))
    file_ref: Mapped[str | None] = mapped_column(ForeignKey("stored_file.ref"))
    case_ref: Mapped[str] = mapped_column(ForeignKey("case.ref"))
    text_sha256: Mapped[str] = mapped_column(String(64))
    passages: Mapped[str] = mapped_column(Narrative)
    reason: Mapped[str] = mapped_column(Narrative)
    made_by: Mapped[str] = mapped_column(ForeignKey("person.username"))
    made_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]
    read_by: Mapped[str | None] = mapped_column(ForeignKey("person.username"))
    read_at: Mapped[datetime | None]
    approved: Mapped[bool | None]
    remark: Mapped[str | None] = mapped_column(Narrative)
