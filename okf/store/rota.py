"""The rota of safeguarding, as the store holds it."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from okf.clock import london_date
from okf.policy.duty import on_duty
from okf.policy.rota import Shift, on_rota
from okf.store import duty
from okf.store.models import RotaShift
from okf.store.once import once
from okf.store.rows import from_row

_MINUTES = 60
_SHIFTS = (
    select(
        RotaShift.id,
        RotaShift.person,
        RotaShift.place,
        RotaShift.phone,
        RotaShift.weekday,
        RotaShift.first_on,
        RotaShift.last_on,
        RotaShift.starts,
        RotaShift.ends,
    )
    .where(
        RotaShift.removed_at.is_(None),
        or_(RotaShift.last_on.is_(None), RotaShift.last_on >= bindparam("since", type_=RotaShift.last_on.type)),
    )
    .order_by(RotaShift.first_on, RotaShift.weekday, RotaShift.starts, RotaShift.id)
)


def shifts(session: Session, at: datetime) -> tuple[Shift, ...]:
    """The hours of duty that are not over by the day before an instant; read once in the run of a page."""
    today = london_date(at)
    return once(session, ("rota", today), lambda: _shifts(session, at))


def there_now(session: Session, at: datetime) -> frozenset[str]:
    """The leads and deputies who are on duty at an instant; while no rota is entered, those who are not away."""
    leads, entered = duty.leads(session, at), shifts(session, at)
    if entered:
        return frozenset(str(one.person) for one in on_rota(entered, leads, at))
    return frozenset(one.username for one in on_duty(leads, london_date(at)))


def _shifts(session: Session, at: datetime) -> tuple[Shift, ...]:
    rows = session.execute(_SHIFTS, {"since": london_date(at) - timedelta(days=1)})
    return tuple(from_row(Shift, row, starts=at_minute(row.starts), ends=at_minute(row.ends)) for row in rows)


def at_minute(minutes: int) -> time:
    """The time of day so many minutes after midnight."""
    return time(*divmod(minutes, _MINUTES))


def minute_of(at: time) -> int:
    """How many minutes after midnight a time of day is."""
    return at.hour * _MINUTES + at.minute
