"""The clocks of concerns: each duty's own, from its start to the act that ended it (C9)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Confidential
from okf.terms.duties import ClockEnd, Duty

_RUNS = text("ended_at IS NULL")


class ConcernClock(Confidential, Base):
    """One clock of a concern. It never moves: where another takes its place it ends, and that one starts.

    `of` is the decision that is to be read or the referral that is awaited;
    the clock of a decision to come, of the designated officer and of a review
    is the concern's own. What starts and ends one is in `okf/policy/duties.py`.
    """

    __tablename__ = "concern_clock"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_by_someone_at_some_time"),
        CheckConstraint("(ended_at IS NULL) = (ended_how IS NULL)", name="ended_somehow"),
        Index("ix_concern_clock_concern_ref", "concern_ref"),
        # Whatever waits for whom, and is late, is read from here alone.
        Index("ix_concern_clock_running", "duty", "due_at", "concern_ref", sqlite_where=_RUNS, postgresql_where=_RUNS),
        Index("ix_concern_clock_due", "due_at", "concern_ref", sqlite_where=_RUNS, postgresql_where=_RUNS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    concern_ref: Mapped[str] = mapped_column(ForeignKey("concern.ref"))
    duty: Mapped[Duty]
    of: Mapped[str | None] = mapped_column(String(80))
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(80))
    ended_how: Mapped[ClockEnd | None]
