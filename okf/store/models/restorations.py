"""What was put back from an earlier copy of the database, who signed for it, and what the ledger is owed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base
from okf.terms.endings import PutBack


class Restoration(Base):
    """An earlier copy of the database that took the present one's place; until two have signed nobody else gets in.

    `seq` and `hash` are the audit record's head in that copy, `line` the last
    line of the ledger then; `ledger_fault` says what was wrong with it.
    `ended` counts what was ended again, `lacking` names what the copy has not.
    """

    __tablename__ = "restoration"
    __table_args__ = (
        Index(
            "ix_restoration_waits",
            "at",
            sqlite_where=text("opened_at IS NULL"),
            postgresql_where=text("opened_at IS NULL"),
        ),
    )

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    how: Mapped[PutBack]
    at: Mapped[datetime]
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    line: Mapped[int]
    ledger_fault: Mapped[str | None] = mapped_column(String(200))
    manifest: Mapped[dict[str, Any] | None]
    ended: Mapped[dict[str, Any]]
    lacking: Mapped[list[dict[str, Any]]] = mapped_column(JSON())
    opened_at: Mapped[datetime | None]


class RestorationSignature(Base):
    """One of the two who answer for it; `leads` is whether their role was one of those that one of them must hold."""

    __tablename__ = "restoration_signature"

    restoration: Mapped[str] = mapped_column(ForeignKey("restoration.ref"), primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("person.username"), primary_key=True)
    leads: Mapped[bool]
    signed_at: Mapped[datetime]


class LedgerOwed(Base):
    """Lines that the ledger of endings could not take when their deed was done; gone once it has them."""

    __tablename__ = "ledger_owed"

    id: Mapped[int] = mapped_column(primary_key=True)
    deed: Mapped[dict[str, Any]]
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON())
