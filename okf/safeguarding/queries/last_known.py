"""The safeguarding leads as the server last knew them: whom to ring, and to mail, while the database can't be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.desk import Desk
from okf.policy.duty import LeadFacts
from okf.store import duty
from okf.store.models import Person

_REACHED: Any = select(Person.username, Person.name_folded, Person.email).where(
    Person.username.in_(bindparam("people", expanding=True))
)


@dataclass(frozen=True, slots=True)
class KnownLead:
    """A lead or deputy: how they are named and reached, and when they are away."""

    username: str
    name_folded: str
    email: str | None
    duty: LeadFacts


_known: list[tuple[datetime, tuple[KnownLead, ...]]] = []


def remember_leads(desk: Desk) -> None:
    """Look who leads on safeguarding now, on the host's desk, and keep it in memory."""
    with desk.reading() as session:
        leads_remembered(session, desk.now())


def leads_remembered(session: Session, at: datetime) -> Mapping[str, LeadFacts]:
    """Who leads on safeguarding at an instant, which is kept in memory too."""
    leads = duty.leads(session, at)
    rows = session.execute(_REACHED, {"people": list(leads)})
    _known[:] = [(at, tuple(KnownLead(row.username, row.name_folded, row.email, leads[row.username]) for row in rows))]
    return leads


def leads_last_known() -> tuple[KnownLead, ...]:
    """The leads and deputies as they were last seen; none if they never were."""
    return _known[0][1] if _known else ()


def duty_last_known() -> tuple[datetime, Mapping[str, LeadFacts]] | None:
    """When they were last seen, and the facts of their duty."""
    if not _known:
        return None
    at, leads = _known[0]
    return at, {lead.username: lead.duty for lead in sorted(leads, key=lambda one: (one.name_folded, one.username))}
