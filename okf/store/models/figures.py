"""Figures for funders, as they were made, approved and filed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Confidential, Narrative, Sealed


class FigureSet(Confidential, Sealed, Base):
    """Figures over some days, half-open, small cells hidden before they were kept: what they are is never changed.

    `approved_sha256` stands for the figures and the words as they were
    approved. A withdrawn one stays: somebody has seen it.
    """

    __tablename__ = "figure_set"
    __table_args__ = (
        CheckConstraint("until_on > from_on", name="it_ends_after_it_begins"),
        CheckConstraint("(approved_by IS NULL) = (approved_at IS NULL)", name="approved_by_someone_at_some_time"),
        CheckConstraint("(approved_by IS NULL) = (approved_sha256 IS NULL)", name="what_was_approved_has_its_mark"),
        CheckConstraint("approved_by IS NULL OR approved_by <> prepared_by", name="only_somebody_else_approves_it"),
        CheckConstraint("(filed_by IS NULL) = (filed_at IS NULL)", name="filed_by_someone_at_some_time"),
        CheckConstraint("filed_at IS NULL OR approved_at IS NOT NULL", name="filed_once_approved"),
        CheckConstraint("(withdrawn_by IS NULL) = (withdrawn_at IS NULL)", name="withdrawn_by_someone_at_some_time"),
        Index("ix_figure_set_prepared_at_ref", "prepared_at", "ref"),
        Index("ix_figure_set_from_on", "from_on"),
    )

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    from_on: Mapped[date]
    until_on: Mapped[date]
    body: Mapped[dict[str, Any]]
    prepared_by: Mapped[str] = mapped_column(ForeignKey("person.username"))
    prepared_at: Mapped[datetime]
    approved_by: Mapped[str | None] = mapped_column(ForeignKey("person.username"))
    approved_at: Mapped[datetime | None]
    approved_sha256: Mapped[str | None] = mapped_column(String(64))
    filed_by: Mapped[str | None] = mapped_column(ForeignKey("person.username"))
    filed_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(ForeignKey("person.username"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_because: Mapped[str | None] = mapped_column(Narrative)

    def sealed_under(self) -> str:
        """Under the organisation's key: it is about no case."""
        return "organisation"


class FigureWords(Confidential, Sealed, Base):
    """The words that go with a set of figures, as somebody wrote them; never changed, the last ones count."""

    __tablename__ = "figure_words"
    __table_args__ = (Index("ix_figure_words_figure_set", "figure_set", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    figure_set: Mapped[str] = mapped_column(ForeignKey("figure_set.ref"))
    text: Mapped[str] = mapped_column(Narrative)
    written_by: Mapped[str] = mapped_column(ForeignKey("person.username"))
    written_at: Mapped[datetime]

    def sealed_under(self) -> str:
        """Under the organisation's key: they are about no case."""
        return "organisation"
