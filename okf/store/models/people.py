"""People who work with OKF, their roles, their checks, and partner organisations."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from okf.store.models.base import Base
from okf.terms import Capacity, CheckKind, Role


class PartnerOrganisation(Base):
    """An allied organisation and the span of its own agreement with OKF, half-open in London dates (C7)."""

    __tablename__ = "partner_organisation"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    agreement_from: Mapped[date | None]
    agreement_until: Mapped[date | None]


class Person(Base):
    """Somebody who works with OKF, in any capacity. `left_at` ends the account, never the duty (C15)."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint(
            "(capacity = 'allied_partner') = (organisation IS NOT NULL)", name="an_allied_partner_has_an_organisation"
        ),
        Index("ix_person_name", "name"),
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


class WorkerCheck(Base):
    """A vetting or training check that runs out; whether it then blocks access is set on each."""

    __tablename__ = "worker_check"
    __table_args__ = (Index("ix_worker_check_person", "person"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("person.username"))
    kind: Mapped[CheckKind]
    expires_on: Mapped[date]
    blocks_access: Mapped[bool]
