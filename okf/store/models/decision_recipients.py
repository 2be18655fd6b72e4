"""To whom else a decision was shared, beside its first recipient (C9)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Confidential, Narrative, Sealed
from okf.terms.decisions import Way


class DecisionRecipientAlso(Confidential, Sealed, Base):
    """A further recipient of a decision beside its first, with what went to them; appended with it, never edited.

    It has a share and a referral of its own, by which it is known; `place`
    counts from two on.
    """

    __tablename__ = "decision_recipient_also"
    __table_args__ = (
        Index("ix_decision_recipient_also_concern_ref", "concern_ref"),
        Index("ix_decision_recipient_also_share_ref", "share_ref"),
        UniqueConstraint("decision_ref", "place"),
        CheckConstraint("place > 1", name="beside_the_first"),
    )

    referral_ref: Mapped[str] = mapped_column(ForeignKey("referral.ref"), primary_key=True)
    decision_ref: Mapped[str] = mapped_column(ForeignKey("concern_decision.ref"))
    concern_ref: Mapped[str] = mapped_column(ForeignKey("concern.ref"))
    place: Mapped[int]
    recipient: Mapped[str] = mapped_column(String(60))
    recipient_name: Mapped[str | None] = mapped_column(Narrative)
    least: Mapped[str] = mapped_column(Narrative)
    sent_how: Mapped[Way]
    acted_at: Mapped[datetime | None]
    share_ref: Mapped[str] = mapped_column(ForeignKey("information_share.ref"))

    def sealed_under(self) -> str:
        """Its concern's key."""
        return f"concern:{self.concern_ref}"
