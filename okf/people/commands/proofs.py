"""Asking again, inside a session, for what only this person knows: throttled like the sign-in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from okf.clock import clock_time
from okf.desk import Desk
from okf.errors import Invalid, NotFound
from okf.people.commands import codes, passwords, throttling
from okf.people.commands.tickets import Step, record
from okf.shell.live_session import Source
from okf.store.models import Credential
from okf.terms import Outcome


def require_own_password(desk: Desk, password: str, *, field: str = "Password") -> None:
    """Go on only if this is the password of whoever is signed in; before a signature, or a change of the account.

    Raises:
        Invalid: it is not or is empty, or there were too many wrong ones; named after `field`.
    """
    person, source = _who(desk)
    if not password:
        raise Invalid(field, "type it first.")
    with desk.store.writing() as session:
        at = desk.now()
        _refuse_waiting(throttling.waiting_until(session, person, source, at), field)
        kept = session.execute(select(Credential.password_hash).where(Credential.person == person)).scalar_one_or_none()
        tried = throttling.count_try(session, person, source, at).id
    right = passwords.matches(kept, password)
    with desk.store.writing() as session:
        if right:
            throttling.forget_try(session, tried)
        else:
            _record_wrong(session, desk, "password asked again: wrong")
    if not right:
        raise Invalid(field, "this is not your password.")


def require_own_code(desk: Desk, code: str) -> None:
    """Go on only if this is a present code of one's own second factor, or a recovery code; it is used up.

    Raises:
        Invalid: it is not, or there were too many wrong ones.
    """
    person, source = _who(desk)
    if not code.strip():
        raise Invalid("Code", "type it first.")
    with desk.store.writing() as session:
        at = desk.now()
        _refuse_waiting(throttling.waiting_until(session, person, source, at, Step.CODE), "Code")
        how = codes.use_code(session, person, code, desk.machine())
        if how is codes.CodeKind.RECOVERY:
            left = codes.codes_left(session, person)
            record(session, desk, "recovery code used", person=person, session_id=desk.session_id, left=left)
        elif how is None:
            throttling.count_try(session, person, source, at, Step.CODE)
            _record_wrong(session, desk, "code asked again: wrong")
    if how is None:
        raise Invalid("Code", "it is not right. Use the one that the app shows now, or a recovery code.")


def _who(desk: Desk) -> tuple[str, Source]:
    if desk.actor is None or desk.is_host:
        raise NotFound("Nobody is signed in.")
    return desk.actor, Source(f"session:{desk.session_id}")


def _record_wrong(session: Session, desk: Desk, did: str) -> None:
    record(session, desk, did, person=desk.actor, outcome=Outcome.DENY, session_id=desk.session_id)


def _refuse_waiting(until: datetime | None, field: str) -> None:
    if until:
        raise Invalid(field, f"there were too many wrong ones. Try again at {clock_time(until)}.")
