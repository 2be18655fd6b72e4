"""Confidentiality agreements: versions with their exact text, signatures, and the standing they add up to."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Confidential
from okf.terms import Capacity, Change, SignatureMethod


class AgreementVersion(Base):
    """One published version of the agreement of one capacity; its text never changes (C7)."""

    __tablename__ = "agreement_version"

    kind: Mapped[Capacity] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(String(20), primary_key=True)
    effective_on: Mapped[date]
    change: Mapped[Change]
    resign_by: Mapped[date | None]
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    text_sha256: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime | None]
    published_by: Mapped[str | None] = mapped_column(String(80))


class Signature(Confidential, Base):
    """A person's signing of one version, at one instant; never changed, never deleted (C7, C15)."""

    __tablename__ = "signature"
    __table_args__ = (
        ForeignKeyConstraint(["kind", "version"], ["agreement_version.kind", "agreement_version.version"]),
        UniqueConstraint("person", "kind", "version", "signed_at"),
        CheckConstraint("(verified_by IS NULL) = (verified_at IS NULL)", name="verified_by_someone_at_some_time"),
        CheckConstraint("verified_by IS NULL OR verified_by <> person", name="only_somebody_else_verifies_it"),
        Index("ix_signature_kind_version", "kind", "version"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("person.username"))
    kind: Mapped[Capacity]
    version: Mapped[str] = mapped_column(String(20))
    signed_at: Mapped[datetime]
    method: Mapped[SignatureMethod]
    typed_name: Mapped[str | None] = mapped_column(String(200))
    text_sha256: Mapped[str | None] = mapped_column(String(64))
    session_id: Mapped[str | None] = mapped_column(String(80))
    verified_by: Mapped[str | None] = mapped_column(String(80))
    verified_at: Mapped[datetime | None]


class AgreementStanding(Base):
    """How each person stands to each agreement they need, kept so that the board is one indexed page.

    Written by the policy, in the transaction that changes what it rests on:
    `due_at` and `overdue_at` are the instants from which a new signature is
    asked for, and without it access is suspended (for one who never signed,
    the epoch, so that the worst sort first). The standing at an instant is
    read off them, never stored.
    """

    __tablename__ = "agreement_standing"
    __table_args__ = (
        Index("ix_agreement_standing_overdue_at", "overdue_at", "person"),
        Index("ix_agreement_standing_kind", "kind", "overdue_at"),
    )

    person: Mapped[str] = mapped_column(ForeignKey("person.username"), primary_key=True)
    kind: Mapped[Capacity] = mapped_column(primary_key=True)
    version: Mapped[str | None] = mapped_column(String(20))
    signed_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    overdue_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
