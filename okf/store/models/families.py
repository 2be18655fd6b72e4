"""The people OKF helps and how to reach them safely."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Confidential


class ServiceUser(Confidential, Base):
    """An adult or child whom OKF helps, with the ways in which it is safe to reach them."""

    __tablename__ = "service_user"
    __table_args__ = (Index("ix_service_user_name", "name"),)

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    name: Mapped[str | None] = mapped_column(String(200))
    date_of_birth: Mapped[date | None]
    phone: Mapped[str | None] = mapped_column(String(80))
    email: Mapped[str | None] = mapped_column(String(320))
    address: Mapped[str | None] = mapped_column(Text)
    safe_phone: Mapped[str | None] = mapped_column(String(80))
    safe_hours: Mapped[str | None] = mapped_column(String(200))
    voicemail_safe: Mapped[bool | None]
    post_safe: Mapped[bool | None]
    code_word: Mapped[str | None] = mapped_column(String(200))
    do_not_contact_by: Mapped[str | None] = mapped_column(String(200))
    safe_contact_notes: Mapped[str | None] = mapped_column(Text)
