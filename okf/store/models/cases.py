"""Cases, who is in them, their closures, their mediations and tasks."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Confidential, Narrative, Sealed
from okf.terms import CaseStatus, MediationKind, MediationStatus, SupportKind
from okf.terms.caseload import CaseLinkKind, ClosureOutcome


class Case(Confidential, Base):
    """A family's journey with OKF. Its closures are in `case_closure`; `closed_at` is the last one still standing.

    `unallocated_since` is the date from which some party has had no lead
    caseworker, empty when every party has one; kept by the commands that
    grant, end grants, open and close (C3). `first_contact_at` is when the
    family asked. `complexity` is how many ordinary cases it counts as against
    a caseworker's limit, and `outcome` what its closing came to.

    The database itself keeps (`okf.store.tallies`): `allocated_on`, the day by
    which every party had had a lead caseworker; `contacted_on`, when OKF was
    first in touch after the family asked; `quiet_since`, the last contact
    either way, or the opening.
    """

    __tablename__ = "case"
    __table_args__ = (
        CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed_at_some_time"),
        CheckConstraint("complexity BETWEEN 1 AND 5", name="counts_as_one_to_five_cases"),
        CheckConstraint("outcome IS NULL OR closed_at IS NOT NULL", name="only_a_closed_case_has_an_outcome"),
        Index("ix_case_opened_on_ref", "opened_on", "ref"),
        Index("ix_case_status_opened_on_ref", "status", "opened_on", "ref"),
        Index("ix_case_area_opened_on_ref", "area", "opened_on", "ref"),
        Index("ix_case_kind_of_support_opened_on_ref", "kind_of_support", "opened_on", "ref"),
        Index("ix_case_area_status_opened_on_ref", "area", "status", "opened_on", "ref"),
        Index("ix_case_kind_of_support_status_opened_on_ref", "kind_of_support", "status", "opened_on", "ref"),
        Index("ix_case_area_kind_of_support_opened_on_ref", "area", "kind_of_support", "opened_on", "ref"),
        Index("ix_case_closed_at_ref", "closed_at", "ref"),
        # PostgreSQL's plain index follows the database's language, and answers no "begins with".
        Index("ix_case_ref_begins", "ref", postgresql_ops={"ref": "text_pattern_ops"}),
        Index(
            "ix_case_unallocated",
            "unallocated_since",
            "ref",
            sqlite_where=text("unallocated_since IS NOT NULL"),
            postgresql_where=text("unallocated_since IS NOT NULL"),
        ),
        Index(
            "ix_case_live",
            "opened_on",
            "ref",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index(
            "ix_case_quiet",
            "quiet_since",
            "ref",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_case_outcome_closed_at_ref", "outcome", "closed_at", "ref"),
    )

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    status: Mapped[CaseStatus]
    kind_of_support: Mapped[SupportKind | None]
    area: Mapped[str | None] = mapped_column(String(80))
    first_contact_at: Mapped[datetime | None]
    opened_on: Mapped[date]
    closed_at: Mapped[datetime | None]
    unallocated_since: Mapped[date | None]
    complexity: Mapped[int] = mapped_column(default=1, server_default="1")
    outcome: Mapped[ClosureOutcome | None]
    allocated_on: Mapped[date | None]
    contacted_on: Mapped[date | None]
    quiet_since: Mapped[date | None]


class CaseParty(Confidential, Base):
    """An adult in a case."""

    __tablename__ = "case_party"
    __table_args__ = (Index("ix_case_party_service_user", "service_user"),)

    case_ref: Mapped[str] = mapped_column(ForeignKey("case.ref"), primary_key=True)
    service_user: Mapped[str] = mapped_column(ForeignKey("service_user.ref"), primary_key=True)
    position: Mapped[int]


class CaseChild(Confidential, Base):
    """A child of the family in a case."""

    __tablename__ = "case_child"
    __table_args__ = (Index("ix_case_child_service_user", "service_user"),)

    case_ref: Mapped[str] = mapped_column(ForeignKey("case.ref"), primary_key=True)
    service_user: Mapped[str] = mapped_column(ForeignKey("service_user.ref"), primary_key=True)
    position: Mapped[int]


class CaseClosure(Confidential, Sealed, Base):
    """One closing of a case, and its reopening if there was one; a closing ends every grant begun before it (C6).

    `outcome` is what came of the work, for whoever opens the case again.
    """

    __tablename__ = "case_closure"
    __table_args__ = (Index("ix_case_closure_case_ref", "case_ref"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_ref: Mapped[str] = mapped_column(ForeignKey("case.ref"))
    closed_at: Mapped[datetime]
    closed_by: Mapped[str | None] = mapped_column(String(80))
    reason: Mapped[str | None] = mapped_column(Narrative)
    outcome: Mapped[str | None] = mapped_column(Narrative)
    reopened_at: Mapped[datetime | None]
    reopened_by: Mapped[str | None] = mapped_column(String(80))


class CaseLink(Sealed, Confidential, Base):
    """That two cases are of one family, or that `other_case` was joined into `case_ref`.

    Asked by one and agreed to by another; it stands from `agreed_at` until `ended_at`, and is taken back by two as
    well. One that ended without having been agreed never stood. Of a joined
    case `stood_as` is where it stood before, to be put back.
    """

    __tablename__ = "case_link"
    __table_args__ = (
        CheckConstraint("case_ref <> other_case", name="of_two_cases"),
        CheckConstraint("(agreed_at IS NULL) = (agreed_by IS NULL)", name="agreed_by_someone_at_some_time"),
        CheckConstraint("(end_asked_at IS NULL) = (end_asked_by IS NULL)", name="end_asked_by_someone_at_some_time"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_by_someone_at_some_time"),
        CheckConstraint("agreed_by IS NULL OR agreed_by <> asked_by", name="only_somebody_else_agrees"),
        CheckConstraint("end_asked_by IS NULL OR ended_by <> end_asked_by", name="only_somebody_else_ends_it"),
        CheckConstraint(
            "agreed_at IS NULL OR ended_at IS NULL OR end_asked_at IS NOT NULL", name="what_stood_is_ended_by_two"
        ),
        Index(
            "ix_case_link_pair",
            "case_ref",
            "other_case",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_case_link_case_ref", "case_ref"),
        Index("ix_case_link_other_case", "other_case"),
    )

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    case_ref: Mapped[str] = mapped_column(ForeignKey("case.ref"))
    other_case: Mapped[str] = mapped_column(ForeignKey("case.ref"))
    kind: Mapped[CaseLinkKind]
    why: Mapped[str] = mapped_column(Narrative)
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(80))
    agreed_at: Mapped[datetime | None]
    agreed_by: Mapped[str | None] = mapped_column(String(80))
    end_why: Mapped[str | None] = mapped_column(Narrative)
    end_asked_at: Mapped[datetime | None]
    end_asked_by: Mapped[str | None] = mapped_column(String(80))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(80))
    stood_as: Mapped[CaseStatus | None]


class Mediation(Confidential, Base):
    """A mediation within a case, formal or informal, without prejudice and not legally binding (C10)."""

    __tablename__ = "mediation"
    __table_args__ = (Index("ix_mediation_case_ref", "case_ref"),)

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    case_ref: Mapped[str] = mapped_column(ForeignKey("case.ref"))
    kind: Mapped[MediationKind]
    status: Mapped[MediationStatus]
    mediator: Mapped[str | None] = mapped_column(ForeignKey("person.username"), index=True)


class Task(Confidential, Sealed, Base):
    """Something to do on a case by a London date; `text` names nobody.

    `compartment` is the part of the case that its words belong to, so that a
    handover gives them to nobody who may not read that part (C2).
    """

    __tablename__ = "task"
    __table_args__ = (
        Index(
            "ix_task_open",
            "assigned_to",
            "due_on",
            "ref",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
        Index("ix_task_case_ref", "case_ref"),
        Index(
            "ix_task_due",
            "due_on",
            "ref",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
        CheckConstraint("(done_at IS NULL) = (done_by IS NULL)", name="done_by_someone_at_some_time"),
    )

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    case_ref: Mapped[str] = mapped_column(ForeignKey("case.ref"))
    compartment: Mapped[str | None] = mapped_column(String(100))
    text: Mapped[str] = mapped_column(Narrative)
    assigned_to: Mapped[str] = mapped_column(ForeignKey("person.username"))
    due_on: Mapped[date]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(String(80))
