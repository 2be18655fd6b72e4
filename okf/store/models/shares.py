"""What leaves OKF and on whose authority, and whether a mediation session may be recorded."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Confidential, Narrative, Sealed
from okf.terms import RecordingStatus, ShareStatus


class InformationShare(Confidential, Sealed, Base):
    """OKF passing information out, or declining to, and the authority it was decided on (C8, C9, C11, C12).

    `records`, `recipient`, `purpose`, `requested_by`, `particulars` and
    `words` are the question as it was asked, so that it can be decided again
    for the instant at which it was sent: the recipient's kind and other terms
    stand readable, names and whatever was typed freely are in `words`, sealed.
    `ticked` are the conditions that the sender said were met, one by one. `route` is the route of sharing that
    decided, `agreements` the express agreements it relied on, `clauses` what
    it rests on; `approvals` holds who approved a compelled one, by role.
    """

    __tablename__ = "information_share"
    __table_args__ = (
        CheckConstraint("(sent_at IS NULL) = (status <> 'sent')", name="sent_at_some_time"),
        CheckConstraint("(sent_at IS NULL) = (sent_by IS NULL)", name="sent_by_someone"),
        CheckConstraint("sent_at IS NULL OR route IS NOT NULL", name="sent_on_some_authority"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by_someone_at_some_time"),
        CheckConstraint("(refused_by IS NULL) = (refused_at IS NULL)", name="refused_by_someone_at_some_time"),
        CheckConstraint("(reviewed_by IS NULL) = (reviewed_at IS NULL)", name="reviewed_by_someone_at_some_time"),
        CheckConstraint("reviewed_by IS NULL OR reviewed_by <> sent_by", name="only_somebody_else_reviews_it"),
        Index("ix_information_share_case_ref", "case_ref", "asked_at"),
        Index("ix_information_share_asked_by", "asked_by", "asked_at", "ref"),
        Index("ix_information_share_asked_at", "asked_at", "ref"),
        Index(
            "ix_information_share_waiting",
            "route",
            "asked_at",
            sqlite_where=text("status = 'awaiting_approval'"),
            postgresql_where=text("status = 'awaiting_approval'"),
        ),
        Index(
            "ix_information_share_unreviewed",
            "sent_at",
            sqlite_where=text("reviewed_at IS NULL AND sent_at IS NOT NULL"),
            postgresql_where=text("reviewed_at IS NULL AND sent_at IS NOT NULL"),
        ),
        Index(
            "ix_information_share_sent",
            "sent_at",
            "ref",
            sqlite_where=text("sent_at IS NOT NULL"),
            postgresql_where=text("sent_at IS NOT NULL"),
        ),
    )

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    case_ref: Mapped[str | None] = mapped_column(ForeignKey("case.ref"))
    status: Mapped[ShareStatus]
    records: Mapped[list[str]]
    recipient: Mapped[dict[str, Any]]
    purpose: Mapped[str | None] = mapped_column(Narrative)
    requested_by: Mapped[list[str]]
    particulars: Mapped[dict[str, Any]]
    words: Mapped[str | None] = mapped_column(Narrative)
    asked_by: Mapped[str] = mapped_column(ForeignKey("person.username"))
    asked_at: Mapped[datetime]
    route: Mapped[str | None] = mapped_column(String(60))
    agreements: Mapped[list[str]]
    clauses: Mapped[list[str]]
    approvals: Mapped[dict[str, Any]]
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decided_at: Mapped[datetime | None]
    conditions: Mapped[list[str]]
    due: Mapped[dict[str, Any]]
    sent_by: Mapped[str | None] = mapped_column(String(80))
    sent_at: Mapped[datetime | None]
    sent_sha256: Mapped[str | None] = mapped_column(String(64))
    ticked: Mapped[list[str] | None]
    refused_by: Mapped[str | None] = mapped_column(String(80))
    refused_at: Mapped[datetime | None]
    refused_because: Mapped[str | None] = mapped_column(Narrative)
    reviewed_by: Mapped[str | None] = mapped_column(String(80))
    reviewed_at: Mapped[datetime | None]
    review: Mapped[str | None] = mapped_column(Narrative)

    def sealed_under(self) -> str:
        """Its case's data key; one of its own where no case is named."""
        return f"case:{self.case_ref}" if self.case_ref else f"share:{self.ref}"


class RecordingAgreement(Sealed, Confidential, Base):
    """Who agreed to the recording of one mediation session, and when (C13).

    `agreed` holds the instant of each participant's agreement, the mediator's
    too, or nothing for one who did not agree. `recorded_at` is set when the
    session was recorded, by right or not.
    """

    __tablename__ = "recording_agreement"
    __table_args__ = (
        CheckConstraint(
            "status <> 'unauthorised' OR recorded_at IS NOT NULL", name="unauthorised_once_it_was_recorded"
        ),
        Index("ix_recording_agreement_mediation_ref", "mediation_ref"),
    )

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    case_ref: Mapped[str | None] = mapped_column(ForeignKey("case.ref"), index=True)
    mediation_ref: Mapped[str] = mapped_column(ForeignKey("mediation.ref"))
    session_starts: Mapped[datetime]
    purpose: Mapped[str] = mapped_column(Narrative)
    delete_by: Mapped[date | None]
    agreed: Mapped[dict[str, Any]]
    status: Mapped[RecordingStatus]
    asked_by: Mapped[str] = mapped_column(String(80))
    asked_at: Mapped[datetime]
    recorded_at: Mapped[datetime | None]
