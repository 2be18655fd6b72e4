"""People who work here, for the lists in which somebody is chosen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from okf.asker import Asker, asking
from okf.desk import Desk
from okf.match.fold import folded
from okf.match.names import named_so
from okf.policy.gates import free_grantee
from okf.store import duty, facts
from okf.store.former import with_former_names
from okf.store.match_facts import workers_across
from okf.store.models import Person
from okf.store.names import NAME_HAS_LETTERS, letters
from okf.store.rows import from_rows
from okf.store.visible import account_on, holders, holds_role
from okf.terms import Action, Capacity, Role

MOST = 200

_EVERYBODY = (
    select(Person.username, Person.name, Person.capacity)
    .where(account_on())
    .order_by(Person.name_folded, Person.username)
)
_HERE = _EVERYBODY.limit(MOST)
_BY_NAME = _HERE.where(or_(NAME_HAS_LETTERS, Person.username == bindparam("exact")))
_EVER = (
    select(Person.username, Person.name, Person.capacity)
    .where(or_(NAME_HAS_LETTERS, Person.username == bindparam("exact")))
    .order_by((Person.username == bindparam("exact")).desc(), Person.name_folded, Person.username)
    .limit(MOST)
)
_CASEWORKERS = _HERE.where(holds_role({Role.CASEWORKER}))


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody who may be chosen."""

    username: str
    name: str
    capacity: Capacity

    def __str__(self) -> str:
        return f"{self.name} ({self.username})"


def caseworkers(desk: Desk) -> tuple[Worker, ...]:
    """Caseworkers by name, at most two hundred, for those who run the caseload.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.LIST_CASELOAD) as asker:
        return from_rows(Worker, asker.session.execute(_CASEWORKERS, {"at": asker.at}))


def workers_named(
    desk: Desk, words: str = "", *, case_ref: str | None = None, lead_for: str | None = None
) -> tuple[Worker, ...]:
    """People with an active account whose name has these letters, at most two hundred, for those who grant.

    With a case, nobody is among them whom a conflict of interest bars from
    it, or from leading for one party (`lead_for`).

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.SEE_CASE_ACCESS) as asker:
        found = _named(asker, words)
        barred = barred_from(asker, case_ref, [one.username for one in found], lead_for=lead_for) if case_ref else ()
        return tuple(one for one in found if one.username not in barred)


def people_called(desk: Desk, words: str, action: Action) -> tuple[Worker, ...]:
    """Whom a name or a user name means, leavers too: whoever has just this user name, else all whose name fits.

    At most two hundred, for those who may do what it is asked for.

    Raises:
        Refused: their role does not include that.
    """
    with asking(desk, action) as asker:
        exact = words.strip().lower()
        rows = asker.session.execute(_EVER, {"at": asker.at, "exact": exact} | letters(words))
        found = with_former_names(asker.session, from_rows(Worker, rows))
        return found[:1] if found and found[0].username == exact else found


def colleagues(desk: Desk, wanted: Sequence[str]) -> tuple[Worker, ...]:
    """People with an active account of whose names these are words, folded; nobody for who may not see them all."""
    with desk.reading() as session:
        asker = Asker.of(desk, session)
        if not asker.may(Action.LIST_AGREEMENTS):
            return ()
        rows = session.execute(_EVERYBODY, {"at": asker.at})
        return from_rows(Worker, [row for row in rows if named_so(wanted, folded(row.name))][:MOST])


def barred_from(
    asker: Asker, case_ref: str, usernames: Collection[str], *, lead_for: str | None = None
) -> frozenset[str]:
    """Of these people, those whom a conflict of interest bars from a case: the policy's own gate asks about each.

    In a handful of queries, however many people; empty for a case that is not on file.
    """
    question = asker.questions([case_ref], Action.GRANT).get(case_ref)
    if question is None or question.case is None:
        return frozenset()
    across = workers_across(asker.session, case_ref, lead_for, asker.at)
    past = facts.past_of(asker.session, question.case, question.action)
    return frozenset(
        username
        for username, person in facts.people(asker.session, usernames).items()
        if free_grantee(
            replace(
                question,
                grantee=person,
                grantee_across=username in across,
                grantee_past=username in past.worked,
                grantee_mediated=username in past.mediated,
                lead_for=lead_for,
            )
        )
    )


def _named(asker: Asker, words: str) -> tuple[Worker, ...]:
    if not words.strip():
        return from_rows(Worker, asker.session.execute(_HERE, {"at": asker.at}))
    bound = {"at": asker.at, "exact": words.strip()} | letters(words)
    return with_former_names(asker.session, from_rows(Worker, asker.session.execute(_BY_NAME, bound)))


_LEADS = (
    select(Person.username, Person.name)
    .where(Person.username.in_(holders(bindparam("roles", expanding=True))), account_on())
    .order_by(Person.name_folded)
)


def safeguarding_leads(desk: Desk) -> tuple[tuple[str, str], ...]:
    """Who the leads and deputies are now, by username and name: everyone here is told to speak to them."""
    with desk.reading() as session:
        return tuple((one.username, one.name) for one in duty.leads(session, desk.now()).values())


def leads_at(session: Session, at: datetime, roles: Iterable[Role]) -> tuple[tuple[str, str], ...]:
    """Who holds one of these roles at an instant, by username and name."""
    return tuple((row.username, row.name) for row in session.execute(_LEADS, {"at": at, "roles": sorted(roles)}))
