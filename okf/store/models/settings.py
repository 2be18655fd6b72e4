"""The organisation's policy settings, each with the instant from which it holds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base


class PolicySetting(Base):
    """One value of one setting, from an instant on; a past decision uses the values of its day."""

    __tablename__ = "policy_setting"
    __table_args__ = (UniqueConstraint("name", "holds_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    value: Mapped[dict[str, Any]]
    holds_from: Mapped[datetime | None]
    set_by: Mapped[str | None] = mapped_column(String(80))
