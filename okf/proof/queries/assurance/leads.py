"""Whether there is a safeguarding lead and a deputy, and somebody of them on every day that is known of (C9)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from okf.clock import london_date
from okf.policy.duty import missing, unstaffed
from okf.policy.words import day
from okf.proof.queries.assurance import awaited
from okf.proof.queries.assurance.findings import Behind, Finding, found
from okf.store import duty
from okf.terms import Role

_NOBODY: Final = {
    Role.DSL: "Nobody is designated safeguarding lead.",
    Role.DEPUTY_DSL: "Nobody is deputy safeguarding lead.",
}


def leads_there(session: Session, at: datetime) -> Finding:
    """The roles that nobody holds at an instant, and the first day from then on which all leads are away."""
    leads = duty.leads(session, at)
    told = [Behind(_NOBODY[role]) for role in missing(leads.values())]
    alone = next(unstaffed(leads, london_date(at)), None)
    if alone is not None:
        told.append(Behind(f"On {day(alone)} every lead and deputy is away."))
    return found(awaited.LEADS, told)
