"""What somebody's leaving would end, what it leaves for others to do, and their letter about the duty that stays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from okf.asker import permitted_reader
from okf.clock import is_past, last_day_of
from okf.desk import Desk
from okf.errors import NotFound
from okf.policy.access import decide
from okf.policy.chasing import MailKind, MailState
from okf.shell.live_session import IDLE
from okf.store.former import names
from okf.store.models import AccessGrant, Mail, Person, SignInSession, Task
from okf.store.names import NAME_HAS_LETTERS, letters
from okf.store.rows import from_row, from_rows
from okf.store.visible import AT, account_on, goes_on, not_ended
from okf.terms import Action, Capacity

TASKS_MOST: Final = 100
NAMED_MOST: Final = 50
CASES_MOST: Final = 200

_INSTANT: Any = Person.left_at.type
_AT: Any = bindparam("at", type_=_INSTANT)
_GRANTS: Any = select(func.count(), func.count(AccessGrant.lead_for)).where(
    AccessGrant.person == bindparam("who"), not_ended(AT)
)
_CASES: Any = (
    select(AccessGrant.case_ref, func.count(AccessGrant.lead_for).label("leads"))
    .where(AccessGrant.person == bindparam("who"), not_ended(AT))
    .group_by(AccessGrant.case_ref)
    .order_by(func.count(AccessGrant.lead_for).desc(), AccessGrant.case_ref)
    .limit(CASES_MOST)
)
_SESSIONS: Any = select(func.count()).where(
    SignInSession.person == bindparam("who"),
    SignInSession.ended_at.is_(None),
    SignInSession.expires_at > _AT,
    SignInSession.last_seen_at > bindparam("idle_since", type_=_INSTANT),
)
_TASKS = (
    select(Task.ref, Task.case_ref, Task.due_on)
    .where(Task.assigned_to == bindparam("who"), Task.done_at.is_(None))
    .order_by(Task.due_on, Task.ref)
    .limit(TASKS_MOST + 1)
)
_TO: Any = (
    select(AccessGrant.case_ref, Person.username, Person.name, Person.name_folded)
    .join(Person, Person.username == AccessGrant.person)
    .where(AccessGrant.case_ref.in_(bindparam("cases", expanding=True)), not_ended(), goes_on(), account_on())
    .distinct()
    .order_by(Person.name_folded)
)
_MAIL = (
    select(Mail.state)
    .where(Mail.person == bindparam("who"), Mail.kind == MailKind.DUTY_AFTER_LEAVING)
    .order_by(Mail.queued_at.desc())
    .limit(1)
)
_HERE: Any = (
    select(Person.username, Person.name)
    .where(account_on(), or_(NAME_HAS_LETTERS, Person.username == bindparam("exact")))
    .order_by(Person.name_folded, Person.username)
    .limit(NAMED_MOST)
)


@dataclass(frozen=True, slots=True)
class TaskLeft:
    """An open task of somebody who left, without its words, and to whom it may be given."""

    ref: str
    case_ref: str
    due_on: date
    may_go_to: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CaseHeld:
    """A case that somebody holds access to, and of how many parties they are the lead caseworker."""

    case_ref: str
    leads: int


@dataclass(frozen=True, slots=True)
class Leaver:
    """One person, as their leaving concerns them; `tasks` and `cases` are None for who may know of no case.

    `last_day` is set where they will leave; `cases` are to be handed over.
    """

    username: str
    name: str
    capacity: Capacity
    email: str | None
    left_at: datetime | None
    grants: int
    leads: int
    sessions: int
    tasks: tuple[TaskLeft, ...] | None
    more_tasks: bool
    mail: MailState | None
    last_day: date | None
    cases: tuple[CaseHeld, ...] | None


def leaver(desk: Desk, username: str) -> Leaver:
    """What one person holds that their leaving ends, or what they left behind.

    Raises:
        Refused: the reader does not record who leaves.
        NotFound: nobody has this username.
    """
    question = permitted_reader(desk, Action.RECORD_LEAVER)
    with desk.reading() as session:
        person = session.get(Person, username)
        if person is None:
            raise NotFound(f"Nobody here has the username {username!r}.")
        who = {"who": username, "at": question.at}
        grants, leads = session.execute(_GRANTS, who).one()
        live = session.scalar(_SESSIONS, {**who, "idle_since": question.at - IDLE}) or 0
        sees_cases = decide(replace(question, action=Action.REASSIGN_TASK)).allowed
        tasks = _tasks(session, who) if sees_cases else None
        gone = is_past(person.left_at, question.at)
        return Leaver(
            username=username,
            name=person.name,
            capacity=person.capacity,
            email=person.email,
            left_at=person.left_at if gone else None,
            grants=grants,
            leads=leads,
            sessions=live,
            tasks=tasks[:TASKS_MOST] if tasks is not None else None,
            more_tasks=tasks is not None and len(tasks) > TASKS_MOST,
            mail=session.scalar(_MAIL, who),
            last_day=last_day_of(person.left_at) if person.left_at is not None and not gone else None,
            cases=from_rows(CaseHeld, session.execute(_CASES, who)) if sees_cases else None,
        )


def people_here(desk: Desk, words: str) -> tuple[tuple[str, str], ...]:
    """Username and name of those who have not left and whose name has these letters, at most fifty.

    Raises:
        Refused: the reader does not record who leaves.
    """
    question = permitted_reader(desk, Action.RECORD_LEAVER)
    with desk.reading() as session:
        rows = session.execute(_HERE, {"at": question.at, "exact": words.strip()} | letters(words))
        known = names(session, usernames := [row.username for row in rows])
        return tuple((username, known[username].in_words()) for username in usernames)


def _tasks(session: Session, who: dict[str, Any]) -> tuple[TaskLeft, ...]:
    rows = session.execute(_TASKS, {"who": who["who"]}).all()
    others: dict[str, list[tuple[str, str]]] = {}
    for row in session.execute(_TO, {"cases": sorted({row.case_ref for row in rows}), "at": who["at"]}):
        if row.username != who["who"]:
            others.setdefault(row.case_ref, []).append((row.username, row.name))
    return tuple(from_row(TaskLeft, r, may_go_to=tuple(others.get(r.case_ref, ()))) for r in rows)
