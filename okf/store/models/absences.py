"""Days on which people are away, and who stands in for them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Confidential


class Absence(Confidential, Base):
    """One person's days away, first and last included, as London dates; why is nobody's business here.

    `covered_by` takes what falls to them meanwhile: for a safeguarding lead
    another lead or deputy.
    """

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="it_ends_on_or_after_its_first_day"),
        CheckConstraint("covered_by IS NULL OR covered_by <> person", name="somebody_else_stands_in"),
        CheckConstraint("(cancelled_at IS NULL) = (cancelled_by IS NULL)", name="cancelled_by_someone_at_some_time"),
        Index("ix_absence_person", "person", "ends_on"),
        Index("ix_absence_ends_on", "ends_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("person.username"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    covered_by: Mapped[str | None] = mapped_column(ForeignKey("person.username"))
    entered_by: Mapped[str] = mapped_column(String(80))
    entered_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[str | None] = mapped_column(String(80))
