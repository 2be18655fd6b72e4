"""What happens within a mediation: screening, agreement, sessions, proposals, summaries, recording incidents."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text as sql
from sqlalchemy.orm import Mapped, mapped_column

from okf.policy.mediation import AgreedHow, IncidentOutcome, ProposalStatus, SessionKind, SessionStatus, Suitability
from okf.store.models.base import Base, Confidential, Narrative, Sealed


class MediationParticipant(Confidential, Base):
    """A party of the case in one of its mediations: named when it starts."""

    __tablename__ = "mediation_participant"

    mediation_ref: Mapped[str] = mapped_column(ForeignKey("mediation.ref"), primary_key=True)
    service_user: Mapped[str] = mapped_column(ForeignKey("service_user.ref"), primary_key=True)
    case_ref: Mapped[str] = mapped_column(ForeignKey("case.ref"), index=True)
    position: Mapped[int]


class MediationScreening(Sealed, Confidential, Base):
    """One screening of one participant alone, with what was found; never changed, a later one counts instead.

    It lies in that participant's own part of the case (`sole:<party>`), and
    reads as a private note of the mediator does.
    """

    __tablename__ = "mediation_screening"
    __table_args__ = (Index("ix_mediation_screening_mediation_ref", "mediation_ref", "service_user"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_ref: Mapped[str] = mapped_column(ForeignKey("case.ref"), index=True)
    mediation_ref: Mapped[str] = mapped_column(ForeignKey("mediation.ref"))
    service_user: Mapped[str] = mapped_column(ForeignKey("service_user.ref"))
    screened_at: Mapped[datetime]
    screened_by: Mapped[str] = mapped_column(ForeignKey("person.username"))
    asked: Mapped[list[str]]
    suitability: Mapped[Suitability]
    found: Mapped[str] = mapped_column(Narrative)
    conditions: Mapped[str | None] = mapped_column(Narrative)
    written_at: Mapped[datetime]


class MediationAgreement(Confidential, Base):
    """A participant's agreement to mediate, or their taking it back; never changed, the last one counts."""

    __tablename__ = "mediation_agreement"
    __table_args__ = (Index("ix_mediation_agreement_mediation_ref", "mediation_ref", "service_user"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_ref: Mapped[str] = mapped_column(ForeignKey("case.ref"), index=True)
    mediation_ref: Mapped[str] = mapped_column(ForeignKey("mediation.ref"))
    service_user: Mapped[str] = mapped_column(ForeignKey("service_user.ref"))
    agrees: Mapped[bool]
    given_at: Mapped[datetime]
    how: Mapped[AgreedHow]
    text_version: Mapped[str] = mapped_column(String(40))
    text_sha256: Mapped[str] = mapped_column(String(64))
    noted_by: Mapped[str] = mapped_column(ForeignKey("person.username"))
    noted_at: Mapped[datetime]


class MediationSession(Sealed, Confidential, Base):
    """A meeting of a mediation. `compartment` is `joint`, or one participant's own part for a private one."""

    __tablename__ = "mediation_session"
    __table_args__ = (
        Index("ix_mediation_session_mediation_ref", "mediation_ref", "starts_at"),
        CheckConstraint("(status = 'held') = (held_noted_at IS NOT NULL)", name="held_at_some_time"),
    )

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    case_ref: Mapped[str] = mapped_column(ForeignKey("case.ref"), index=True)
    mediation_ref: Mapped[str] = mapped_column(ForeignKey("mediation.ref"))
    kind: Mapped[SessionKind]
    compartment: Mapped[str] = mapped_column(String(100))
    starts_at: Mapped[datetime]
    online: Mapped[bool]
    place: Mapped[str | None] = mapped_column(Narrative)
    status: Mapped[SessionStatus]
    attended: Mapped[list[str]]
    planned_by: Mapped[str] = mapped_column(ForeignKey("person.username"))
    planned_at: Mapped[datetime]
    held_noted_at: Mapped[datetime | None]


class MediationProposal(Sealed, Confidential, Base):
    """Something that a participant, or the mediator, puts forward; its words never change.

    `compartment` says who may see it: its maker's own part until it is
    offered, then `joint`. `answers` holds when each participant accepted it.
    """

    __tablename__ = "mediation_proposal"
    __table_args__ = (Index("ix_mediation_proposal_mediation_ref", "mediation_ref"),)

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    case_ref: Mapped[str] = mapped_column(ForeignKey("case.ref"), index=True)
    mediation_ref: Mapped[str] = mapped_column(ForeignKey("mediation.ref"))
    made_by: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Narrative)
    made_at: Mapped[datetime]
    written_by: Mapped[str] = mapped_column(ForeignKey("person.username"))
    compartment: Mapped[str] = mapped_column(String(100))
    status: Mapped[ProposalStatus]
    answers: Mapped[dict[str, Any]]
    moved_at: Mapped[datetime]


class MediationStep(Confidential, Base):
    """One move of a mediation from one status to another, in words that blame nobody; never changed."""

    __tablename__ = "mediation_step"
    __table_args__ = (Index("ix_mediation_step_mediation_ref", "mediation_ref"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_ref: Mapped[str] = mapped_column(ForeignKey("case.ref"), index=True)
    mediation_ref: Mapped[str] = mapped_column(ForeignKey("mediation.ref"))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(ForeignKey("person.username"))
    to: Mapped[str] = mapped_column(String(40))
    because: Mapped[str | None] = mapped_column(String(40))


class SummaryDraft(Sealed, Confidential, Base):
    """One saving of an outcome summary's draft; never changed, the last one is the draft."""

    __tablename__ = "summary_draft"
    __table_args__ = (Index("ix_summary_draft_mediation_ref", "mediation_ref"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_ref: Mapped[str] = mapped_column(ForeignKey("case.ref"), index=True)
    mediation_ref: Mapped[str] = mapped_column(ForeignKey("mediation.ref"))
    text: Mapped[str] = mapped_column(Narrative)
    saved_at: Mapped[datetime]
    saved_by: Mapped[str] = mapped_column(ForeignKey("person.username"))


class OutcomeSummary(Sealed, Confidential, Base):
    """An outcome summary as it was issued: one text for all participants, with its hash; SQL refuses to change it.

    `record_id` is the record of the case that stands for it. It may be
    withdrawn, and another version issued instead.
    """

    __tablename__ = "outcome_summary"
    __table_args__ = (
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn_by_someone_at_some_time"),
        Index(
            "ix_outcome_summary_standing",
            "mediation_ref",
            unique=True,
            sqlite_where=sql("withdrawn_at IS NULL"),
            postgresql_where=sql("withdrawn_at IS NULL"),
        ),
    )

    mediation_ref: Mapped[str] = mapped_column(ForeignKey("mediation.ref"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_ref: Mapped[str] = mapped_column(ForeignKey("case.ref"), index=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("record.id"))
    text: Mapped[str] = mapped_column(Narrative)
    sha256: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime]
    issued_by: Mapped[str] = mapped_column(ForeignKey("person.username"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(String(80))
    withdrawn_because: Mapped[str | None] = mapped_column(Narrative)


class RecordingIncident(Sealed, Confidential, Base):
    """A recording that not everyone had agreed to, and its review by somebody else; it ends nothing by itself (C13)."""

    __tablename__ = "recording_incident"
    __table_args__ = (
        CheckConstraint("(reviewed_by IS NULL) = (reviewed_at IS NULL)", name="reviewed_by_someone_at_some_time"),
        CheckConstraint("(reviewed_at IS NULL) = (outcome IS NULL)", name="reviewed_with_an_outcome"),
        CheckConstraint("reviewed_by IS NULL OR reviewed_by <> noted_by", name="only_somebody_else_reviews_it"),
        Index("ix_recording_incident_mediation_ref", "mediation_ref"),
        Index(
            "ix_recording_incident_waiting",
            "review_by",
            sqlite_where=sql("reviewed_at IS NULL"),
            postgresql_where=sql("reviewed_at IS NULL"),
        ),
    )

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    case_ref: Mapped[str] = mapped_column(ForeignKey("case.ref"), index=True)
    mediation_ref: Mapped[str] = mapped_column(ForeignKey("mediation.ref"))
    recording_id: Mapped[str] = mapped_column(ForeignKey("recording_agreement.id"))
    what: Mapped[str] = mapped_column(Narrative)
    noted_at: Mapped[datetime]
    noted_by: Mapped[str] = mapped_column(ForeignKey("person.username"))
    review_by: Mapped[datetime]
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[str | None] = mapped_column(String(80))
    outcome: Mapped[IncidentOutcome | None]
    finding: Mapped[str | None] = mapped_column(Narrative)
