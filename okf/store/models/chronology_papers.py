"""A family's chronology on paper: a version prepared by one and read again by another, and each file as it went."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Confidential, Narrative, Sealed
from okf.terms.chronologies import ChronologyPurpose


class ChronologyPaper(Confidential, Sealed, Base):
    """One version of a family's chronology for a meeting or an order, and the second reader's word on it.

    `concern_ref` is the concern from whose page it was prepared. `lines` are
    the words that go, as they stood then, and `places` where each stands, with the
    fingerprint of each concern that counted;
    `left_out` is why each other line does not go, `lines_sha256` the fingerprint of
    all lines that there were: where they are others now, this version goes out
    no more. `asks` is what its share asks of the routes of sharing, but for
    the words: `recipient`, `rationale` and, of an order, `reference`.
    `share_ref` is that share, from the moment when it was asked for.
    """

    __tablename__ = "chronology_paper"
    __table_args__ = (
        CheckConstraint("(read_by IS NULL) = (read_at IS NULL)", name="read_by_someone_at_some_time"),
        CheckConstraint("(read_by IS NULL) = (approved IS NULL)", name="read_with_an_answer"),
        CheckConstraint("read_by IS NULL OR read_by <> made_by", name="only_somebody_else_reads_it_again"),
        Index("ix_chronology_paper_concern_ref", "concern_ref"),
        Index("ix_chronology_paper_share_ref", "share_ref"),
        Index(
            "ix_chronology_paper_waiting",
            "made_at",
            "ref",
            sqlite_where=text("read_at IS NULL AND replaced_at IS NULL"),
            postgresql_where=text("read_at IS NULL AND replaced_at IS NULL"),
        ),
    )

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    concern_ref: Mapped[str] = mapped_column(ForeignKey("concern.ref"))
    purpose: Mapped[ChronologyPurpose]
    recipient: Mapped[str] = mapped_column(Narrative)
    rationale: Mapped[str] = mapped_column(Narrative)
    reference: Mapped[str | None] = mapped_column(Narrative)
    asks: Mapped[str] = mapped_column(Narrative)
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    lines: Mapped[str] = mapped_column(Narrative)
    places: Mapped[str] = mapped_column(Narrative)
    left_out: Mapped[str] = mapped_column(Narrative)
    lines_sha256: Mapped[str] = mapped_column(String(64))
    made_by: Mapped[str] = mapped_column(ForeignKey("person.username"))
    made_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]
    read_by: Mapped[str | None] = mapped_column(ForeignKey("person.username"))
    read_at: Mapped[datetime | None]
    approved: Mapped[bool | None]
    remark: Mapped[str | None] = mapped_column(Narrative)
    share_ref: Mapped[str | None] = mapped_column(ForeignKey("information_share.ref"))

    def sealed_under(self) -> str:
        """Its concern's key."""
        return f"concern:{self.concern_ref}"


class ChronologyCopy(Confidential, Base):
    """The very bytes of one file of a chronology that went out, encrypted under the concern's key; never changed.

    `sha256` is of the bytes before they were encrypted, so that a paper held
    against it says whether it is the one that went out.
    """

    __tablename__ = "chronology_copy"
    __table_args__ = (Index("ix_chronology_copy_paper_ref", "paper_ref"),)

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    paper_ref: Mapped[str] = mapped_column(ForeignKey("chronology_paper.ref"))
    concern_ref: Mapped[str] = mapped_column(ForeignKey("concern.ref"))
    form: Mapped[str] = mapped_column(String(10))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    made_by: Mapped[str] = mapped_column(ForeignKey("person.username"))
    made_at: Mapped[datetime]
