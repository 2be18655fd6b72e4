"""Closed cases whose time of keeping runs out within some weeks, by the retention policy."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, select

from okf.asker import Asker
from okf.clock import london_date, months_after, start_of
from okf.policy.retention import CASE_MONTHS, CHILD_OF_CONCERN_TURNS, CHILD_TURNS, keep_until
from okf.policy.sealed import counted
from okf.store import facts
from okf.store.models import Case, CaseChild, Concern, ConcernAbout, ServiceUser
from okf.store.share_facts import births

MOST: Final = 300
_FROM: Any = bindparam("from", type_=ServiceUser.date_of_birth.type)
_TO: Any = bindparam("to", type_=ServiceUser.date_of_birth.type)
_CLOSED_FROM: Any = bindparam("closed_from", type_=Case.closed_at.type)
_CLOSED_TO: Any = bindparam("closed_to", type_=Case.closed_at.type)

# A case is kept to the latest of several days, so that one of these falls into the span.
_CLOSED_THEN = (
    select(Case.ref)
    .where(Case.closed_at >= _CLOSED_FROM, Case.closed_at < _CLOSED_TO)
    .order_by(Case.closed_at, Case.ref)
    .limit(MOST)
)
_BORN_THEN = select(ServiceUser.ref).where(ServiceUser.date_of_birth >= _FROM, ServiceUser.date_of_birth < _TO)
_CHILDREN_OF_AGE = (
    select(Case.ref)
    .join(CaseChild, CaseChild.case_ref == Case.ref)
    .where(CaseChild.service_user.in_(_BORN_THEN), Case.closed_at < _CLOSED_TO)
    .order_by(Case.ref)
    .limit(MOST)
)
_OF_CONCERN = (
    select(Case.ref)
    .join(Concern, Concern.case_ref == Case.ref)
    .join(ConcernAbout, ConcernAbout.concern_ref == Concern.ref)
    .where(ConcernAbout.service_user.in_(_BORN_THEN), Case.closed_at < _CLOSED_TO)
    .order_by(Case.ref)
    .limit(MOST)
)


def cases_kept_until(asker: Asker, before: date) -> tuple[tuple[date, str], ...]:
    """The closed cases that are kept until a day from today on and before another, in order; some hundreds at most.

    What follows of a concern that is sealed from the reader is left out of the
    reckoning: a date of keeping tells them nothing of it (C9).
    """
    today = london_date(asker.at)
    closed = {
        "closed_from": start_of(months_after(today, -CASE_MONTHS) - timedelta(days=3)),
        "closed_to": start_of(months_after(before, -CASE_MONTHS) + timedelta(days=3)),
    }
    refs = [*asker.session.scalars(_CLOSED_THEN, closed)]
    for statement, age in ((_CHILDREN_OF_AGE, CHILD_TURNS), (_OF_CONCERN, CHILD_OF_CONCERN_TURNS)):
        # A day more on each side for those born on 29 February; the policy has the last word.
        born = {"from": _ago(today, age) - timedelta(days=1), "to": _ago(before, age) + timedelta(days=1)}
        refs += asker.session.scalars(statement, closed | born)
    return tuple(sorted(_kept(asker, list(dict.fromkeys(refs)), today, before)))


def _kept(asker: Asker, refs: list[str], today: date, before: date) -> list[tuple[date, str]]:
    if not refs:
        return []
    cases = facts.cases(asker.session, refs)
    concerns = {
        ref: counted(found, asker.base.person, asker.at)
        for ref, found in facts.concerns_on(asker.session, refs).items()
    }
    about = {who for found in concerns.values() for one in found for who in one.about}
    born = births(asker.session, {*about, *(child for case in cases.values() for child in case.children)})
    until = {ref: keep_until(case, concerns.get(ref, ()), born, asker.at) for ref, case in cases.items()}
    return [(day, ref) for ref, day in until.items() if day is not None and today <= day < before]


def _ago(day: date, years: int) -> date:
    return months_after(day, -12 * years)
