"""Who asked for the weekly digest, and for which weeks one was put in the outbox."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base


class DigestChoice(Base):
    """Somebody asked for the weekly digest; `ended_at` is when they stopped it."""

    __tablename__ = "digest_choice"

    person: Mapped[str] = mapped_column(ForeignKey("person.username"), primary_key=True)
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class DigestWeek(Base):
    """One digest for one person and the week that begins on this Monday: never a second one."""

    __tablename__ = "digest_week"

    person: Mapped[str] = mapped_column(ForeignKey("person.username"), primary_key=True)
    monday: Mapped[date] = mapped_column(primary_key=True)
    mail: Mapped[str] = mapped_column(String(80), ForeignKey("mail.id"), index=True)
