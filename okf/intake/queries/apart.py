"""Who was told apart from somebody, as far as whoever asks may know of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.desk import Desk
from okf.errors import NotFound
from okf.intake.queries.matches import Asked, look, look_action
from okf.policy.access import decide
from okf.store.models import Person, ToldApart
from okf.store.rows import from_row

_STANDS = (
    select(ToldApart.id, ToldApart.service_user, ToldApart.decided_at, Person.name)
    .join(Person, Person.username == ToldApart.decided_by)
    .where(ToldApart.subject == bindparam("subject"), ToldApart.undone_at.is_(None))
    .order_by(ToldApart.id)
)


@dataclass(frozen=True, slots=True)
class ToldApartPerson:
    """Somebody who was told apart; `name` is None where the reader may know no more than that they exist."""

    id: int
    handle: str
    name: str | None
    decided_at: datetime
    decided_by: str


def told_apart(desk: Desk, asked: Asked) -> tuple[ToldApartPerson, ...]:
    """Who was told apart from somebody, the earliest first; only those whom a look would show this person."""
    with desk.reading() as session:
        if not asked.subject or not decide(desk.question(session, look_action(desk))).allowed:
            return ()
        try:
            return told_apart_in(desk, session, asked)
        except NotFound:
            return ()


def told_apart_in(desk: Desk, session: Session, asked: Asked) -> tuple[ToldApartPerson, ...]:
    """The same, in a reading or a deed that is there already."""
    rows = session.execute(_STANDS, {"subject": asked.subject}).all()
    if not rows:
        return ()
    found = look(desk, session, replace(asked, subject=None))
    names = {found.people[one.handle]: one.name for one in found.known.seen}
    handles = {ref: handle for handle, ref in found.people.items()}
    return tuple(
        from_row(
            ToldApartPerson,
            row,
            handle=handles[row.service_user],
            name=names.get(row.service_user),
            decided_by=row.name,
        )
        for row in rows
        if row.service_user in handles
    )
