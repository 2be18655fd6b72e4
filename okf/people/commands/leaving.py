"""Leaving OKF, in one deed: account, sessions, accesses end at once; the duty and the signatures stay (C15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, func, or_, select

from okf.clock import end_of, is_past, london_date
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, NotFound
from okf.people.commands import sessions
from okf.people.commands.leads_kept import leads_kept
from okf.people.commands.outbox import put_in_outbox
from okf.people.commands.passing_on import call_off_handovers
from okf.policy.access_routes import OPENING_ROLES
from okf.policy.chasing import MailKind
from okf.store import kept
from okf.store.models import AccessGrant, CustodyAccess, EmergencyAccess, Person, PersonRole, Task
from okf.store.visible import AT, not_ended, role_lasts
from okf.terms import Action

_OPEN_GRANTS = select(AccessGrant).where(AccessGrant.person == bindparam("who"), not_ended(AT))
_INSTANT: Final[Any] = AccessGrant.until.type
_EMERGENCIES = select(EmergencyAccess).where(
    EmergencyAccess.person == bindparam("who"),
    EmergencyAccess.opened_at > bindparam("since", type_=_INSTANT),
    or_(EmergencyAccess.ended_at.is_(None), EmergencyAccess.ended_at > AT),
)
_CUSTODIES = select(CustodyAccess).where(
    CustodyAccess.person == bindparam("who"),
    CustodyAccess.until > AT,
    or_(CustodyAccess.ended_at.is_(None), CustodyAccess.ended_at > AT),
)
_OPENING = select(PersonRole).where(
    PersonRole.person == bindparam("who"), PersonRole.role.in_(sorted(OPENING_ROLES)), role_lasts()
)
_OPEN_TASKS = select(func.count()).select_from(Task).where(Task.assigned_to == bindparam("who"), Task.done_at.is_(None))


_LOOKS_BACK: Final = timedelta(days=2)  # an end that an import tells of long ago writes to nobody
_LAST_DAY_OVER = (
    select(Person.username)
    .where(
        Person.left_at <= AT,
        Person.left_at > bindparam("since", type_=_INSTANT),
        select(AccessGrant.id).where(AccessGrant.person == Person.username, not_ended(AT)).exists(),
    )
    .order_by(Person.username)
)


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
        ended = end_access(deed, username, by=str(desk.actor))
        mails = put_in_outbox(deed, desk, MailKind.DUTY_AFTER_LEAVING, [username])
        tasks = int(deed.session.scalar(_OPEN_TASKS, {"who": username}) or 0)
        deed.note(did="left", **ended, tasks_left=tasks, reminded_of_duty=bool(mails))
    return Left(username, ended["sessions_ended"], len(grants), tasks)


def plan_leaver(desk: Desk, username: str, last_day: date | None) -> None:
    """Put on record somebody's last day, to whose end they work on; or, without one, that they stay after all.

    Raises:
        Refused: their role does not include it.
        Invalid: it is oneself, or the day is over.
        NotFound: there is no such account.
        Conflict: they have left already; or nobody would lead on safeguarding if they left now.
    """
    if username == desk.actor:
        raise Invalid("Who leaves", "nobody records their own leaving: ask another manager or administrator.")
    with desk.permitted(Action.RECORD_LEAVER, about=username) as deed:
        person = deed.session.get(Person, username)
        if person is None:
            raise NotFound(f"There is no account called {username}.")
        if is_past(person.left_at, deed.at):
            raise Conflict(f"{person.name} has left already.")
        if last_day is not None:
            if last_day < london_date(deed.at):
                raise Invalid("Last day", "choose today or a day to come.")
            with leads_kept(deed):  # asked as if they left now: whoever takes their place is named first
                person.left_at = deed.at
        person.left_at = end_of(last_day) if last_day else None
        deed.session.flush()
        kept.refresh_standings(deed.session, deed.at, [username])
        deed.note(did="will leave" if last_day else "stays after all", last_day=last_day)


def end_leavers(desk: Desk) -> int:
    """Record the leaving of those whose last day is over and who still hold accesses, as if by hand; how many."""
    at = desk.now()
    with desk.reading() as session:
        people = list(session.scalars(_LAST_DAY_OVER, {"at": at, "since": at - _LOOKS_BACK}))
    for username in people:
        record_leaver(desk, username)
    return len(people)


def end_access(deed: Deed, username: str, *, by: str) -> dict[str, Any]:
    """End all by which somebody can open anything, at once and for good: what was ended, for the audit record.

    Their sessions and open ways in; their accesses to cases, an emergency's
    and a custody's too; and the roles that open cases without one. Parties
    whose caseworker they were are without one (C3).
    """
    session, who = deed.session, {"who": username, "at": deed.at}
    grants = session.scalars(_OPEN_GRANTS, who).all()
    since = deed.at - timedelta(hours=deed.question.settings.break_glass_hours)
    opened = [*session.scalars(_EMERGENCIES, {**who, "since": since}), *session.scalars(_CUSTODIES, who)]
    roles = session.scalars(_OPENING, who).all()
    for access in (*grants, *opened):
        access.ended_at = deed.at
    for role in roles:
        role.until = deed.at
    call_off_handovers(deed, grants)
    ended = sessions.end_all_ways_in(session, username, deed.at, by=by)
    session.flush()
    kept.refresh_standings(session, deed.at, [username])
    kept.refresh_allocation(session, deed.at, sorted({grant.case_ref for grant in grants if grant.lead_for}))
    told: dict[str, Any] = {"sessions_ended": ended, "grants_ended": sorted(grant.id for grant in grants)}
    told |= {"opened_ended": sorted(access.id for access in opened)} if opened else {}
    return told | ({"roles_ended": sorted(role.role for role in roles)} if roles else {})
