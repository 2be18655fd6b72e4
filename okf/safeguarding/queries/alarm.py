"""Concerns of severity immediate that nobody has taken up yet: for the banner of whoever may have to act (C9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session

from okf.desk import Desk
from okf.pending import Waiting, counted
from okf.policy.access import decide
from okf.policy.facts import PersonFacts, Question
from okf.safeguarding.queries.parts import unanswered_additions
from okf.store import facts
from okf.store.models import Concern, ConcernAbout
from okf.terms import SAFEGUARDING_LEADS, Action, Role

MOST: Final = 20
_MAY_ACT: Final = SAFEGUARDING_LEADS | {Role.SAFEGUARDING_TRUSTEE}
_AT_ONCE = (
    select(Concern.ref, Concern.due_at)
    .where(
        # As its index says it, so that the index is used.
        text("concern.ended_at IS NULL AND concern.triaged_at IS NULL AND concern.severity = 'immediate'"),
        Concern.ref.not_in(select(ConcernAbout.concern_ref).where(ConcernAbout.person == bindparam("me"))),
    )
    .order_by(Concern.due_at, Concern.ref)
    .limit(MOST)
)


def may_have_to_act(desk: Desk) -> bool:
    """Whether whoever is here holds a role for which such a concern may wait."""
    with desk.reading() as session:
        return bool(desk.person(session).roles(desk.now()) & _MAY_ACT)


def waiting_at_once(desk: Desk) -> tuple[tuple[str, datetime], ...]:
    """Those that the reader may read and nobody has triaged, by reference and the instant by which they must be.

    At most twenty; nothing, and no refusal on record, for anybody else.
    """
    with desk.reading() as session:
        question = desk.question(session, Action.READ_CONCERN)
        if not question.person.roles(question.at) & _MAY_ACT:
            return ()
        rows = session.execute(_AT_ONCE, {"me": question.person.username}).all()
        readable = _readable(session, question, [row.ref for row in rows])
        return tuple((row.ref, row.due_at) for row in rows if row.ref in readable)


def additions_waiting(desk: Desk, session: Session, person: PersonFacts) -> Waiting | None:
    """For those who work concerns: reports, ended ones too, to which who raised them has added something."""
    if not person.roles(desk.now()) & _MAY_ACT:
        return None
    question = desk.question(session, Action.TRIAGE_CONCERN)
    refs = _readable(session, question, unanswered_additions(session, person.username))
    if not refs:
        return None
    said = counted(len(refs), "report has something new from who raised it", "reports have something new")
    return Waiting(said, "concern", {"ref": refs[0]})


def _readable(session: Session, question: Question, refs: Sequence[str]) -> list[str]:
    """Those that the policy lets the reader read; also the trustee, where a concern is about a lead."""
    concerns = facts.concerns(session, refs) if refs else {}
    cases = facts.cases(session, {one.case_ref for one in concerns.values() if one.case_ref}) if refs else {}

    def asked(ref: str) -> Question:
        concern = concerns[ref]
        return replace(question, concern=concern, case=cases.get(concern.case_ref or ""))

    return [ref for ref in refs if decide(asked(ref)).allowed]
