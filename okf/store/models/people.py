"""People who work with OKF, their roles, their checks, and partner organisations."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from okf.store.models.base import Base, Named
from okf.terms import Capacity, CheckKind, Role


class PartnerOrganisation(Named, Base):
    """An allied organisation and the span of its own agreement with OKF, half-open in London dates (C7)."""

    __tablename__ = "partner_organisation"
    __table_args__ = (Index("ix_partner_organisation_name_folded", "name_folded", "name"),)

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    agreement_from: Mapped[date | None]
    agreement_until: Mapped[date | None]
    agreement_ended_at: Mapped[datetime | None]
    agreement_ended_by: Mapped[str | None] = mapped_column(String(80))


class PartnerAgreement(Base):
    """A further agreement of an allied organisation with OKF, put on record here: a renewal, or one after a gap (C7).

    It holds from its first day, but never before it was put on record, so
    that it heals no earlier access; and until its last day or the instant at
    which it was ended.
    """

    __tablename__ = "partner_agreement"
    __table_args__ = (
        CheckConstraint("until IS NULL OR until > from_on", name="it_ends_after_it_begins"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_by_someone_at_some_time"),
        Index("ix_partner_agreement_organisation", "organisation"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation: Mapped[str] = mapped_column(ForeignKey("partner_organisation.name"))
    from_on: Mapped[date]
    until: Mapped[date | None]
    signed_for_them_by: Mapped[str | None] = mapped_column(String(200))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(80))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(80))


class Person(Named, Base):
    """Somebody who works with OKF, in any capacity. `left_at` ends the account, never the duty (C15).

    How they were called, and what they were, before is kept in `FormerPerson`.
    `caseload_most` is how many ordinary cases they can carry, where it is not the setting's number.
    """

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint(
            "(capacity = 'allied_partner') = (organisation IS NOT NULL)", name="an_allied_partner_has_an_organisation"
        ),
        CheckConstraint("caseload_most >= 0", name="a_caseload_is_never_below_nothing"),
        Index("ix_person_name_folded", "name_folded", "username"),
        Index("ix_person_team", "team"),
    )

    username: Mapped[str] = mapped_column(String(80), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(320))
    phone: Mapped[str | None] = mapped_column(String(40))
    capacity: Mapped[Capacity]
    team: Mapped[str | None] = mapped_column(String(80))
    organisation: Mapped[str | None] = mapped_column(ForeignKey("partner_organisation.name"), index=True)
    joined_on: Mapped[date | None]
    left_at: Mapped[datetime | None]
    caseload_most: Mapped[int | None]

    roles: Mapped[list[PersonRole]] = relationship(back_populates="holder", lazy="raise", cascade="all, delete-orphan")


class PersonRole(Base):
    """A role held by a person over a span of time, so that past decisions can be recomputed."""

    __tablename__ = "person_role"
    __table_args__ = (Index("ix_person_role_person", "person"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("person.username"))
    role: Mapped[Role]
    since: Mapped[datetime | None]
    until: Mapped[datetime | None]

    holder: Mapped[Person] = relationship(back_populates="roles", lazy="raise")


class FormerPerson(Named, Base):
    """Somebody as they were until an instant, when their name, capacity or organisation changed, or they came back.

    The row of `person` is what holds since the last of these; `left_at` is
    when their account had been switched off, before it was switched on again.
    """

    __tablename__ = "former_person"
    __table_args__ = (Index("ix_former_person_person_until", "person", "until"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("person.username"))
    until: Mapped[datetime]
    name: Mapped[str] = mapped_column(String(200))
    capacity: Mapped[Capacity]
    organisation: Mapped[str | None] = mapped_column(ForeignKey("partner_organisation.name"))
    left_at: Mapped[datetime | None]


class WorkerCheck(Base):
    """A vetting or training check that runs out; it then blocks access if it or its kind's setting says so.

    `starts_on` is the London day from which it holds, and `recorded_at` when
    it was put on record: a renewal heals nothing that lies before it.
    """

    __tablename__ = "worker_check"
    __table_args__ = (Index("ix_worker_check_person", "person"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("person.username"))
    kind: Mapped[CheckKind]
    starts_on: Mapped[date | None]
    expires_on: Mapped[date]
    blocks_access: Mapped[bool]
    recorded_at: Mapped[datetime | None]
    recorded_by: Mapped[str | None] = mapped_column(String(80))
