"""Leaving OKF, in one deed: account, sessions, accesses end at once; the duty and the signatures stay (C15)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, func, select

from okf.clock import is_past
from okf.desk import Desk
from okf.errors import Conflict, Invalid, NotFound
from okf.people.commands import sessions
from okf.people.commands.leads_kept import leads_kept
from okf.people.commands.outbox import put_in_outbox
from okf.policy.chasing import MailKind
from okf.store import kept
from okf.store.models import AccessGrant, Person, Task
from okf.store.visible import AT, not_ended
from okf.terms import Action

_OPEN_GRANTS = select(AccessGrant).where(AccessGrant.person == bindparam("who"), not_ended(AT))
_OPEN_TASKS = select(func.count()).select_from(Task).where(Task.assigned_to == bindparam("who"), Task.done_at.is_(None))


@dataclass(frozen=True, slots=True)
class Left:
    """What somebody's leaving ended, what others must take over, and whether a mail tells them of the duty."""

    username: str
    sessions: int
    grants: int
    tasks: int


def record_leaver(desk: Desk, username: str) -> Left:
    """Put somebody's leaving on record: from this instant they can't sign in, and hold no access to any case.

    Their signatures stay, and they on the register of those bound. A mail
    reminds them that their duty goes on, where one can be sent.

    Raises:
        Refused: their role does not include it.
        Invalid: it is oneself.
        NotFound: there is no such account.
        Conflict: they have left already, and hold nothing any more; or they are the last safeguarding lead or
            deputy, or the only one there on some day.
    """
    if username == desk.actor and not desk.is_host:
        raise Invalid("Who leaves", "nobody records their own leaving: ask another manager or administrator.")
    with desk.permitted(Action.RECORD_LEAVER, about=username) as deed, leads_kept(deed):
        person = deed.session.get(Person, username)
        if person is None:
            raise NotFound(f"There is no account called {username}.")
        gone = is_past(person.left_at, deed.at)
        grants = deed.session.scalars(_OPEN_GRANTS, {"who": username, "at": deed.at}).all()
        if gone and not grants:
            raise Conflict(f"{person.name} has left already.")
        if not gone:
            person.left_at = deed.at
        for grant in grants:
            grant.ended_at = deed.at
        ended = sessions.end_all_ways_in(deed.session, username, deed.at, by=str(desk.actor))
        deed.session.flush()
        kept.refresh_standings(deed.session, deed.at, [username])
        kept.refresh_allocation(deed.session, deed.at, sorted({grant.case_ref for grant in grants if grant.lead_for}))
        mails = put_in_outbox(deed, desk, MailKind.DUTY_AFTER_LEAVING, [username])
        tasks = int(deed.session.scalar(_OPEN_TASKS, {"who": username}) or 0)
        deed.note(
            did="left",
            sessions_ended=ended,
            grants_ended=sorted(grant.id for grant in grants),
            tasks_left=tasks,
            reminded_of_duty=bool(mails),
        )
    return Left(username, ended, len(grants), tasks)
