"""What may be chosen to be shared from a case, and the policy's answer to a share before anybody asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from okf.asker import may_read
from okf.cases.queries.case import family_names, opened_question
from okf.desk import Desk
from okf.errors import unknown
from okf.paging import Page
from okf.policy.decision import Decision, Reason
from okf.policy.express import identifiable_people, missing_agreements
from okf.policy.facts import Question
from okf.policy.share_deciders import PUBLIC
from okf.policy.share_words import is_public, recipient_in_words
from okf.policy.sharing import decide_share, relied_on
from okf.records.queries.case_records import SAID, records_of
from okf.sharing.queries.packages import to_be_ticked
from okf.store import facts
from okf.store.share_facts import share_question
from okf.terms import RecordClass, ShareRoute

MOST = 300


@dataclass(frozen=True, slots=True)
class Choice:
    """A record that may be chosen: it is open to whoever chooses. `source` says whose word it needs."""

    id: str
    said: str
    record_class: RecordClass
    source: str
    told_by: str
    occurred_at: datetime
    mediation: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """An express agreement that would make a refused share possible. `can_agree` is False where nobody can give it."""

    person: str
    name: str
    records: tuple[str, ...]
    lapsed: tuple[Reason, ...]
    can_agree: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """The policy's answer before anybody asks: what is to be ticked, on which agreements it rests, what is missing."""

    decision: Decision
    to: str
    conditions: Mapping[str, str]
    agreements: tuple[str, ...]
    wanted: tuple[Wanted, ...]


def choices_of(desk: Desk, case_ref: str) -> tuple[Choice, ...]:
    """The records of a case that this person may read, newest first, at most some hundreds.

    Raises:
        NotFound: there is no such case, or none that they may open.
    """
    with desk.reading() as session:
        question = opened_question(desk, session, case_ref)
        found = records_of(session, question, Page(size=MOST)).rows
        sources = {id: one.source for id, one in facts.records(session, [row.id for row in found]).items()}  # noqa: A001 - the column's name
        return tuple(
            Choice(
                id=row.id,
                said=row.title or row.record_class.value.replace("_", " ").capitalize(),
                record_class=row.record_class,
                source=sources[row.id],
                told_by=row.told_by,
                occurred_at=row.occurred_at,
                mediation=row.mediation,
            )
            for row in found
        )


def answer_to(desk: Desk, case_ref: str, asked: Mapping[str, Any]) -> Answer:
    """What the policy would answer to a share of records of this case, by whoever is here and now; nothing is changed.

    Raises:
        NotFound: there is no such case or record that they may open.
        Invalid: the question can't be read.
    """
    with desk.reading() as session:
        question = opened_question(desk, session, case_ref)
        named = list(asked.get("records", ()))
        found = facts.records(session, named)
        for one in named:
            if one not in found or found[one].case_ref != case_ref or not may_read(question, found[one]):
                raise unknown("record", one)
        told = {key: value for key, value in asked.items() if value not in (None, [], {}, "")}
        share = share_question(session, {**told, "actor": desk.actor}, question.at)
        decision = decide_share(share)
        public = identifiable_people(share) if is_public(share.recipient.type) else ()
        wanted = () if decision.allowed else missing_agreements(share, public)
        return Answer(
            decision,
            recipient_in_words(asked["recipient"]),
            to_be_ticked(session, share, decision),
            tuple(one.id for one in relied_on(share, decision)),
            _named(session, question, wanted) if _by_agreement(decision) else (),
        )


def _by_agreement(decision: Decision) -> bool:
    return decision.primary in (ShareRoute.NO_EXPRESS_AGREEMENT, PUBLIC)


def _named(session: Session, question: Question, wanted: Any) -> tuple[Wanted, ...]:
    names = family_names(session, question)
    return tuple(
        Wanted(
            one.person,
            names.get(one.person) or SAID.get(one.person, "Somebody outside this case"),
            one.records,
            tuple(sorted(one.lapsed, key=lambda reason: reason.rank)),
            one.person in names,
        )
        for one in wanted
    )
