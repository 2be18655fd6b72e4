"""Whom one concern is about, and was, with what a lead said of each (C9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from okf.asker import Asker
from okf.desk import Desk
from okf.safeguarding.queries.about import about_of
from okf.safeguarding.queries.allegations import worked_by
from okf.store.models import ConcernAboutEnd, Person, ServiceUser

_ENDED = (
    select(
        ConcernAboutEnd.person,
        ConcernAboutEnd.service_user,
        Person.name.label("worker"),
        ServiceUser.name.label("user"),
        ConcernAboutEnd.ended_at,
        ConcernAboutEnd.reason,
    )
    .outerjoin(Person, Person.username == ConcernAboutEnd.person)
    .outerjoin(ServiceUser, ServiceUser.ref == ConcernAboutEnd.service_user)
    .where(ConcernAboutEnd.concern_ref == bindparam("ref"))
    .order_by(ConcernAboutEnd.id)
)


@dataclass(frozen=True, slots=True)
class SubjectLine:
    """Somebody whom a concern is about, by username or reference; `ended_at` and `why` where a lead took them off.

    Of `doubt` is who may only be meant by its words.
    """

    key: str
    name: str
    worker: bool
    ended_at: datetime | None = None
    why: str | None = None
    doubt: bool = False


def subjects_of(desk: Desk, ref: str) -> tuple[SubjectLine, ...]:
    """Everybody whom a concern is about, then whom it is no longer about; nobody for who may not work it."""
    with desk.reading() as session:
        if ref not in worked_by(Asker.of(desk, session), [ref]):
            return ()
        now = [
            SubjectLine(
                one.person or one.service_user,
                one.person_name or one.user_name or one.service_user,
                one.person is not None,
                doubt=bool(one.doubt),
            )
            for one in about_of(session, [ref])[ref]
            if not one.ended
        ]
        ended = [
            SubjectLine(
                row.person or row.service_user,
                row.worker or row.user or row.service_user,
                row.person is not None,
                row.ended_at,
                row.reason,
            )
            for row in session.execute(_ENDED, {"ref": ref})
        ]
        return (*now, *ended)
