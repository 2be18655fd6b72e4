"""Whom a concern about somebody who works here may be about, to choose from; and who hears of it past the lead (C9)."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import bindparam, select

from okf.asker import permitted_reader
from okf.clock import london_date
from okf.desk import Desk
from okf.errors import StoreUnavailable
from okf.people.queries.workers import safeguarding_leads, workers_named
from okf.policy.directory import door
from okf.safeguarding.queries.directory import numbers
from okf.safeguarding.queries.last_known import Known, duty_last_known, leads_remembered
from okf.store.models import Person
from okf.store.visible import account_on, holders
from okf.terms import Action, Role

# With the number of the default authority, whichever it is for: the line is the same whatever was reported.
OFFICER: Final = "the local authority's designated officer (LADO)"
_TRUSTEES: Any = (
    select(Person.name, Person.phone)
    .where(Person.username.in_(holders(bindparam("roles", expanding=True))), account_on())
    .order_by(Person.name_folded, Person.username)
)


def workers_to_choose(desk: Desk) -> tuple[tuple[str, str], ...]:
    """People who work here, by username and name, as far as this person may see a list of them anyway.

    Everybody is told who the leads and deputies are; those who see who has access see all.
    """
    known = dict(safeguarding_leads(desk))
    if desk.decide(Action.SEE_CASE_ACCESS).allowed:
        known |= {one.username: one.name for one in workers_named(desk)}
    return tuple(sorted(known.items(), key=lambda one: one[1].casefold()))


def past_the_lead(desk: Desk) -> tuple[tuple[str, str | None], ...]:
    """The deputies who are not away, the trustee and the authority's officer with their numbers, whomever it is about.

    Raises:
        Refused: the account is not active.
    """
    trustees: list[tuple[str, str | None]] = []
    known: Known | None
    try:
        question = permitted_reader(desk, Action.RAISE_CONCERN)
        with desk.reading() as session:
            known = leads_remembered(session, question.at)
            binds = {"roles": [Role.SAFEGUARDING_TRUSTEE], "at": question.at}
            trustees = [(row.name, row.phone) for row in session.execute(_TRUSTEES, binds)]
    except StoreUnavailable:
        known = duty_last_known()
    deputies = []
    if known:
        now = desk.now()
        here = [one for one in known.duty().values() if not one.is_first and one.away_on(london_date(now)) is None]
        deputies = [(f"{one.name} (deputy)", known.phone(one, now)) for one in here]
    named = [(f"{name} (safeguarding trustee)", phone) for name, phone in trustees]
    return (*deputies, *(named or [("the safeguarding trustee", None)]), (OFFICER, _officer(desk)))


def _officer(desk: Desk) -> str | None:
    try:
        authority = numbers(desk).default
    except StoreUnavailable:
        authority = None
    found = door(authority, "lado") if authority else None
    return found.phone if found else None
