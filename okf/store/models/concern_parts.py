"""What a concern holds besides its words: marks on a body, the child's voice, files. Each is appended, never edited."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Confidential, Narrative, Sealed
from okf.terms.body import BodyRegion, BodySide, MarkKind
from okf.terms.concerns import VoiceHow


class ConcernMark(Confidential, Sealed, Base):
    """One mark seen on somebody's body: where, of what kind, and in whose words.

    `x` and `y` lie on our outline of a body, 200 wide and 440 high; the words
    of the place (`side`, `region`) are what counts, the point is for the eye.
    """

    __tablename__ = "concern_mark"
    __table_args__ = (Index("ix_concern_mark_concern_ref", "concern_ref"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    concern_ref: Mapped[str] = mapped_column(ForeignKey("concern.ref"))
    side: Mapped[BodySide]
    region: Mapped[BodyRegion]
    x: Mapped[int]
    y: Mapped[int]
    kind: Mapped[MarkKind]
    size: Mapped[str | None] = mapped_column(Narrative)
    colour: Mapped[str | None] = mapped_column(Narrative)
    words: Mapped[str | None] = mapped_column(Narrative)
    added_by: Mapped[str] = mapped_column(String(80))
    added_at: Mapped[datetime]

    def sealed_under(self) -> str:
        """Its concern's key."""
        return f"concern:{self.concern_ref}"


class ConcernVoice(Confidential, Sealed, Base):
    """What the child said or was seen to do, in its own words; or why nobody has heard it yet."""

    __tablename__ = "concern_voice"
    __table_args__ = (Index("ix_concern_voice_concern_ref", "concern_ref"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    concern_ref: Mapped[str] = mapped_column(ForeignKey("concern.ref"))
    how: Mapped[VoiceHow]
    words: Mapped[str] = mapped_column(Narrative)
    added_by: Mapped[str] = mapped_column(String(80))
    added_at: Mapped[datetime]

    def sealed_under(self) -> str:
        """Its concern's key."""
        return f"concern:{self.concern_ref}"


class ConcernFile(Confidential, Sealed, Base):
    """A photograph or another file of a concern, encrypted under its key as it was handed in, less its metadata."""

    __tablename__ = "concern_file"
    __table_args__ = (Index("ix_concern_file_concern_ref", "concern_ref"),)

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    concern_ref: Mapped[str] = mapped_column(ForeignKey("concern.ref"))
    name: Mapped[str] = mapped_column(Narrative)
    kind: Mapped[str] = mapped_column(String(10))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(Narrative)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    place_removed: Mapped[bool | None]  # where it told where it was made, before it came in
    added_by: Mapped[str] = mapped_column(String(80))
    added_at: Mapped[datetime]

    def sealed_under(self) -> str:
        """Its concern's key."""
        return f"concern:{self.concern_ref}"
