"""What signing in rests on: credentials, invitations, tickets, sessions, tries."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Narrative, Sealed


class Credential(Sealed, Base):
    """How a person proves who they are: an argon2id hash (its parameters within) and perhaps a second factor.

    The secret of the second factor is encrypted, as texts are: whoever reads it could make its codes.
    """

    __tablename__ = "credential"

    person: Mapped[str] = mapped_column(ForeignKey("person.username"), primary_key=True)
    password_hash: Mapped[str] = mapped_column(String(300))
    changed_at: Mapped[datetime]
    totp_secret: Mapped[str | None] = mapped_column(Narrative)
    totp_confirmed_at: Mapped[datetime | None]
    totp_last_step: Mapped[int | None]

    def sealed_under(self) -> str:
        """A scope of its own."""
        return "sign-in"


class RecoveryCode(Base):
    """A one-use code that stands in for the second factor; only its SHA-256 is kept (it has 80 random bits)."""

    __tablename__ = "recovery_code"
    __table_args__ = (Index("ix_recovery_code_person", "person"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("person.username"))
    code_sha256: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


class Invitation(Base):
    """A one-time permission to set one's own password; only its token's SHA-256 is kept."""

    __tablename__ = "invitation"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("person.username"), index=True)
    made_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInTicket(Base):
    """One step of signing in that is done, and a permission to take the next one; only its token's SHA-256 is kept.

    `step` is what it allows: to give a code, to enrol a second factor, to end
    the enrolment, or to be changed for the cookie.
    """

    __tablename__ = "sign_in_ticket"
    __table_args__ = (CheckConstraint("step IN ('code', 'enrol', 'enrolled', 'cookie')", name="step_is_known"),)

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("person.username"), index=True)
    step: Mapped[str] = mapped_column(String(10))
    second_factor: Mapped[bool]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInSession(Base):
    """One sign-in, checked at every run; ended, it lets nobody in, whatever cookie they hold."""

    __tablename__ = "sign_in_session"
    __table_args__ = (
        Index("ix_sign_in_session_person_started_at", "person", "started_at"),
        Index("ix_sign_in_session_browser_sha256", "browser_sha256"),
    )

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    person: Mapped[str] = mapped_column(ForeignKey("person.username"))
    second_factor: Mapped[bool]
    started_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(80))
    source: Mapped[str | None] = mapped_column(String(80))
    browser: Mapped[str | None] = mapped_column(String(200))
    browser_sha256: Mapped[str | None] = mapped_column(String(64))


class SignInTry(Base):
    """One failed try to sign in, counted by account and by source for throttling; purged after a day.

    `username` is a keyed hash when nobody has that name: people type passwords into
    the wrong field. `source` is a network address, or the browser that this
    person signed in with before.
    """

    __tablename__ = "sign_in_try"
    __table_args__ = (
        Index("ix_sign_in_try_username_at", "username", "at"),
        Index("ix_sign_in_try_source_at", "source", "at"),
        Index("ix_sign_in_try_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(80))
    source: Mapped[str] = mapped_column(String(80))
    step: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]
