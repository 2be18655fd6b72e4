"""Checklists of safeguarding as leads have set them, and as they were filled in on concerns (C9)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Confidential, Narrative, Sealed


class ChecklistVersion(Confidential, Base):
    """One version of a checklist, which a lead set in the place of the sample or of the version before."""

    __tablename__ = "checklist_version"
    __table_args__ = (UniqueConstraint("key", "version"), CheckConstraint("version > 0", name="the_sample_is_none"))

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60))
    version: Mapped[int]
    data: Mapped[dict[str, Any]]
    set_by: Mapped[str] = mapped_column(ForeignKey("person.username"))
    set_at: Mapped[datetime]


class FilledChecklist(Confidential, Sealed, Base):
    """A checklist as it was filled in on a concern: appended, never edited; filled in anew it is another row.

    `version` is 0 for a sample. `told` has the questions as they were asked
    with their answers, and what these came to, so that it reads for ever as
    it was. What is due by it is a clock of the concern.
    """

    __tablename__ = "filled_checklist"
    __table_args__ = (Index("ix_filled_checklist_concern_ref", "concern_ref"),)

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    concern_ref: Mapped[str] = mapped_column(ForeignKey("concern.ref"))
    key: Mapped[str] = mapped_column(String(60))
    version: Mapped[int]
    reached: Mapped[bool | None]
    told: Mapped[str] = mapped_column(Narrative)
    filled_by: Mapped[str] = mapped_column(ForeignKey("person.username"))
    filled_at: Mapped[datetime]

    def sealed_under(self) -> str:
        """Its concern's key."""
        return f"concern:{self.concern_ref}"
