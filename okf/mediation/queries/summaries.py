"""Outcome summaries of a mediation: the draft for those who write it, and each version as it was issued."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from okf.asker import may_read
from okf.desk import Desk
from okf.errors import unknown
from okf.mediation.queries.mediation import JOINT, opened_mediation
from okf.store import facts
from okf.store.models import OutcomeSummary, Person, SummaryDraft
from okf.store.rows import from_row
from okf.terms import Action, RecordClass

_VERSIONS = (
    select(OutcomeSummary, Person.name)
    .join(Person, Person.username == OutcomeSummary.issued_by)
    .where(OutcomeSummary.mediation_ref == bindparam("ref"))
    .order_by(OutcomeSummary.version.desc())
)
_DRAFT = (
    select(SummaryDraft.id.label("number"), SummaryDraft.text, SummaryDraft.saved_at)
    .where(SummaryDraft.mediation_ref == bindparam("ref"), SummaryDraft.saved_by == bindparam("who"))
    .order_by(SummaryDraft.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class SummaryVersion:
    """One issued version. `unchanged` says that its text still has the hash that was kept when it was issued."""

    version: int
    text: str
    sha256: str
    unchanged: bool
    issued_at: datetime
    issued_by: str
    withdrawn_at: datetime | None
    withdrawn_because: str | None
    record_id: str


@dataclass(frozen=True, slots=True)
class DraftSummary:
    """The draft as it was last saved."""

    number: int
    text: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Summaries:
    """What there is of a mediation's outcome summary for one reader; `writes` says that they draft and issue it."""

    versions: tuple[SummaryVersion, ...]
    draft: DraftSummary | None
    writes: bool

    @property
    def standing(self) -> SummaryVersion | None:
        """The version that is issued and not withdrawn."""
        return next((one for one in self.versions if one.withdrawn_at is None), None)


def summaries_of(desk: Desk, ref: str) -> Summaries:
    """The outcome summary of a mediation, for those who may read outcome summaries of its case.

    Raises:
        NotFound: there is no such mediation, or none in a case that they may open.
    """
    with desk.reading() as session:
        opened = opened_mediation(desk, session, ref)
        if not opened.may(Action.READ_RECORD, JOINT, RecordClass.OUTCOME_SUMMARY):
            return Summaries((), None, writes=False)
        writes = opened.may(Action.ISSUE_OUTCOME, JOINT, RecordClass.OUTCOME_SUMMARY)
        draft = session.execute(_DRAFT, {"ref": ref, "who": desk.actor}).first() if writes else None
        issued = session.execute(_VERSIONS, {"ref": ref}).all()
        records = facts.records(session, {one.record_id for one, _ in issued})
        versions = tuple(
            SummaryVersion(
                version=one.version,
                text=one.text,
                sha256=one.sha256,
                unchanged=hashlib.sha256(one.text.encode()).hexdigest() == one.sha256,
                issued_at=one.issued_at,
                issued_by=name,
                withdrawn_at=one.withdrawn_at,
                withdrawn_because=one.withdrawn_because,
                record_id=one.record_id,
            )
            for one, name in issued
            if may_read(opened.question, records[one.record_id])
        )
        return Summaries(versions, from_row(DraftSummary, draft) if draft else None, writes)


def summary_to_print(desk: Desk, ref: str, version: int) -> SummaryVersion:
    """One issued version, taken out of Casebook for print; that it was goes on the audit record.

    Raises:
        NotFound: there is no such summary, or none that this person may read.
        Refused: they may read it, and not take it out.
    """
    found = next((one for one in summaries_of(desk, ref).versions if one.version == version), None)
    if found is None:
        raise unknown("outcome summary", f"{ref} {version}")
    desk.require(Action.EXPORT_RECORD, record=found.record_id)
    desk.note_event(Action.EXPORT_RECORD, subject=found.record_id, mediation=ref, version=version, form="pdf")
    return found
