"""Reports of serious incidents: of one concern for who works it, and those handed over for the trustees (C9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from okf.asker import permitted_reader
from okf.desk import Desk
from okf.errors import NotFound, unknown
from okf.policy.access import decide
from okf.safeguarding.queries.incident_words import incident_draft
from okf.store.models import IncidentReport, Person
from okf.store.rows import from_row, from_rows
from okf.store.visible import binds_for, concerns_visible_to
from okf.terms import Action

MOST: Final = 50
_WRITER, _GIVER = aliased(Person), aliased(Person)
_COLUMNS = (
    select(
        IncidentReport.ref,
        IncidentReport.concern_ref,
        IncidentReport.number,
        IncidentReport.words,
        _WRITER.name.label("written_by"),
        IncidentReport.written_at,
        _GIVER.name.label("handed_over_by"),
        IncidentReport.handed_over_at,
    )
    .join(_WRITER, _WRITER.username == IncidentReport.written_by)
    .outerjoin(_GIVER, _GIVER.username == IncidentReport.handed_over_by)
)
_OF_CONCERN = (
    _COLUMNS.where(IncidentReport.concern_ref == bindparam("ref")).order_by(IncidentReport.number.desc()).limit(MOST)
)
_HANDED = (
    _COLUMNS.where(IncidentReport.handed_over_at.is_not(None), concerns_visible_to(IncidentReport.concern_ref))
    .order_by(IncidentReport.handed_over_at.desc(), IncidentReport.ref)
    .limit(MOST)
)


@dataclass(frozen=True, slots=True)
class Report:
    """One version of a report, and whether it was handed over to the trustees."""

    ref: str
    concern_ref: str
    number: int
    words: str
    written_by: str
    written_at: datetime
    handed_over_by: str | None
    handed_over_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReportsView:
    """The versions on one concern, newest first, and the words with which a first one begins."""

    reports: tuple[Report, ...]
    begin_with: str


def reports_on(desk: Desk, concern_ref: str) -> ReportsView:
    """The versions of a concern's report, for whoever works it.

    Raises:
        NotFound: there is no such concern that they may work.
    """
    with desk.reading() as session:
        try:
            question = desk.question(session, Action.DRAFT_INCIDENT_REPORT, concern=concern_ref)
        except NotFound:
            raise unknown("concern", concern_ref) from None
        if not decide(question).allowed:
            raise unknown("concern", concern_ref)
        reports = from_rows(Report, session.execute(_OF_CONCERN, {"ref": concern_ref}))
        begin_with = reports[0].words if reports else incident_draft(session, question)
    return ReportsView(reports, begin_with)


def reports_handed_over(desk: Desk) -> tuple[Report, ...]:
    """The reports that were handed over, newest first, at most fifty; none of a concern about the reader.

    Raises:
        Refused: they are neither a lead nor a trustee.
    """
    question = permitted_reader(desk, Action.LIST_INCIDENT_REPORTS)
    with desk.reading() as session:
        rows = session.execute(_HANDED, binds_for(question)).all()
        return tuple(from_row(Report, row) for row in rows if _may_read(desk, session, row))


def _may_read(desk: Desk, session: Session, row: Any) -> bool:
    return decide(desk.question(session, Action.READ_INCIDENT_REPORT, concern=row.concern_ref)).allowed
