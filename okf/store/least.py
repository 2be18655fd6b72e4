"""The people whom somebody's papers and tasks on cases are about, for those whose work names them (`policy.least`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.policy.access import decide, least
from okf.policy.facts import Question
from okf.policy.least import PAPERS, Least
from okf.store.models import Record, RecordSubject, Task
from okf.store.visible import in_its_place
from okf.terms import Action

_REFS: Any = bindparam("refs", expanding=True)
_PAPERS = (
    select(Record.case_ref, Record.record_class, Record.compartment, RecordSubject.service_user)
    .join(RecordSubject, RecordSubject.record_id == Record.id)
    .where(Record.case_ref.in_(_REFS), Record.record_class.in_(sorted(PAPERS.values())), in_its_place())
    .distinct()
)
_TASKS = (
    select(Task.case_ref, Task.compartment)
    .where(
        Task.case_ref.in_(_REFS),
        Task.assigned_to == bindparam("who"),
        Task.done_at.is_(None),
        Task.compartment.is_not(None),
    )
    .distinct()
)


def leasts(session: Session, questions: Mapping[str, Question]) -> dict[str, Least]:
    """What one reader sees of the family of each of these cases, which open to them; in a few queries, however many."""
    found = {ref: least(question) for ref, question in questions.items()}
    asked = {ref: one for ref, one in found.items() if one.work in PAPERS}
    if not asked:
        return found
    named: dict[str, set[str]] = defaultdict(set)
    bound = {"refs": list(asked), "who": next(iter(questions.values())).person.username}
    for row in session.execute(_PAPERS, bound):
        kind = PAPERS[asked[row.case_ref].work]  # type: ignore[index]  # only works with papers are asked about
        if row.record_class is kind and _reads(questions[row.case_ref], row.compartment, kind):
            named[row.case_ref].add(row.service_user)
    for case_ref, part in session.execute(_TASKS, bound):
        named[case_ref].add(str(part).partition(":")[2])
    return found | {ref: replace(one, named=frozenset(named[ref])) for ref, one in asked.items()}


def least_on(session: Session, question: Question) -> Least:
    """The same of the case of one question."""
    ref = question.case.ref if question.case else ""
    return leasts(session, {ref: question})[ref]


def _reads(question: Question, part: str, kind: Any) -> bool:
    asked = replace(question, action=Action.READ_RECORD, record=None, compartment=part, record_class=kind)
    return decide(asked).allowed
