"""Sessions: begun by a ticket, moved on by use, ended by their owner, an administrator or the clock."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, bindparam, select, update
from sqlalchemy.orm import Session

from okf.clock import is_past
from okf.desk import Desk
from okf.errors import NotFound, StoreUnavailable
from okf.people.commands import tickets
from okf.people.commands.links import void_invitations
from okf.people.commands.tickets import Step, record
from okf.people.queries.doors import kept_out
from okf.people.queries.sessions import forget_session, note_unwritten_use
from okf.shell.live_session import ABSOLUTE, SEEN_EVERY, Source
from okf.store.engine import WRITES
from okf.store.models import Invitation, Person, SignInSession, SignInTicket
from okf.terms import Action

SECONDS: Final = 2.0  # that a click waits for another writer, to note that there was one
_SEEN = (
    update(SignInSession)
    .where(
        SignInSession.id == bindparam("which"),
        SignInSession.ended_at.is_(None),
        SignInSession.last_seen_at < bindparam("before"),
    )
    .values(last_seen_at=bindparam("instant"))
)


@dataclass(frozen=True, slots=True)
class Begun:
    """A session as it begins: the tokens for the two cookies are kept nowhere else."""

    person: str
    cookie: str
    browser: str


def begin_session(desk: Desk, ticket: str, source: Source, *, told: str | None, replaces: str | None) -> Begun | None:
    """Change a ticket for a session; None if the ticket is used, over a minute old, or never was.

    `told` is what the browser says it is, `replaces` the token of a session
    that this browser holds already and that ends here.
    """
    with desk.store.writing() as session:
        at = desk.now()
        taken = tickets.take_ticket(session, ticket, Step.COOKIE, at)
        if taken is None:
            return None
        person, second_factor = taken
        left_at = session.get_one(Person, person).left_at
        if is_past(left_at, at) or kept_out(desk, session, person):
            return None
        if replaces:
            _end(session, [SignInSession.token_sha256 == tickets.sha256(replaces)], at, by=person)
        begun = Begun(person, tickets.token(), tickets.token())
        session_id = secrets.token_hex(16)
        session.add(
            SignInSession(
                id=session_id,
                token_sha256=tickets.sha256(begun.cookie),
                person=person,
                second_factor=second_factor,
                started_at=at,
                last_seen_at=at,
                expires_at=at + ABSOLUTE,
                source=source.address[:80],
                browser=(told or "")[:200] or None,
                browser_sha256=tickets.sha256(begun.browser),
            )
        )
        record(
            session,
            desk,
            "signed in",
            person=person,
            session_id=session_id,
            source=source.address,
            second_factor=second_factor,
        )
    return begun


def note_seen(desk: Desk, session_id: str, *, at_once: bool = False) -> None:
    """Move a session's idle time on; at most once a minute unless `at_once`."""
    at = desk.now()
    before = at if at_once else at - SEEN_EVERY
    try:
        with desk.store.engine.execution_options(**{WRITES: SECONDS}).begin() as connection:
            connection.execute(_SEEN, {"which": session_id, "before": before, "instant": at})
    except StoreUnavailable:
        note_unwritten_use(session_id, at)


def end_session(desk: Desk, session_id: str) -> None:
    """End one of one's own sessions at once, this one or another; this one also where the database can't be written.

    Raises:
        NotFound: there is no such session of one's own.
    """
    if session_id == desk.session_id:
        try:
            _end_own(desk.in_haste(SECONDS), session_id)
        except StoreUnavailable:
            forget_session(session_id)
    else:
        _end_own(desk, session_id)


def _end_own(desk: Desk, session_id: str) -> None:
    with desk.permitted(Action.MANAGE_OWN_ACCOUNT, about=desk.actor) as deed:
        which = [SignInSession.id == session_id, SignInSession.person == desk.actor]
        if not deed.session.execute(select(SignInSession.id).where(*which)).first():
            raise NotFound("There is no such session of yours.")
        _end(deed.session, which, deed.at, by=str(desk.actor))
        deed.note(did="signed out" if session_id == desk.session_id else "own session ended", session=session_id)


def end_all(session: Session, username: str, at: datetime, *, by: str) -> int:
    """End every session of a person; how many there were."""
    return _end(session, [SignInSession.person == username], at, by=by)


def end_all_ways_in(session: Session, username: str, at: datetime, *, by: str, but: str | None = None) -> int:
    """End every session, `but` this, and every open invitation and step of signing in; how many sessions there were."""
    void_invitations(session, username, at)
    tickets.void_tickets(session, username, at)
    return _end(session, [SignInSession.person == username, SignInSession.id.is_distinct_from(but)], at, by=by)


def end_everybodys_ways_in(session: Session, at: datetime, *, by: str) -> int:
    """End every session there is, and every open invitation and step of signing in; how many sessions there were."""
    session.execute(update(Invitation).where(Invitation.used_at.is_(None)).values(used_at=at))
    session.execute(update(SignInTicket).where(SignInTicket.used_at.is_(None)).values(used_at=at))
    return _end(session, [], at, by=by)


def _end(session: Session, which: Sequence[ColumnElement[bool]], at: datetime, *, by: str) -> int:
    statement = update(SignInSession).where(*which, SignInSession.ended_at.is_(None))
    return int(session.execute(statement.values(ended_at=at, ended_by=by)).rowcount)  # type: ignore[attr-defined]
