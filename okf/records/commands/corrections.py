"""Corrections: what a record says from now on. Nothing that was written is ever changed or taken away."""

from __future__ import annotations

from sqlalchemy import bindparam, func, select

from okf.desk import Desk
from okf.errors import Conflict, Invalid
from okf.records.commands.on_record import on_record
from okf.records.commands.records import LONGEST
from okf.store.models import Record, RecordCorrection
from okf.terms import Action, RecordClass
from okf.validation import words, words_or_none

_NUMBER = select(func.max(RecordCorrection.number)).where(RecordCorrection.record_id == bindparam("id"))


def correct_record(desk: Desk, record_id: str, *, title: str, text: str, reason: str, after: int) -> int:
    """Say a record anew, beside what it said before; how often it is corrected now.

    `after` is how often it had been corrected when its corrector read it.

    Raises:
        NotFound, Refused: as `on_record`.
        Conflict: somebody else corrected it since.
        Invalid: no text, no reason, or a mediation's outcome summary, of which everyone has the same.
    """
    with on_record(desk, Action.CHANGE_RECORD, record_id) as deed:
        if deed.session.get_one(Record, record_id).record_class is RecordClass.OUTCOME_SUMMARY:
            raise Invalid("Record", "an outcome summary is one version for all: issue another in its mediation.")
        number = int(deed.session.scalar(_NUMBER, {"id": record_id}) or 0)
        if number != after:
            raise Conflict("Somebody corrected this record since you opened it. Read what it says now first.")
        correction = RecordCorrection(
            ref=desk.new_ref("RC"),
            record_id=record_id,
            case_ref=deed.case_ref,
            number=number + 1,
            title=words_or_none("Title", title, at_most=300),
            text=words("Text", text, at_most=LONGEST),
            reason=words("Why it is corrected", reason, at_most=1_000),
            written_by=str(desk.actor),
            written_at=deed.at,
        )
        deed.add(correction)
        deed.note(did="corrected", number=number + 1)
    return number + 1
