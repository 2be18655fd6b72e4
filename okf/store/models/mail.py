"""The outbox, and the reminders that it carries: who was told to sign, when, and whether it really went."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from okf.policy.chasing import MailKind, MailState
from okf.store.models.base import Base
from okf.terms import Capacity


class Mail(Base):
    """One mail to one person, put here in the transaction of the deed that it tells of; its words are in the code.

    Whoever is about to send it claims it first: `claim` is theirs alone, so
    two processes never send the same one. `message_id` is made with it and
    stays through every try. `answer` is the last thing the mail server said.
    A mail about a concern names it here, so that nobody whom the concern is
    about finds a trace of the mail.
    """

    __tablename__ = "mail"
    __table_args__ = (
        CheckConstraint("(state = 'sending') = (claim IS NOT NULL)", name="claimed_while_sending"),
        Index("ix_mail_state_next_try_at", "state", "next_try_at"),
        Index("ix_mail_person_kind", "person", "kind"),
    )

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("person.username"))
    kind: Mapped[MailKind]
    concern_ref: Mapped[str | None] = mapped_column(ForeignKey("concern.ref"), index=True)
    address: Mapped[str] = mapped_column(String(320))
    state: Mapped[MailState]
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    queued_at: Mapped[datetime]
    queued_by: Mapped[str] = mapped_column(String(80))
    next_try_at: Mapped[datetime]
    tries: Mapped[int]
    claim: Mapped[str | None] = mapped_column(String(80))
    claimed_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(String(300))


class Reminder(Base):
    """Somebody was told that an agreement waits for their signature: on Today, and by a mail if there is one.

    At most one a person, agreement and London day. `rung` is the day's
    distance from the last day to sign; empty for one asked for by hand.
    """

    __tablename__ = "reminder"
    __table_args__ = (UniqueConstraint("person", "kind", "reminded_on", name="uq_reminder_a_day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("person.username"))
    kind: Mapped[Capacity]
    reminded_on: Mapped[date]
    rung: Mapped[int | None]
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(80))
    mail: Mapped[str | None] = mapped_column(ForeignKey("mail.id"), index=True)
