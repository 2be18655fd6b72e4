"""Whom concerns are about, and which of them a reader may read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.policy.access import decide
from okf.policy.facts import CaseFacts, ConcernFacts, Question
from okf.store import facts
from okf.store.models import ConcernAbout, Person, ServiceUser
from okf.store.rows import from_row
from okf.store.selects import NO_LONGER_ABOUT
from okf.store.visible import of_worker

_ABOUT = (
    select(
        ConcernAbout.concern_ref,
        ConcernAbout.person,
        ConcernAbout.service_user,
        Person.name.label("person_name"),
        ServiceUser.name.label("user_name"),
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
) -> set[str]:
    """On which of these the policy lets the reader do what the question asks."""
    # Who is in a case's family matters only to somebody who declared a tie to anyone.
    tied = bool(question.person.conflicts)
    cases = facts.cases(session, {row.case_ref for row in rows if row.case_ref}) if tied else {}

    def allowed(row: Any) -> bool:
        on = about[row.ref]
        concern = from_row(
            ConcernFacts,
            row,
            about=tuple(one.service_user for one in on if one.service_user and not one.ended),
            about_people=tuple(one.person for one in on if one.person),
            ended_at=row.ended_at,
        )
        there = cases.get(row.case_ref)
        if row.case_ref and not tied:
            there = CaseFacts(row.case_ref, row.case_status, row.case_opened_on)
        return decide(replace(question, concern=concern, case=there)).allowed

    return {row.ref for row in rows if allowed(row)}


def about_of(session: Session, refs: Sequence[str]) -> dict[str, list[Any]]:
    """The people whom each of these concerns is about, as rows."""
    found: dict[str, list[Any]] = {ref: [] for ref in refs}
    if refs:
        for row in session.execute(_ABOUT, {"keys": list(refs)}):
            found[row.concern_ref].append(row)
    return found


def names_of(about: Iterable[Any]) -> tuple[str, ...]:
    """Their names, where they are known; not of those whom a lead found it is not about."""
    return tuple(
        f"{one.person_name} (works with OKF)" if one.person else str(one.user_name or one.service_user)
        for one in about
        if not one.ended
    )
