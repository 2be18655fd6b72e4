"""Reports of serious incidents: kept version by version, handed to the trustees, exported; Casebook sends none (C9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import bindparam, func, select

from okf.desk import Desk
from okf.errors import Conflict, Invalid
from okf.policy.nameless import left_to_check, without_names
from okf.safeguarding.commands.chronology import append_entry, on_concern, row_on_concern
from okf.safeguarding.queries.incident_words import roles_on
from okf.store.models import IncidentReport
from okf.terms import Action
from okf.validation import words as checked_words

LONGEST = 50_000

_LAST = select(func.max(IncidentReport.number)).where(IncidentReport.concern_ref == bindparam("ref"))


@dataclass(frozen=True, slots=True)
class ReportContent:
    """What a report says on paper: its words, without names, and its reference."""

    ref: str
    words: str
    at: datetime


def keep_report(desk: Desk, concern_ref: str, *, words: str, after: int) -> str:
    """Keep a report as a further version; its reference. Known names in it are replaced by roles.

    `after` is the number of the version that its writer began from.

    Raises:
        Refused, NotFound: they may not work the concern, or it is not there.
        Conflict: somebody kept another version meanwhile.
        Invalid: it is empty or too long.
    """
    told = checked_words("The report", words, at_most=LONGEST)
    with on_concern(desk, Action.DRAFT_INCIDENT_REPORT, concern_ref) as (deed, _):
        last = deed.session.scalar(_LAST, {"ref": concern_ref}) or 0
        if last != after:
            raise Conflict(
                "Somebody kept another version of this report meanwhile. Read it first; yours is still here."
            )
        nameless = without_names(told, roles_on(deed.session, deed.question))
        report = IncidentReport(
            ref=desk.new_ref("SI"),
            concern_ref=concern_ref,
            number=last + 1,
            words=nameless,
            written_by=str(desk.actor),
            written_at=deed.at,
        )
        deed.add(report)
        deed.note(report=report.ref, number=last + 1)
    return report.ref


def hand_over_report(desk: Desk, ref: str) -> None:
    """Let the trustees read a report; Casebook sends it to nobody.

    Raises:
        NotFound: there is no such report, or they may not work its concern.
        Conflict: it was handed over already.
        Invalid: something in it is still to be checked.
    """
    found = row_on_concern(desk, IncidentReport, ref, Action.DRAFT_INCIDENT_REPORT, "report")
    with on_concern(desk, Action.DRAFT_INCIDENT_REPORT, found.concern_ref) as (deed, _):
        report = deed.session.get_one(IncidentReport, ref)
        if report.handed_over_at:
            raise Conflict("This report was handed over already.")
        if marks := left_to_check(report.words):
            places = "1 place is" if marks == 1 else f"{marks} places are"
            raise Invalid("The report", f"{places} still to be checked: write a role or plain words there.")
        report.handed_over_by, report.handed_over_at = str(desk.actor), deed.at
        append_entry(deed, report.concern_ref, "Serious-incident report handed to the trustees")
        deed.note(report=ref, did="handed over to the trustees")


def take_out_report(desk: Desk, ref: str, *, form: str, make: Callable[[ReportContent], bytes]) -> bytes:
    """Export a report as a file, for whoever may read it; the export and its hash go on the audit record.

    Raises:
        NotFound: there is none that they may read.
    """
    found = row_on_concern(desk, IncidentReport, ref, Action.READ_INCIDENT_REPORT, "report")
    if not found.handed_over_at:
        found = row_on_concern(desk, IncidentReport, ref, Action.DRAFT_INCIDENT_REPORT, "report")
    with on_concern(desk, Action.READ_INCIDENT_REPORT, found.concern_ref) as (deed, _):
        content = make(ReportContent(ref, found.words, deed.at))
        deed.note(report=ref, export=form, sha256=sha256(content).hexdigest())
    return content
