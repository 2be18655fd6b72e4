"""Concerns: worries about harm, whom they are about, and their chronology."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, bindparam, select, text
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Confidential, Narrative, Sealed
from okf.store.models.cases import Case
from okf.terms import ConcernStatus, Severity
from okf.terms.concerns import ADDED_BY_RAISER, ConcernCategory
from okf.terms.decisions import Threshold

_OPENED_ON = select(Case.opened_on).where(Case.ref == bindparam("ref"))


def _case_opened_on(context: DefaultExecutionContext) -> date | None:
    """What the concern's case says, whichever way the row comes in."""
    values = context.get_current_parameters()
    return context.root_connection.scalar(_OPENED_ON, {"ref": values.get("case_ref")})


class Concern(Confidential, Sealed, Base):
    """A worry about harm, from the moment someone raises it.

    Source: C9. What counts as harm is for OKF's Safeguarding Policy to say,
    which this code does not hold. `account` keeps what was said, in the words
    it was given in, and `opinion` apart from it what the raiser makes of it.
    `about_as_typed` and `case_as_typed` keep what the raiser wrote: it is all
    that they see again, since a link to a case or a person would tell them
    that it exists. `sealed` says that it was said to be about somebody who
    works here when it was raised: then it counts for nobody but its leads, for
    good. `taken_at` is when somebody first said that they have it,
    `handed_at` when it was last handed over to its lead, who has not taken it
    up yet. Of its clocks (`ConcernClock`) three are kept here, so that one
    index holds the queue: `due_at`, when the first of those that run is due;
    `decide_by` and `next_review_on`, of the two duties, empty where neither
    runs. `assure` counts them anew.
    """

    __tablename__ = "concern"
    __table_args__ = (
        CheckConstraint("(ended_by IS NULL) = (ended_at IS NULL)", name="ended_by_someone_at_some_time"),
        Index("ix_concern_case_ref", "case_ref"),
        Index("ix_concern_raised_by", "raised_by"),
        Index("ix_concern_raised_at", "raised_at"),
        Index("ix_concern_sealed", "ref", sqlite_where=text("sealed"), postgresql_where=text("sealed")),
        Index(
            "ix_concern_open_by_age",
            "raised_at",
            "status",
            "ref",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "ix_concern_on_case",
            "case_opened_on",
            "case_ref",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        # Their conditions are among the columns too: else SQLite reads each row to look at them again.
        Index(
            "ix_concern_undecided",
            "decide_by",
            "ref",
            "ended_at",
            sqlite_where=text("decide_by IS NOT NULL"),
            postgresql_where=text("decide_by IS NOT NULL"),
        ),
        Index(
            "ix_concern_at_once",
            "decide_by",
            "ref",
            sqlite_where=text("decide_by IS NOT NULL AND severity = 'immediate'"),
            postgresql_where=text("decide_by IS NOT NULL AND severity = 'immediate'"),
        ),
        Index(
            "ix_concern_by_severity",
            "severity",
            "due_at",
            "ref",
            "ended_at",
            "decide_by",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "ix_concern_handed",
            "lead",
            sqlite_where=text("ended_at IS NULL AND handed_at IS NOT NULL"),
            postgresql_where=text("ended_at IS NULL AND handed_at IS NOT NULL"),
        ),
        # Whatever the queue is narrowed and sorted by, so that it is read from here alone.
        Index(
            "ix_concern_queue",
            "due_at",
            "ref",
            "severity",
            "status",
            "category",
            "lead",
            "raised_at",
            "case_ref",
            "ended_at",
            "decide_by",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    case_ref: Mapped[str | None] = mapped_column(ForeignKey("case.ref"))
    # Copies the case's, so that one index holds the cases with an open concern in their list's order.
    case_opened_on: Mapped[date | None] = mapped_column(default=_case_opened_on)
    severity: Mapped[Severity]
    status: Mapped[ConcernStatus]
    category: Mapped[ConcernCategory | None]
    threshold: Mapped[Threshold | None]
    sealed: Mapped[bool | None]
    # Since when one of its decisions waits for a third reader: until then the safeguarding trustee may read it.
    disputed_at: Mapped[datetime | None]
    account: Mapped[str | None] = mapped_column(Narrative)
    opinion: Mapped[str | None] = mapped_column(Narrative)
    about_as_typed: Mapped[str | None] = mapped_column(Narrative)
    case_as_typed: Mapped[str | None] = mapped_column(Narrative)
    said_by: Mapped[str | None] = mapped_column(Narrative)
    seen_where: Mapped[str | None] = mapped_column(Narrative)
    seen_when: Mapped[str | None] = mapped_column(Narrative)
    # The London date, and the instant where the time of day is known too; `seen_when` keeps the raiser's words.
    seen_on: Mapped[date | None]
    seen_at: Mapped[datetime | None]
    late_because: Mapped[str | None] = mapped_column(Narrative)
    actions_taken: Mapped[str | None] = mapped_column(Narrative)
    raised_by: Mapped[str] = mapped_column(ForeignKey("person.username"))
    raised_at: Mapped[datetime]
    lead: Mapped[str | None] = mapped_column(ForeignKey("person.username"))
    taken_at: Mapped[datetime | None]
    handed_at: Mapped[datetime | None]
    due_at: Mapped[datetime]
    decide_by: Mapped[datetime | None]
    next_review_on: Mapped[date | None]
    triaged_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(80))

    def sealed_under(self) -> str:
        """Its own key: who may open a case may not open its concerns."""
        return f"concern:{self.ref}"


class ConcernAbout(Confidential, Base):
    """Whom a concern is about: a service user, or a person who works with OKF (an allegation).

    `added_at` is set where a lead added them later, or words that came later.
    Of `doubt` is one who may only be meant: they are barred as if it were about
    them, until somebody else has found that it is not.
    """

    __tablename__ = "concern_about"
    __table_args__ = (
        CheckConstraint("(service_user IS NULL) <> (person IS NULL)", name="one_or_the_other"),
        Index("ix_concern_about_concern_ref", "concern_ref"),
        Index("ix_concern_about_person", "person"),
        Index("ix_concern_about_service_user", "service_user"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    concern_ref: Mapped[str] = mapped_column(ForeignKey("concern.ref"))
    service_user: Mapped[str | None] = mapped_column(ForeignKey("service_user.ref"))
    person: Mapped[str | None] = mapped_column(ForeignKey("person.username"))
    added_at: Mapped[datetime | None]
    added_by: Mapped[str | None] = mapped_column(String(80))
    doubt: Mapped[bool | None]


class ConcernEntry(Confidential, Sealed, Base):
    """One line of a concern's chronology; appended, never edited.

    A correction is a line that `corrects` another. `happened_on` is set where
    it tells of something earlier than its writing.
    """

    __tablename__ = "concern_entry"
    __table_args__ = (
        Index("ix_concern_entry_concern_ref", "concern_ref"),
        UniqueConstraint("corrects", name="uq_concern_entry_corrects"),  # a line is corrected once
        Index(
            "ix_concern_entry_added_by_raiser",
            "concern_ref",
            "id",
            sqlite_where=text(f"what = '{ADDED_BY_RAISER}'"),
            postgresql_where=text(f"what = '{ADDED_BY_RAISER}'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    concern_ref: Mapped[str] = mapped_column(ForeignKey("concern.ref"))
    entered_at: Mapped[datetime]
    entered_by: Mapped[str] = mapped_column(String(80))
    what: Mapped[str] = mapped_column(String(200))
    text: Mapped[str | None] = mapped_column(Narrative)
    corrects: Mapped[int | None] = mapped_column(ForeignKey("concern_entry.id"))
    happened_on: Mapped[date | None]
    happened_at: Mapped[datetime | None]
    late_because: Mapped[str | None] = mapped_column(Narrative)

    def sealed_under(self) -> str:
        """Its concern's key."""
        return f"concern:{self.concern_ref}"
