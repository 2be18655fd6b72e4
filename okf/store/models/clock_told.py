"""Who heard on which rung of the ladder that a clock of a concern runs out or is past."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from okf.policy.ladder import Rung
from okf.store.models.base import Base, Confidential


class ClockTold(Confidential, Base):
    """One person heard of one clock on one rung, on Today and by the mail if there is one.

    One mail may tell of several clocks. On the highest rung they hear again
    each day: it is of the last time, and the mails are of each. A row without a person is an older
    version's, for a rung of which nobody could be told: it counts for nothing.
    """

    __tablename__ = "clock_told"
    __table_args__ = (
        UniqueConstraint("clock", "rung", "person", name="uq_clock_told_once"),
        Index("ix_clock_told_person", "person"),
        Index("ix_clock_told_mail", "mail"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    clock: Mapped[int] = mapped_column(ForeignKey("concern_clock.id"))
    rung: Mapped[Rung]
    person: Mapped[str | None] = mapped_column(ForeignKey("person.username"))
    told_at: Mapped[datetime]
    mail: Mapped[str | None] = mapped_column(ForeignKey("mail.id"))
