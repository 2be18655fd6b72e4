"""Confidentiality agreements: versions with their exact text, signatures, and the standing they add up to."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Confidential, Narrative, Sealed
from okf.terms import Capacity, Change, SignatureMethod
from okf.terms.agreements import AgreementKind

_WAITS = text("decided_at IS NULL")
_HOLDS = text("grants_held > 0")


class AgreementVersion(Base):
    """One published version of one agreement; its text never changes (C7)."""

    __tablename__ = "agreement_version"

    kind: Mapped[AgreementKind] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(String(20), primary_key=True)
    effective_on: Mapped[date]
    change: Mapped[Change]
    resign_by: Mapped[date | None]
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    text_sha256: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime | None]
    published_by: Mapped[str | None] = mapped_column(String(80))


class AgreementDraft(Confidential, Base):
    """The next version of one agreement while it is written: one draft a kind, gone once it is published."""

    __tablename__ = "agreement_draft"

    kind: Mapped[AgreementKind] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    change: Mapped[Change]
    effective_on: Mapped[date | None]
    resign_by: Mapped[date | None]
    saved_by: Mapped[str] = mapped_column(String(80))
    saved_at: Mapped[datetime]


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
    kind: Mapped[AgreementKind]
    version: Mapped[str] = mapped_column(String(20))
    signed_at: Mapped[datetime]
    method: Mapped[SignatureMethod]
    typed_name: Mapped[str | None] = mapped_column(String(200))
    text_sha256: Mapped[str | None] = mapped_column(String(64))
    session_id: Mapped[str | None] = mapped_column(String(80))
    verified_by: Mapped[str | None] = mapped_column(String(80))
    verified_at: Mapped[datetime | None]


class PaperSignature(Sealed, Confidential, Base):
    """A signature on paper as somebody filed its scan; it counts once somebody else has verified it (C7).

    `text_sha256` is of the version's text, `scan_sha256` of the scan's bytes.
    """

    __tablename__ = "paper_signature"
    __table_args__ = (
        ForeignKeyConstraint(["kind", "version"], ["agreement_version.kind", "agreement_version.version"]),
        CheckConstraint("(decided_by IS NULL) = (decided_at IS NULL)", name="decided_by_someone_at_some_time"),
        CheckConstraint("decided_by IS NULL OR decided_by <> person", name="the_signer_does_not_decide"),
        CheckConstraint("decided_by IS NULL OR decided_by <> filed_by", name="who_filed_it_does_not_decide"),
        Index("ix_paper_signature_waiting", "filed_at", "ref", sqlite_where=_WAITS, postgresql_where=_WAITS),
    )

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("person.username"), index=True)
    kind: Mapped[AgreementKind]
    version: Mapped[str] = mapped_column(String(20))
    signed_on: Mapped[date]
    scan: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    scan_sha256: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(40))
    filed_by: Mapped[str] = mapped_column(ForeignKey("person.username"))
    filed_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("person.username"))
    decided_at: Mapped[datetime | None]
    rejected_because: Mapped[str | None] = mapped_column(Narrative)
    signature_id: Mapped[int | None] = mapped_column(ForeignKey("signature.id"))

    def sealed_under(self) -> str:
        """The data key of the signer's own papers."""
        return f"person:{self.person}"


class AgreementStanding(Base):
    """How each person stands to each agreement they need, kept so that the board is one indexed page.

    Written by the policy, in the transaction that changes what it rests on:
    `due_at` and `overdue_at` are the instants from which a new signature is
    asked for, and without it access is suspended (for one who never signed,
    the epoch, so that the worst sort first). The standing at an instant is
    read off them, never stored. `partner_stops_at` is the instant from which
    their organisation's own agreement does not cover an allied partner, if
    it is that which stops them first: their own signing would not help.
    `grants_held`, `cases_held` and `held_since` say what they hold in this
    capacity: accesses that were not ended, on how many cases, since when.
    """

    __tablename__ = "agreement_standing"
    __table_args__ = (
        Index("ix_agreement_standing_overdue_at", "overdue_at", "person"),
        # The board's figures are summed over this index alone.
        Index("ix_agreement_standing_kind", "kind", "overdue_at", "due_at", "ended_at"),
        # Of those who hold access: by how much, by how many cases, and by when it is suspended.
        *(
            Index(f"ix_agreement_standing_{name}", by, "person", "kind", sqlite_where=_HOLDS, postgresql_where=_HOLDS)
            for name, by in (("held", "grants_held"), ("cases", "cases_held"), ("suspended", "overdue_at"))
        ),
    )

    person: Mapped[str] = mapped_column(ForeignKey("person.username"), primary_key=True)
    kind: Mapped[Capacity] = mapped_column(primary_key=True)
    version: Mapped[str | None] = mapped_column(String(20))
    signed_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    overdue_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    partner_stops_at: Mapped[datetime | None]
    grants_held: Mapped[int] = mapped_column(default=0, server_default="0")
    cases_held: Mapped[int] = mapped_column(default=0, server_default="0")
    held_since: Mapped[datetime | None]
