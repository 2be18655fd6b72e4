"""What somebody has begun to write and not yet handed in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Narrative, Own, Sealed


class Draft(Own, Sealed, Base):
    """One person's unfinished form: what they typed so far, for their eyes alone.

    `form` says which form, `subject` what it is about, such as a case's
    reference, or nothing. `case_ref` is the case that it dies with. `words`
    is the form's fields as JSON.
    """

    __tablename__ = "draft"
    __table_args__ = (
        Index(
            "ix_draft_case_ref",
            "case_ref",
            sqlite_where=text("case_ref IS NOT NULL"),
            postgresql_where=text("case_ref IS NOT NULL"),
        ),
        Index("ix_draft_kept_at", "kept_at"),
    )

    person: Mapped[str] = mapped_column(ForeignKey("person.username"), primary_key=True)
    form: Mapped[str] = mapped_column(String(40), primary_key=True)
    subject: Mapped[str] = mapped_column(String(80), primary_key=True)
    case_ref: Mapped[str | None] = mapped_column(ForeignKey("case.ref"))
    kept_at: Mapped[datetime]
    words: Mapped[str] = mapped_column(Narrative)
