"""A record taken out of Casebook on paper: decided when it is asked for, and on the audit record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from okf.desk import Desk
from okf.records.commands.on_record import on_record
from okf.records.queries.case_records import RecordRow, rows_of
from okf.terms import Action


@dataclass(frozen=True, slots=True)
class PrintedRecord:
    """A record as it read when it was printed, and who printed it when."""

    row: RecordRow
    printed_by: str
    printed_at: datetime


def record_to_print(desk: Desk, record_id: str) -> PrintedRecord:
    """A record as it reads now, for paper; the policy decides at this moment, and the print is on the audit record.

    Raises:
        NotFound: there is no such record, or none that this person may read.
        Refused: they may read it, and not take it out.
    """
    with on_record(desk, Action.EXPORT_RECORD, record_id) as deed:
        if deed.question.record is None:
            raise LookupError("a question about a record")
        [row] = rows_of(deed.session, deed.question, [deed.question.record])
        deed.note(form="pdf")
        return PrintedRecord(row, str(desk.actor), deed.at)
