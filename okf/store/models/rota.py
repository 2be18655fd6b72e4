"""The rota of safeguarding: who is on duty when, and on which telephone."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Confidential
from okf.terms.rota import RotaPlace


class RotaShift(Confidential, Base):
    """Hours of duty of one person, every week or on one day alone (no `weekday`), in London's time (`policy.rota`).

    `starts` and `ends` are minutes of the day. Without a person it says that
    nobody is on duty then as this. Nothing of it is changed: it is removed,
    and another entered.
    """

    __tablename__ = "rota_shift"
    __table_args__ = (
        CheckConstraint("(person IS NULL) = (phone IS NULL)", name="who_is_on_duty_has_a_number"),
        CheckConstraint("weekday IS NOT NULL OR last_on = first_on", name="without_a_weekday_it_is_one_day"),
        CheckConstraint("weekday IS NULL OR person IS NOT NULL", name="nobody_is_said_of_one_day"),
        CheckConstraint("last_on >= first_on", name="it_ends_on_or_after_its_first_day"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="a_week_has_seven_days"),
        CheckConstraint("starts BETWEEN 0 AND 1439 AND ends BETWEEN 0 AND 1439", name="minutes_of_a_day"),
        CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name="removed_by_someone_at_some_time"),
        Index("ix_rota_shift_last_on", "removed_at", "last_on"),
        Index("ix_rota_shift_person", "person"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str | None] = mapped_column(ForeignKey("person.username"))
    place: Mapped[RotaPlace]
    phone: Mapped[str | None] = mapped_column(String(40))
    weekday: Mapped[int | None]
    first_on: Mapped[date]
    last_on: Mapped[date | None]
    starts: Mapped[int]
    ends: Mapped[int]
    entered_by: Mapped[str] = mapped_column(String(80))
    entered_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[str | None] = mapped_column(String(80))
