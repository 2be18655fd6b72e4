"""What was left in words for whoever took over a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from okf.asker import may_read_part
from okf.cases.queries.case import opened_question
from okf.desk import Desk
from okf.store.least import least_on
from okf.store.models import Handover, Person
from okf.store.rows import from_row
from okf.terms import FamilyField

_FROM, _TO = aliased(Person), aliased(Person)
_OF_CASE = (
    select(
        Handover.party,
        Handover.to_person,
        _FROM.name.label("from_name"),
        _TO.name.label("to_name"),
        Handover.takes_effect_at,
        Handover.note,
    )
    .join(_FROM, _FROM.username == Handover.from_person)
    .join(_TO, _TO.username == Handover.to_person)
    .where(Handover.case_ref == bindparam("ref"), Handover.note.is_not(None))
    .order_by(Handover.takes_effect_at.desc(), Handover.ref)
    .limit(20)
)


@dataclass(frozen=True, slots=True)
class HandoverNote:
    """What somebody left for the next one."""

    from_name: str
    to_name: str
    at: datetime
    note: str


def handover_notes(desk: Desk, case_ref: str) -> tuple[HandoverNote, ...]:
    """The notes of a case's handovers that this person may read, the newest first.

    Of one side, those whose work is that whole side: an access to some kinds
    of its records reads no note. Of no side, whoever took over.

    Raises:
        NotFound: there is no such case, or none that they may open.
    """
    with desk.reading() as session:
        question = opened_question(desk, session, case_ref)
        whole = least_on(session, question).shows(FamilyField.WHO_ELSE_WORKS_HERE)
        found: dict[tuple[str, str, datetime], HandoverNote] = {}
        for row in session.execute(_OF_CASE, {"ref": case_ref}):
            theirs = row.to_person == question.person.username
            if whole and may_read_part(question, f"sole:{row.party}") if row.party else theirs:
                key = (row.from_name, row.to_name, row.takes_effect_at)
                found.setdefault(key, from_row(HandoverNote, row, at=row.takes_effect_at))
        return tuple(found.values())
