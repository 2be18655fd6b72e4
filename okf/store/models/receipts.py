"""Access receipts: letters that tell a service user who opened their case, as they were prepared and approved."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Confidential


class AccessReceipt(Confidential, Base):
    """One letter about one case, for one service user; released once the data protection lead approved it (C1, C4).

    `body` is the letter's content as it was prepared, and `body_sha256` stands
    for it, so that what was approved is what is handed over.
    """

    __tablename__ = "access_receipt"
    __table_args__ = (
        CheckConstraint("(approved_by IS NULL) = (approved_at IS NULL)", name="approved_by_someone_at_some_time"),
        CheckConstraint("approved_by IS NULL OR approved_by <> prepared_by", name="only_somebody_else_approves_it"),
        Index("ix_access_receipt_case_ref", "case_ref"),
    )

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    case_ref: Mapped[str] = mapped_column(ForeignKey("case.ref"))
    service_user: Mapped[str] = mapped_column(ForeignKey("service_user.ref"))
    body: Mapped[dict[str, Any]]
    body_sha256: Mapped[str] = mapped_column(String(64))
    prepared_by: Mapped[str] = mapped_column(ForeignKey("person.username"))
    prepared_at: Mapped[datetime]
    approved_by: Mapped[str | None] = mapped_column(ForeignKey("person.username"))
    approved_at: Mapped[datetime | None]
