"""Allegations of which nobody says in time that the local authority's designated officer was told (C9)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, or_, select
from sqlalchemy.orm import Session

from okf.policy.facts import PolicySettings
from okf.policy.words import moment
from okf.proof.queries.assurance import awaited
from okf.proof.queries.assurance.findings import SHOWN, Behind, Finding
from okf.safeguarding.queries.allegations import lado_clocks
from okf.store.models import Concern, ConcernAbout, ConcernCategoryAlso, LadoNotice
from okf.store.visible import about_them, about_workers
from okf.terms.concerns import ConcernCategory

LOOKED_AT = 500
_AT: Any = bindparam("at", type_=Concern.raised_at.type)
_UNTOLD = (
    select(Concern.ref)
    .where(
        Concern.raised_at <= _AT,
        or_(Concern.ended_at.is_(None), Concern.ended_at > _AT),
        or_(
            Concern.category == ConcernCategory.ABOUT_A_WORKER,
            exists().where(
                ConcernCategoryAlso.concern_ref == Concern.ref,
                ConcernCategoryAlso.category == ConcernCategory.ABOUT_A_WORKER,
                ConcernCategoryAlso.noted_at <= _AT,
                or_(ConcernCategoryAlso.ended_at.is_(None), ConcernCategoryAlso.ended_at > _AT),
            ),
            about_workers().where(ConcernAbout.concern_ref == Concern.ref).exists(),
        ),
        ~exists().where(LadoNotice.concern_ref == Concern.ref, LadoNotice.noted_at <= _AT),
        Concern.ref.not_in(about_them(bindparam("viewer"))),
    )
    .order_by(Concern.raised_at, Concern.ref)
    .limit(LOOKED_AT)
)


def untold(session: Session, at: datetime, settings: PolicySettings, most: int, viewer: str | None) -> Finding:
    """The allegations past the designated officer's clock at an instant; none about the viewer."""
    refs = session.scalars(_UNTOLD, {"at": at, "viewer": viewer or ""}).all()
    clocks = lado_clocks(session, refs, settings.bank_holidays)
    late = sorted((clock.due_at, ref) for ref, clock in clocks.items() if clock.due_at <= at)
    behind = tuple(Behind(f"{ref} was due by {moment(due)}.", ref=ref, at=due) for due, ref in late[: min(SHOWN, most)])
    return Finding(awaited.LADO, min(len(late), most), behind, len(late) > most or len(refs) == LOOKED_AT)
