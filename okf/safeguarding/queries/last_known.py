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
from okf.policy.rota import Shift, on_rota
from okf.store import duty, rota
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


@dataclass(frozen=True, slots=True)
class Known:
    """Who led on safeguarding at an instant, by name; and the rota."""

    at: datetime
    leads: tuple[KnownLead, ...]
    shifts: tuple[Shift, ...]

    def duty(self) -> Mapping[str, LeadFacts]:
        """The leads by username, in the order of their names."""
        return {lead.username: lead.duty for lead in self.leads}

    def phone(self, lead: LeadFacts, now: datetime) -> str | None:
        """On which number a lead is rung: the rota's, also outside their hours, else their own."""
        shifts = (*on_rota(self.shifts, self.duty(), now), *self.shifts)
        return next((one.phone for one in shifts if one.person == lead.username and one.phone), lead.phone)


_known: list[Known] = []


def remember_leads(desk: Desk) -> None:
    """Look who leads on safeguarding now, and when they are on duty, on the host's desk, and keep it in memory."""
    with desk.reading() as session:
        leads_remembered(session, desk.now())


def leads_remembered(session: Session, at: datetime) -> Known:
    """Who leads on safeguarding at an instant, and when they are on duty, which is kept in memory too."""
    leads = duty.leads(session, at)
    rows = session.execute(_REACHED, {"people": list(leads)})
    found = [KnownLead(row.username, row.name_folded, row.email, leads[row.username]) for row in rows]
    in_order = tuple(sorted(found, key=lambda one: (one.name_folded, one.username)))
    known = Known(at, in_order, rota.shifts(session, at))
    _known[:] = [known]
    return known


def leads_last_known() -> tuple[KnownLead, ...]:
    """The leads and deputies as they were last seen; none if they never were."""
    return _known[0].leads if _known else ()


def duty_last_known() -> Known | None:
    """What was last seen; nothing if it never was."""
    return _known[0] if _known else None
