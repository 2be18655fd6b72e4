"""Whom concerns are about, and which of them a reader may read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.policy.access import decide
from okf.policy.decision import Decision, Reason
from okf.policy.facts import CaseFacts, ConcernFacts, Question
from okf.policy.sealed import counts_for
from okf.store import facts
from okf.store.models import ConcernAbout, Person, ServiceUser
from okf.store.rows import from_row
from okf.store.selects import NO_LONGER_ABOUT
from okf.store.visible import of_worker
from okf.terms import SAFEGUARDING_LEADS

_ABOUT = (
    select(
        ConcernAbout.concern_ref,
        ConcernAbout.person,
        ConcernAbout.service_user,
        Person.name.label("person_name"),
        ServiceUser.name.label("user_name"),
        ConcernAbout.added_at,
        ConcernAbout.doubt,
        NO_LONGER_ABOUT.label("ended"),
    )
    .outerjoin(Person, of_worker(Person.username))
    .outerjoin(ServiceUser, ServiceUser.ref == ConcernAbout.service_user)
    .where(ConcernAbout.concern_ref.in_(bindparam("keys", expanding=True)))
    .order_by(ConcernAbout.id)
)


def about_names(session: Session, refs: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Whom each of these concerns is about, by name where one is known."""
    return {ref: names_of(about) for ref, about in about_of(session, list(refs)).items()}


def readable_of(
    session: Session, question: Question, rows: Sequence[Any], about: Mapping[str, Sequence[Any]]
) -> tuple[set[str], set[str]]:
    """On which of these the policy lets the reader do what the question asks; and which count for them all the same."""
    # Who is in a case's family matters only to somebody who declared a tie to anyone.
    tied = bool(question.person.conflicts)
    cases = facts.cases(session, {row.case_ref for row in rows if row.case_ref}) if tied else {}

    def decided(row: Any) -> tuple[bool, bool]:
        on = about[row.ref]
        workers = [(one.person, one.added_at) for one in on if one.person and not (one.doubt and one.ended)]
        concern = from_row(
            ConcernFacts,
            row,
            about=tuple(one.service_user for one in on if one.service_user and not one.ended),
            about_people=tuple(who for who, _ in workers),
            ended_at=row.ended_at,
            sealed=bool(row.sealed),
            ties=tuple(workers),
        )
        there = cases.get(row.case_ref)
        if row.case_ref and not tied:
            there = CaseFacts(row.case_ref, row.case_status, row.case_opened_on)
        answer = decide(replace(question, concern=concern, case=there))
        closed = answer.reasons == (Reason.SUBJECT_OF_CONCERN,)
        return answer.allowed, closed and counts_for(concern, question.person, question.at)

    found = {row.ref: decided(row) for row in rows}
    readable = {ref for ref, (allowed, _) in found.items() if allowed}
    return readable, {ref for ref, (_, closed) in found.items() if closed}


def that_stay(session: Session, question: Question, refs: Iterable[str]) -> set[str]:
    """Of these concerns, those on which the policy lets the reader do this, and a lead's own that came to mean them.

    Of the second nothing may fall away in front of them (`ClosedConcern`).
    """
    concerns = facts.concerns(session, set(refs))
    cases = facts.cases(session, {one.case_ref for one in concerns.values() if one.case_ref})
    asked = {ref: replace(question, concern=one, case=cases.get(one.case_ref or "")) for ref, one in concerns.items()}
    return {ref for ref, one in asked.items() if (answer := decide(one)).allowed or is_closed(one, answer)}


def is_closed(question: Question, answer: Decision) -> bool:
    """Whether a concern that counts for a lead is closed to them because it came to mean them, and for nothing else."""
    concern, person, at = question.concern, question.person, question.at
    closed = answer.reasons == (Reason.SUBJECT_OF_CONCERN,) and bool(person.roles(at) & SAFEGUARDING_LEADS)
    return closed and concern is not None and counts_for(concern, person, at)


def about_of(session: Session, refs: Sequence[str]) -> dict[str, list[Any]]:
    """The people whom each of these concerns is about, as rows."""
    found: dict[str, list[Any]] = {ref: [] for ref in refs}
    if refs:
        for row in session.execute(_ABOUT, {"keys": list(refs)}):
            found[row.concern_ref].append(row)
    return found


def names_of(about: Iterable[Any]) -> tuple[str, ...]:
    """Their names, where they are known; not of those whom a lead found it is not about, or who may only be meant."""
    return tuple(
        f"{one.person_name} (works with OKF)" if one.person else str(one.user_name or one.service_user)
        for one in about
        if not one.ended and not one.doubt
    )
