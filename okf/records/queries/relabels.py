"""Re-labellings that wait for a second person: those that the reader may answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.asker import Asker
from okf.desk import Desk
from okf.pending import PendingItem, counted
from okf.policy.access import decide
from okf.policy.facts import PersonFacts
from okf.policy.table import RELABELLERS
from okf.store import facts
from okf.store.models import RecordRelabel
from okf.store.visible import binds_of, cases_held
from okf.terms import Action

_MOST: Final = 20
_OPEN = (
    select(RecordRelabel.record_id, RecordRelabel.case_ref)
    .where(
        RecordRelabel.answered_at.is_(None),
        RecordRelabel.proposed_by != bindparam("who"),
        RecordRelabel.case_ref.in_(cases_held()),
    )
    .limit(_MOST)
)


def relabels_pending(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """For Today: how many proposals to re-label a record this person may answer."""
    if not person.roles(desk.now()) & RELABELLERS:
        return None
    rows = session.execute(_OPEN, binds_of(person, desk.now())).all()
    if not rows:
        return None
    questions = Asker.of(desk, session).questions(list({row.case_ref for row in rows}), Action.APPROVE_RELABEL)
    records = facts.records(session, [row.record_id for row in rows])
    cases = [
        row.case_ref
        for row in rows
        if row.record_id in records
        and row.case_ref in questions
        and decide(replace(questions[row.case_ref], record=records[row.record_id])).allowed
    ]
    said = counted(len(cases), "re-labelling waits for a second person", "re-labellings wait for a second person")
    return PendingItem(said, "case", {"case": min(cases)}, count=len(cases), act="Answer") if cases else None
