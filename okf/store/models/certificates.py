"""Certificates of signatures, as they were issued: the file's own hash, and what it says."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base


class SignatureCertificate(Base):
    """One certificate that was issued of one signature; never changed, so that a changed byte of the file is found."""

    __tablename__ = "signature_certificate"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    signature: Mapped[int] = mapped_column(ForeignKey("signature.id"), index=True)
    issued_at: Mapped[datetime]
    issued_by: Mapped[str] = mapped_column(String(80))
    says: Mapped[dict[str, Any]]
