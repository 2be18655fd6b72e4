"""The clocks of a concern as they are kept: started and ended within a deed by the policy's rules (C9)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, or_, select
from sqlalchemy.orm import Session

from okf.desk import Deed
from okf.policy.duties import Act, Clock, Clocks, kept_of
from okf.store.models import Concern, ConcernClock
from okf.store.visible import came_to_mean_a_lead
from okf.terms.duties import ActKind, ClockEnd, Duty

_RUNNING: ColumnElement[bool] = ConcernClock.ended_at.is_(None)
_OF_CONCERN = select(ConcernClock).where(ConcernClock.concern_ref == bindparam("ref")).order_by(ConcernClock.id)
# Of those that ended one duty's matters: the designated officer is told once.
_KNOWN = _OF_CONCERN.where(or_(_RUNNING, ConcernClock.duty == Duty.LADO))
# A clock that began as it came to be about a lead, who still has its row: its instant would tell them.
_TELLS_A_LEAD = came_to_mean_a_lead(ConcernClock.concern_ref, ConcernClock.started_at)
_DUE = (
    select(ConcernClock.duty, func.min(ConcernClock.due_at, type_=ConcernClock.due_at.type).label("due_at"))
    .where(ConcernClock.concern_ref == bindparam("ref"), _RUNNING, or_(ConcernClock.duty != Duty.LADO, ~_TELLS_A_LEAD))
    .group_by(ConcernClock.duty)
)


def put_act(deed: Deed, concern: Concern, kind: ActKind, *, at: datetime | None = None, **told: Any) -> Clocks:
    """Start and end what an act on a concern starts and ends, and say what runs then.

    `at` is the deed's instant, unless another is told.
    `told` is the rest of the policy's `Act`. The concern itself keeps its
    severity and its end: they are set beside this.
    """
    deed.session.flush()
    rows = deed.session.scalars(_KNOWN, {"ref": concern.ref}).all()
    known = [Clock(row.duty, row.started_at, row.due_at, row.of, row.ended_at, row.ended_how) for row in rows]
    severity = None if concern.ended_at else concern.severity
    clocks = Clocks(severity, deed.question.settings.bank_holidays, known)
    clocks.play(Act(kind, at or deed.at, **told))
    for row, clock in zip(rows, known, strict=True):
        if row.ended_at is None and clock.ended_at is not None:
            _end(deed, row, clock.how or ClockEnd.MET)
    for clock in clocks.all[len(known) :]:
        _start(deed, concern.ref, clock)
    _keep(deed.session, concern)
    return clocks


def start(
    deed: Deed,
    concern_ref: str,
    duty: Duty,
    due_at: datetime,
    of: str | None = None,
    started_at: datetime | None = None,
) -> None:
    """Start a clock of a duty that the acts of `put_act` know nothing of."""
    _start(deed, concern_ref, Clock(duty, started_at or deed.at, due_at, of))
    _keep(deed.session, deed.session.get_one(Concern, concern_ref))


def end(deed: Deed, concern_ref: str, duty: Duty, how: ClockEnd, of: str | None = None) -> None:
    """End what runs of a duty on a concern; of one decision or referral, where it is named."""
    deed.session.flush()
    for row in deed.session.scalars(_OF_CONCERN.where(_RUNNING, ConcernClock.duty == duty), {"ref": concern_ref}):
        if of in (None, row.of):
            _end(deed, row, how)
    _keep(deed.session, deed.session.get_one(Concern, concern_ref))


def _start(deed: Deed, ref: str, clock: Clock) -> None:
    deed.add(
        ConcernClock(concern_ref=ref, duty=clock.duty, of=clock.of, started_at=clock.started_at, due_at=clock.due_at)
    )


def _end(deed: Deed, row: ConcernClock, how: ClockEnd) -> None:
    row.ended_at, row.ended_by, row.ended_how = deed.at, deed.question.person.username, how


def _keep(session: Session, concern: Concern) -> None:
    """Keep on the concern what its queue is read by; of one on which nothing runs, when the last was due.

    Not the designated officer's clock where it began by a tie to a lead: that one is read from the clocks.
    """
    session.flush()
    due = {row.duty: row.due_at for row in session.execute(_DUE, {"ref": concern.ref})}
    for name, value in kept_of(due).items():
        setattr(concern, name, value)
