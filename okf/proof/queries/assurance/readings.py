"""Second readings of decisions on concerns: which are overdue, and how many were made in time and late (C9)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BindParameter, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from okf.policy.words import due_told
from okf.proof.queries.assurance import attention, checks
from okf.proof.queries.assurance.findings import SHOWN, Behind, Finding
from okf.store.models import ConcernDecision, DecisionReading
from okf.store.visible import sealed_from
from okf.terms.decisions import DecisionState

_AT: BindParameter[datetime] = bindparam("at", type_=ConcernDecision.due_at.type)
_SEALED_FROM_VIEWER = sealed_from(bindparam("viewer"))
_LATE = (
    select(ConcernDecision.concern_ref, ConcernDecision.number, ConcernDecision.state, ConcernDecision.due_at)
    .where(ConcernDecision.due_at <= _AT, ConcernDecision.concern_ref.not_in(_SEALED_FROM_VIEWER))
    .order_by(ConcernDecision.due_at, ConcernDecision.ref)
    .limit(bindparam("most"))
)
# By whether it is asked of now: the index knows what is not settled yet.
_UNREAD = {
    True: _LATE.where(ConcernDecision.settled_at.is_(None)),
    False: _LATE.where(or_(ConcernDecision.settled_at.is_(None), ConcernDecision.settled_at > _AT)),
}
_LATE_ONE = case((DecisionReading.read_at >= DecisionReading.due_at, 1), else_=0)
_READ = select(func.count(), func.coalesce(func.sum(_LATE_ONE), 0)).where(
    DecisionReading.read_at <= _AT, DecisionReading.concern_ref.not_in(_SEALED_FROM_VIEWER)
)


def unread(session: Session, at: datetime, most: int, viewer: str | None, *, is_now: bool) -> Finding:
    """Decisions that nobody else has read again in time; none on a concern that is sealed from the viewer."""
    binds = {"at": at, "most": most + 1, "viewer": viewer or ""}
    rows = session.execute(_UNREAD[is_now], binds).all()
    behind = [
        Behind(
            f"{row.concern_ref}: decision {row.number} was due for its"
            f" {'third' if row.state is DecisionState.AWAITS_THIRD else 'second'} reading {due_told(row.due_at)}.",
            ref=row.concern_ref,
            at=row.due_at,
        )
        for row in rows[: min(SHOWN, most)]
    ]
    return Finding(attention.SECOND_READINGS, min(len(rows), most), tuple(behind), len(rows) > most)


def read_again(session: Session, at: datetime, viewer: str | None) -> Finding:
    """How many readings were made by an instant, in time and late; none on one that is sealed from the viewer."""
    count, late = session.execute(_READ, {"at": at, "viewer": viewer or ""}).one()
    return Finding(checks.READINGS, count, figures={"in time": count - late, "late": late} if count else {})
