"""Who may be whom: keys to find people by, what was told apart, and the reports on a family that is registered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Confidential, Narrative, Sealed
from okf.terms.intake import Confidence, MatchOutcome


class MatchKey(Confidential, Base):
    """One key by which a service user may be found, hashed under a key of the installation.

    Made from the person's row in the transaction that changes it, and never
    by hand (`okf/store/match_keys.py`). Which kind of key it is, a name's
    sound or a telephone number, is within the hash.
    """

    __tablename__ = "match_key"
    __table_args__ = (
        Index("ix_match_key_key_service_user", "key", "service_user"),
        Index("ix_match_key_service_user", "service_user"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[int] = mapped_column(BigInteger)
    service_user: Mapped[str] = mapped_column(ForeignKey("service_user.ref"))


class EnquiryKey(Confidential, Base):
    """One key by which somebody in an enquiry may be found, as `MatchKey`; it goes with their row."""

    __tablename__ = "enquiry_key"
    __table_args__ = (
        Index("ix_enquiry_key_key_enquiry_person", "key", "enquiry_person"),
        Index("ix_enquiry_key_enquiry_person", "enquiry_person"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[int] = mapped_column(BigInteger)
    enquiry_person: Mapped[int] = mapped_column(ForeignKey("enquiry_person.id", ondelete="CASCADE"))


class ToldApart(Confidential, Base):
    """Somebody's word that two are not the same person, until somebody takes it back.

    `subject` is who was compared: a service user's reference, or that of
    somebody in an enquiry.
    """

    __tablename__ = "told_apart"
    __table_args__ = (
        CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="undone_by_someone_at_some_time"),
        Index(
            "ix_told_apart_stands",
            "subject",
            "service_user",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
        Index("ix_told_apart_service_user", "service_user"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(80))
    service_user: Mapped[str] = mapped_column(ForeignKey("service_user.ref"))
    decided_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(80))
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None] = mapped_column(String(80))


class MatchReport(Confidential, Sealed, Base):
    """What was compared when a family was registered, frozen as it was; its findings stop the allocation (C2, C5)."""

    __tablename__ = "match_report"
    __table_args__ = (Index("ix_match_report_case_ref", "case_ref"),)

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    case_ref: Mapped[str] = mapped_column(ForeignKey("case.ref"))
    made_at: Mapped[datetime]
    made_by: Mapped[str | None] = mapped_column(String(80))
    compared: Mapped[str] = mapped_column(Narrative)


class MatchFinding(Confidential, Base):
    """That somebody of a case may be, or is, a party of another case that lives. `other_case` is that one."""

    __tablename__ = "match_finding"
    __table_args__ = (
        Index("ix_match_finding_case_ref", "case_ref"),
        Index("ix_match_finding_other_case", "other_case"),
    )

    report_ref: Mapped[str] = mapped_column(ForeignKey("match_report.ref"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    case_ref: Mapped[str] = mapped_column(ForeignKey("case.ref"))
    service_user: Mapped[str] = mapped_column(ForeignKey("service_user.ref"))
    other: Mapped[str] = mapped_column(ForeignKey("service_user.ref"))
    other_case: Mapped[str] = mapped_column(ForeignKey("case.ref"))
    confidence: Mapped[Confidence]
    reasons: Mapped[list[str]]


class MatchDecision(Confidential, Sealed, Base):
    """What somebody decided on a report, and why; a later one stands in its place, and both are kept."""

    __tablename__ = "match_decision"
    __table_args__ = (Index("ix_match_decision_report_ref", "report_ref"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_ref: Mapped[str] = mapped_column(ForeignKey("match_report.ref"))
    case_ref: Mapped[str] = mapped_column(ForeignKey("case.ref"))
    outcome: Mapped[MatchOutcome]
    why: Mapped[str] = mapped_column(Narrative)
    decided_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(80))


class DeclaredTie(Confidential, Sealed, Base):
    """A worker's tie to somebody whom they named and who may or may not be known here (C5).

    Whoever fits, now or when they are registered, gets a conflict of interest
    with the worker; nothing tells the worker whether anyone did. It ends when
    somebody else lifts it.
    """

    __tablename__ = "declared_tie"
    __table_args__ = (
        CheckConstraint("(lifted_by IS NULL) = (lifted_at IS NULL)", name="lifted_by_someone_at_some_time"),
        CheckConstraint("lifted_by IS NULL OR lifted_by <> person", name="only_somebody_else_lifts_it"),
        Index("ix_declared_tie_person", "person"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("person.username"))
    name: Mapped[str] = mapped_column(Narrative)
    born: Mapped[str | None] = mapped_column(Narrative)
    phone: Mapped[str | None] = mapped_column(Narrative)
    reason: Mapped[str] = mapped_column(Narrative)
    declared_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None] = mapped_column(String(80))
    lifted_because: Mapped[str | None] = mapped_column(Narrative)

    def sealed_under(self) -> str:
        """The organisation's own: it belongs to no case."""
        return "organisation"
