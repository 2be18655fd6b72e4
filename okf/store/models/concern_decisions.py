"""What was decided on a concern, who was told, what became of a referral, and who read it again (C9)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Confidential, Narrative, Sealed
from okf.terms.concerns import ConcernCategory
from okf.terms.decisions import Consent, DecisionState, ReferralStatus, Threshold, Way


class ConcernCategoryAlso(Confidential, Base):
    """A further category of a concern beside its first, over the span in which it was held to be one."""

    __tablename__ = "concern_category_also"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_by_someone_at_some_time"),
        Index("ix_concern_category_also_concern_ref", "concern_ref"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    concern_ref: Mapped[str] = mapped_column(ForeignKey("concern.ref"))
    category: Mapped[ConcernCategory]
    noted_by: Mapped[str] = mapped_column(String(80))
    noted_at: Mapped[datetime]
    ended_by: Mapped[str | None] = mapped_column(String(80))
    ended_at: Mapped[datetime | None]


class ConcernDecision(Confidential, Sealed, Base):
    """A lead's decision to share a concern, or not to, in the same form; never edited: a later one replaces it.

    What left OKF is the share that it names, and what came back the referral:
    this is why. `entries_before` is how long the chronology was when it was
    made, so that whoever reads it again sees what its maker saw. `state`,
    `due_at` (by when somebody else reads it) and `settled_at` follow from the
    readings and from the decision that replaces it. Whom else it was shared
    with, beside its first recipient, is a `DecisionRecipientAlso` each.
    """

    __tablename__ = "concern_decision"
    __table_args__ = (
        CheckConstraint("(share_ref IS NULL) = (recipient IS NULL)", name="shared_with_somebody"),
        CheckConstraint("to_share = (share_ref IS NOT NULL)", name="shared_as_it_says"),
        UniqueConstraint("concern_ref", "number"),
        Index("ix_concern_decision_share_ref", "share_ref"),
        Index(
            "ix_concern_decision_unread",
            "due_at",
            "ref",
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
    )

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    concern_ref: Mapped[str] = mapped_column(ForeignKey("concern.ref"))
    number: Mapped[int]
    to_share: Mapped[bool]
    decided_by: Mapped[str] = mapped_column(ForeignKey("person.username"))
    decided_at: Mapped[datetime]
    entries_before: Mapped[int]
    threshold: Mapped[Threshold | None]
    legal_basis: Mapped[list[str]]
    rationale: Mapped[str] = mapped_column(Narrative)
    alternatives: Mapped[str] = mapped_column(Narrative)
    least: Mapped[str | None] = mapped_column(Narrative)
    consent: Mapped[Consent]
    consent_why: Mapped[str | None] = mapped_column(Narrative)
    recipient: Mapped[str | None] = mapped_column(String(60))
    recipient_name: Mapped[str | None] = mapped_column(Narrative)
    sent_how: Mapped[Way | None]
    acted_at: Mapped[datetime | None]
    share_ref: Mapped[str | None] = mapped_column(ForeignKey("information_share.ref"))
    replaces: Mapped[str | None] = mapped_column(ForeignKey("concern_decision.ref"))
    state: Mapped[DecisionState]
    due_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    def sealed_under(self) -> str:
        """Its concern's key."""
        return f"concern:{self.concern_ref}"


class ConcernInformed(Confidential, Sealed, Base):
    """Whether one person was told of a decision, and why or why not; appended with it, never edited."""

    __tablename__ = "concern_informed"
    __table_args__ = (Index("ix_concern_informed_decision_ref", "decision_ref"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_ref: Mapped[str] = mapped_column(ForeignKey("concern_decision.ref"))
    concern_ref: Mapped[str] = mapped_column(ForeignKey("concern.ref"))
    service_user: Mapped[str | None] = mapped_column(ForeignKey("service_user.ref"))
    named: Mapped[str | None] = mapped_column(Narrative)
    informed: Mapped[bool]
    why: Mapped[str | None] = mapped_column(Narrative)

    def sealed_under(self) -> str:
        """Its concern's key."""
        return f"concern:{self.concern_ref}"


class DecisionReading(Confidential, Sealed, Base):
    """What a second reader, or the third after a disagreement, said of a decision; never edited.

    `decided_by` copies the decision's, so that the database itself refuses
    that somebody reads their own.
    """

    __tablename__ = "decision_reading"
    __table_args__ = (
        UniqueConstraint("decision_ref", "place"),
        UniqueConstraint("decision_ref", "reader"),
        CheckConstraint("reader <> decided_by", name="never_the_same_person"),
        CheckConstraint("place IN (2, 3)", name="second_or_third"),
        Index("ix_decision_reading_concern_ref", "concern_ref"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_ref: Mapped[str] = mapped_column(ForeignKey("concern_decision.ref"))
    concern_ref: Mapped[str] = mapped_column(ForeignKey("concern.ref"))
    decided_by: Mapped[str] = mapped_column(String(80))
    reader: Mapped[str] = mapped_column(ForeignKey("person.username"))
    place: Mapped[int]
    due_at: Mapped[datetime]
    read_at: Mapped[datetime]
    agrees: Mapped[bool]
    reason: Mapped[str] = mapped_column(Narrative)

    def sealed_under(self) -> str:
        """Its concern's key."""
        return f"concern:{self.concern_ref}"


class Referral(Confidential, Sealed, Base):
    """A concern sent to somebody who can act on it, until they answer.

    `chase_at` is when the answer is chased next, None once none is awaited;
    `confirm_by` until when an urgent one is confirmed in writing.
    """

    __tablename__ = "referral"
    __table_args__ = (
        Index("ix_referral_concern_ref", "concern_ref"),
        Index(
            "ix_referral_chased",
            "chase_at",
            "ref",
            sqlite_where=text("chase_at IS NOT NULL"),
            postgresql_where=text("chase_at IS NOT NULL"),
        ),
        Index(
            "ix_referral_unconfirmed",
            "confirm_by",
            "ref",
            sqlite_where=text("confirm_by IS NOT NULL AND confirmed_at IS NULL"),
            postgresql_where=text("confirm_by IS NOT NULL AND confirmed_at IS NULL"),
        ),
    )

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    concern_ref: Mapped[str] = mapped_column(ForeignKey("concern.ref"))
    decision_ref: Mapped[str] = mapped_column(ForeignKey("concern_decision.ref"))
    recipient: Mapped[str] = mapped_column(String(60))
    sent_at: Mapped[datetime]
    status: Mapped[ReferralStatus]
    their_reference: Mapped[str | None] = mapped_column(Narrative)
    chase_at: Mapped[datetime | None]
    confirm_by: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]

    def sealed_under(self) -> str:
        """Its concern's key."""
        return f"concern:{self.concern_ref}"
