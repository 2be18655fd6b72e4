"""The audit record: a chain of events, each carrying the hash of the one before."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, Dialect, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from okf.store.models.base import Base
from okf.terms import Action, Outcome

MARKS: Final = "row_marks"
IN_LEDGER: Final = "in_ledger"
_FOR_THE_PROOF: Final = frozenset({MARKS, IN_LEDGER})


class Facts(TypeDecorator[dict[str, Any]]):
    """What an event says.

    Two of it are for the proof alone: the hash of the marks of its rows, and
    whether it ended something, which would tell whoever reads the record that
    a tie by name was somebody's here.
    """

    impl = JSON
    cache_ok = True

    def process_result_value(self, value: dict[str, Any] | None, _: Dialect) -> dict[str, Any] | None:
        """What readers of the record see."""
        return value and {name: one for name, one in value.items() if name not in _FOR_THE_PROOF}

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        """A fact within is compared as any JSON's."""
        return self.impl_instance.coerce_compared_value(op, value)


class AuditEvent(Base):
    """Who asked to do what, what was decided and why; never the confidential words.

    `mac` seals its hash with a secret that is not in the database. UPDATE and
    DELETE are refused by triggers, on every database.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_actor_seq", "actor", "seq"),
        Index("ix_audit_event_action_seq", "action", "seq"),
        Index("ix_audit_event_outcome_seq", "outcome", "seq"),
        Index("ix_audit_event_at", "at"),
        Index(
            "ix_audit_event_concern_read",
            "subject",
            "session_id",
            sqlite_where=text("action = 'read_concern'"),
            postgresql_where=text("action = 'read_concern'"),
        ),
        Index(
            "ix_audit_event_enquiry_read",
            "subject",
            "session_id",
            sqlite_where=text("action = 'read_enquiry'"),
            postgresql_where=text("action = 'read_enquiry'"),
        ),
        # Whether a look into a case is on record already is asked at every click.
        Index(
            "ix_audit_event_opened",
            "session_id",
            "case_ref",
            sqlite_where=text("action = 'open_case'"),
            postgresql_where=text("action = 'open_case'"),
        ),
        Index(
            "ix_audit_event_looked",
            "session_id",
            "subject",
            sqlite_where=text("action = 'check_known' OR action = 'see_protected_match'"),
            postgresql_where=text("action = 'check_known' OR action = 'see_protected_match'"),
        ),
        Index(
            "ix_audit_event_case_ref_seq",
            "case_ref",
            "seq",
            sqlite_where=text("case_ref IS NOT NULL"),
            postgresql_where=text("case_ref IS NOT NULL"),
        ),
    )

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(80))
    action: Mapped[Action]
    outcome: Mapped[Outcome]
    case_ref: Mapped[str | None] = mapped_column(String(80))
    subject: Mapped[str | None] = mapped_column(String(120))
    session_id: Mapped[str | None] = mapped_column(String(80))
    clauses: Mapped[list[str]]
    reasons: Mapped[list[str]]
    facts: Mapped[dict[str, Any]] = mapped_column(Facts)
    before: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    mac: Mapped[str | None] = mapped_column(String(32))


class RowMark(Base):
    """How a row must be from an event on: `mark`, or nothing where the event took it away; `was` is its mark before.

    Both are hashes under a secret that is not in the database. A mark without
    an event is of a table that is written outside deeds. UPDATE and DELETE are
    refused by triggers, on every database.
    """

    __tablename__ = "row_mark"
    __table_args__ = (Index("ix_row_mark_row", "row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int | None]
    row: Mapped[str] = mapped_column(Text)
    was: Mapped[str | None] = mapped_column(String(32))
    mark: Mapped[str | None] = mapped_column(String(32))


class AuditHead(Base):
    """The chain's last link, one row; whoever would write takes it first, so the chain never forks."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
