"""Who leads on safeguarding, and when they are away, as the store holds it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from okf.clock import london_date
from okf.policy.duty import Away, LeadFacts
from okf.store.models import Absence, Person, PersonRole
from okf.store.once import once
from okf.store.rows import from_row
from okf.store.visible import account_on, role_held
from okf.terms import SAFEGUARDING_LEADS, Role

_AT: Final = bindparam("at", type_=PersonRole.since.type)
_LEADS = (
    select(Person.username, Person.name, Person.phone, PersonRole.role)
    .join(PersonRole, PersonRole.person == Person.username)
    .where(PersonRole.role.in_(sorted(SAFEGUARDING_LEADS)), role_held(), account_on())
    .order_by(Person.name_folded, Person.username)
)
_AWAY = (
    select(Absence.person, Absence.starts_on, Absence.ends_on, Absence.covered_by)
    .where(
        Absence.person.in_(bindparam("people", expanding=True)),
        Absence.ends_on >= bindparam("today"),
        or_(Absence.cancelled_at.is_(None), Absence.cancelled_at > _AT),
    )
    .order_by(Absence.starts_on, Absence.id)
)


def leads(session: Session, at: datetime) -> Mapping[str, LeadFacts]:
    """The leads and deputies whose accounts are on at an instant, by name, with their absences from that day on.

    Read once in the run of a page, as the facts of a decision are.
    """
    return once(session, ("duty", london_date(at)), lambda: _leads(session, at))


def _leads(session: Session, at: datetime) -> Mapping[str, LeadFacts]:
    people: dict[str, tuple[str, str | None]] = {}
    roles: dict[str, set[Role]] = defaultdict(set)
    for row in session.execute(_LEADS, {"at": at}):
        people[row.username] = (row.name, row.phone)
        roles[row.username].add(row.role)
    away: dict[str, list[Away]] = defaultdict(list)
    if people:
        for spell in session.execute(_AWAY, {"people": list(people), "today": london_date(at), "at": at}):
            away[spell.person].append(from_row(Away, spell))
    return {
        username: LeadFacts(username, name, frozenset(roles[username]), tuple(away[username]), phone)
        for username, (name, phone) in people.items()
    }
