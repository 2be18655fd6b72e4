"""Count anew what concerns, decisions and referrals keep of their clocks (C9).

The clocks themselves are the one home: what stands beside a concern, so that
an index holds its queue, must say the same, and no open concern is without a
clock. Costs by the open concerns and what waits on them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from okf.policy.duties import kept_of
from okf.proof.queries.assurance.checks import CLOCKS_ASTRAY
from okf.proof.queries.assurance.findings import Behind, Finding, found
from okf.store.models import Concern, ConcernClock, ConcernDecision, Referral
from okf.store.visible import about_them
from okf.terms.duties import Duty

_RUNNING: Final = select(ConcernClock.concern_ref, ConcernClock.duty, ConcernClock.of, ConcernClock.due_at).where(
    ConcernClock.ended_at.is_(None)
)
_CONCERNS: Final = select(
    Concern.ref, Concern.due_at, Concern.decide_by, Concern.next_review_on, Concern.ended_at
).where(or_(Concern.ended_at.is_(None), Concern.decide_by.is_not(None), Concern.next_review_on.is_not(None)))
_UNREAD: Final = select(ConcernDecision.ref, ConcernDecision.concern_ref, ConcernDecision.due_at).where(
    ConcernDecision.settled_at.is_(None)
)
_AWAITED: Final = select(
    Referral.ref, Referral.concern_ref, Referral.chase_at, Referral.confirm_by, Referral.confirmed_at
).where(or_(Referral.chase_at.is_not(None), Referral.confirm_by.is_not(None)))


def clocks_astray(session: Session, viewer: str | None = None) -> Finding:
    """Concerns whose clocks don't say what is kept of them; none about the viewer."""
    due: dict[str, dict[Duty, datetime]] = defaultdict(dict)
    of: dict[tuple[str, Duty], datetime] = {}
    for row in session.execute(_RUNNING):
        due[row.concern_ref][row.duty] = min(row.due_at, due[row.concern_ref].get(row.duty, row.due_at))
        if row.of is not None:
            of[row.of, row.duty] = row.due_at
    hidden = set(session.scalars(about_them(), {"who": viewer})) if viewer else set()
    behind = (*_concerns(session, due), *_beside(session, of))
    return found(CLOCKS_ASTRAY, [one for one in behind if one.ref not in hidden])


def _concerns(session: Session, due: dict[str, dict[Duty, datetime]]) -> Iterator[Behind]:
    for row in session.execute(_CONCERNS):
        runs = due.get(row.ref, {})
        if row.ended_at is None and not runs.keys() & {Duty.DECIDE, Duty.REVIEW}:
            yield Behind(f"Concern {row.ref} is open, and has no clock of a decision or review.", ref=row.ref)
        elif any(getattr(row, name) != value for name, value in kept_of(runs).items()):
            yield Behind(f"Concern {row.ref} keeps other instants than its clocks say.", ref=row.ref)


def _beside(session: Session, of: dict[tuple[str, Duty], datetime]) -> Iterator[Behind]:
    def differs(row: Any) -> Behind:
        return Behind(
            f"{row.ref} of concern {row.concern_ref} keeps another instant than its clock.", ref=row.concern_ref
        )

    for row in session.execute(_UNREAD):
        if row.due_at not in (of.get((row.ref, Duty.SECOND)), of.get((row.ref, Duty.THIRD))):
            yield differs(row)
    for sent in session.execute(_AWAITED):
        confirm_by = None if sent.confirmed_at else sent.confirm_by
        asked = (of.get((sent.ref, duty)) for duty in (Duty.CHASE, Duty.ESCALATE))
        if (sent.chase_at, confirm_by) != (min(filter(None, asked), default=None), of.get((sent.ref, Duty.CONFIRM))):
            yield differs(sent)
