"""What opens a case, and what bars it: grants, conflicts, emergency access, express agreements."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Confidential, Narrative, Sealed
from okf.terms import Capacity, HowGiven


class AccessGrant(Confidential, Sealed, Base):
    """A person's permission to open a case, half-open `[from_, until)` (C5).

    `ended_at` is when it stopped for good, by revocation (then `revoked_at`
    is the same), handover or the case's closing; `until` is when it was to
    stop. Empty `record_classes` and `actions` mean all. `lead_for` names the party whose lead caseworker
    the holder is (C3). `case_opened_on` copies the case's, to sort a
    person's cases by one index. `with_address` says that it shows the address
    of those whose own part it covers, where its work does not; empty means no.
    `confirmed_at` is when somebody last looked at it again and found it still
    needed, `last_opened_at` when its holder last opened the case, kept by the
    deed that puts that on the audit record.
    """

    __tablename__ = "access_grant"
    __table_args__ = (
        CheckConstraint("until IS NULL OR until > from_", name="ends_after_it_starts"),
        CheckConstraint("granted_by IS NULL OR granted_by <> person", name="nobody_grants_to_themselves"),
        CheckConstraint("revoked_by IS NULL OR revoked_at IS NOT NULL", name="revoked_by_someone_at_some_time"),
        CheckConstraint("revoked_at IS NULL OR ended_at IS NOT NULL", name="a_revocation_ends_it"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="confirmed_by_someone_at_some_time"),
        Index(
            "ix_access_grant_confirmed",
            "confirmed_at",
            "granted_at",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_access_grant_person_case_ref", "person", "case_ref"),
        Index("ix_access_grant_case_ref", "case_ref"),
        Index(
            "ix_access_grant_live",
            "person",
            "capacity",
            "case_opened_on",
            "case_ref",
            "from_",  # what a person holds, and since when, is counted over this index alone
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "ix_access_grant_opened",
            "last_opened_at",
            "from_",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "ix_access_grant_ending",
            "until",
            "case_ref",
            sqlite_where=text("ended_at IS NULL AND until IS NOT NULL"),
            postgresql_where=text("ended_at IS NULL AND until IS NOT NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("person.username"))
    case_ref: Mapped[str] = mapped_column(ForeignKey("case.ref"))
    capacity: Mapped[Capacity]
    compartments: Mapped[list[str]]
    record_classes: Mapped[list[str]] = mapped_column(default=list)
    actions: Mapped[list[str]] = mapped_column(default=list)
    purpose: Mapped[str | None] = mapped_column(Narrative)
    from_: Mapped[datetime]
    until: Mapped[datetime | None]
    granted_by: Mapped[str | None] = mapped_column(String(80))
    granted_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[str | None] = mapped_column(String(80))
    last_opened_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(String(80))
    lead_for: Mapped[str | None] = mapped_column(ForeignKey("service_user.ref"))
    with_address: Mapped[bool | None]
    case_opened_on: Mapped[date]


class ConflictOfInterest(Confidential, Sealed, Base):
    """A worker's tie to a service user; it bars them until somebody else lifts it (C5).

    `tie_id` names the tie that was declared by a person's name and that this came of, without the worker knowing.
    """

    __tablename__ = "conflict_of_interest"
    __table_args__ = (
        CheckConstraint("(lifted_by IS NULL) = (lifted_at IS NULL)", name="lifted_by_someone_at_some_time"),
        CheckConstraint("lifted_by IS NULL OR lifted_by <> person", name="only_somebody_else_lifts_it"),
        Index("ix_conflict_of_interest_person", "person"),
        Index("ix_conflict_of_interest_service_user", "service_user"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("person.username"))
    service_user: Mapped[str] = mapped_column(ForeignKey("service_user.ref"))
    reason: Mapped[str] = mapped_column(Narrative)
    declared_at: Mapped[datetime | None]
    declared_by: Mapped[str | None] = mapped_column(String(80))
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None] = mapped_column(String(80))
    lifted_because: Mapped[str | None] = mapped_column(Narrative)
    tie_id: Mapped[int | None] = mapped_column(ForeignKey("declared_tie.id"))

    def sealed_under(self) -> str:
        """The organisation's key: they belong to no one case."""
        return "organisation"


class EmergencyAccess(Confidential, Sealed, Base):
    """A few hours' access to a case for a typed reason, reviewed by somebody else (C5, C9).

    `ended_at` is set where its holder ended it early; `justified` is what the review found.
    """

    __tablename__ = "emergency_access"
    __table_args__ = (
        CheckConstraint("(reviewed_by IS NULL) = (reviewed_at IS NULL)", name="reviewed_by_someone_at_some_time"),
        CheckConstraint("reviewed_by IS NULL OR reviewed_by <> person", name="only_somebody_else_reviews_it"),
        Index("ix_emergency_access_person_opened_at", "person", "opened_at"),
        Index("ix_emergency_access_case_ref", "case_ref"),
        Index("ix_emergency_access_opened_at", "opened_at"),
        Index(
            "ix_emergency_access_unreviewed",
            "opened_at",
            sqlite_where=text("reviewed_at IS NULL"),
            postgresql_where=text("reviewed_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("person.username"))
    case_ref: Mapped[str] = mapped_column(ForeignKey("case.ref"))
    opened_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Narrative)
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[str | None] = mapped_column(String(80))
    ended_at: Mapped[datetime | None]
    justified: Mapped[bool | None]
    review_finding: Mapped[str | None] = mapped_column(Narrative)


class ExpressAgreement(Confidential, Sealed, Base):
    """A source's permission to share named records with one recipient (C8).

    `recipient` says of what kind they are and for whom they act; what else
    tells them apart is in `recipient_words`, sealed. `conditions` are the
    source's own, ticked before anything goes out. Withdrawn, it stays
    withdrawn, and who told us is kept.
    """

    __tablename__ = "express_agreement"
    __table_args__ = (
        CheckConstraint("withdrawn_by IS NULL OR withdrawn_at IS NOT NULL", name="withdrawn_at_some_time"),
        Index("ix_express_agreement_source", "source"),
        Index("ix_express_agreement_case_ref", "case_ref"),
    )

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    case_ref: Mapped[str | None] = mapped_column(ForeignKey("case.ref"))
    source: Mapped[str] = mapped_column(String(80))
    records: Mapped[list[str]]
    recipient: Mapped[dict[str, Any]]
    recipient_words: Mapped[str | None] = mapped_column(Narrative)
    purpose: Mapped[str | None] = mapped_column(Narrative)
    channel: Mapped[str | None] = mapped_column(String(80))
    conditions: Mapped[str | None] = mapped_column(Narrative)
    given_at: Mapped[datetime]
    given_how: Mapped[HowGiven | None]
    evidence: Mapped[str | None] = mapped_column(Narrative)
    expires_on: Mapped[date | None]
    one_use: Mapped[bool] = mapped_column(default=False)
    used_at: Mapped[datetime | None]
    recorded_by: Mapped[str | None] = mapped_column(String(80))
    recorded_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(String(80))
    withdrawn_words: Mapped[str | None] = mapped_column(Narrative)
