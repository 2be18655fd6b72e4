"""When people meet about a case, each meeting in its part of the case."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Confidential, Narrative, Sealed
from okf.terms.records import AppointmentKind


class Appointment(Confidential, Sealed, Base):
    """A visit, call or meeting that somebody of OKF holds on a case.

    It belongs to a part of the case, as a record does: where and when one
    parent is met is not for the other's side (C2).
    """

    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_it_starts"),
        CheckConstraint("(cancelled_at IS NULL) = (cancelled_by IS NULL)", name="cancelled_by_someone_at_some_time"),
        Index("ix_appointment_worker_starts_at", "worker", "starts_at"),
        Index("ix_appointment_case_ref_starts_at", "case_ref", "starts_at"),
        Index(
            "ix_appointment_coming",
            "starts_at",
            "ref",
            sqlite_where=text("cancelled_at IS NULL"),
            postgresql_where=text("cancelled_at IS NULL"),
        ),
    )

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    case_ref: Mapped[str] = mapped_column(ForeignKey("case.ref"))
    kind: Mapped[AppointmentKind]
    compartment: Mapped[str] = mapped_column(String(100))
    worker: Mapped[str] = mapped_column(ForeignKey("person.username"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    about: Mapped[str] = mapped_column(Narrative)
    place: Mapped[str | None] = mapped_column(Narrative)
    made_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[str | None] = mapped_column(String(80))
