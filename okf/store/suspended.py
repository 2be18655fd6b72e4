"""Whose access is suspended for want of a signature, and which cases wait for one (C7)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from okf.store.models import AccessGrant, AgreementStanding
from okf.store.visible import AT, live_grants, untied

_SUSPENDED = and_(
    AgreementStanding.overdue_at <= AT, or_(AgreementStanding.ended_at.is_(None), AgreementStanding.ended_at > AT)
)


def access_suspended(person: Any, kind: Any) -> ColumnElement[bool]:
    """No signature of this person counts for what they hold, or would, in this capacity."""
    return exists().where(AgreementStanding.person == person, AgreementStanding.kind == kind, _SUSPENDED)


# Found from the few whose signature is missing, and not from every access.
NOT_ABLE_TO_OPEN: Select[str] = select(AccessGrant.case_ref).where(
    AccessGrant.person.in_(select(AgreementStanding.person).where(_SUSPENDED)),
    AccessGrant.lead_for.is_not(None),
    live_grants(),
    untied(),
    access_suspended(AccessGrant.person, AccessGrant.capacity),
)
