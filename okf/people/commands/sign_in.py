"""Signing in, step by step: the password, the second factor, and the ticket for the cookie."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from okf.clock import is_past
from okf.desk import Desk
from okf.people.commands import codes, passwords, sessions, throttling, tickets
from okf.people.commands.tickets import Step, Ticket, record
from okf.people.queries.doors import kept_out
from okf.settings import settings
from okf.shell.live_session import Source
from okf.store.models import Credential, Person
from okf.store.rows import from_row
from okf.terms import Outcome

_ACCOUNT = (
    select(Person.username, Person.left_at, Credential.password_hash)
    .outerjoin(Credential, Credential.person == Person.username)
    .where(Person.username.in_(bindparam("names", expanding=True)))
)


@dataclass(frozen=True, slots=True)
class Wrong:
    """The name or the password is not right; nobody is told which."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Too many tries: none is looked at before this instant."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Closed:
    """The doors are closed: an earlier copy was put back, and it is not theirs to sign for that."""


@dataclass(frozen=True, slots=True)
class _Account:
    username: str
    left_at: datetime | None
    password_hash: str | None


Answer = Ticket | Wrong | Wait | Closed


def check_password(desk: Desk, username: str, password: str, source: Source) -> Answer:
    """The ticket for the next step, if this is the person's password.

    The same words, writes and hashing for a name that nobody has, for a wrong
    password and for an account that is switched off.
    """
    username = username.strip()
    with desk.store.writing() as session:
        at = desk.now()
        account = _account(session, username)
        key = throttling.account_key(session, account.username if account else username, exists=account is not None)
        wait = throttling.waiting_until(session, key, source, at)
        if wait:
            return Wait(wait)
        tried = throttling.count_try(session, key, source, at).id
    active = account is not None and not is_past(account.left_at, at)
    kept = account.password_hash if account else None
    right = passwords.matches(kept, password) and active
    again = passwords.hashed(password) if right and kept and passwords.outdated(kept) else None
    with desk.store.writing() as session:
        if account is None or not right:
            return _failed(session, desk, account.username if account else None, source, Step.PASSWORD)
        throttling.forget_try(session, tried)
        if again:
            rehash = update(Credential).where(
                Credential.person == account.username, Credential.password_hash == account.password_hash
            )
            session.execute(rehash.values(password_hash=again))
            record(session, desk, "password hashed anew", person=account.username)
        return next_ticket(session, desk, account.username, source)


def next_ticket(session: Session, desk: Desk, person: str, source: Source) -> Ticket | Closed:
    """The step after a right password or a used invitation: a code, the making of a second factor, or the cookie."""
    at = desk.now()
    if kept_out(desk, session, person):
        return Closed()
    confirmed = session.execute(select(Credential.totp_confirmed_at).where(Credential.person == person)).scalar_one()
    if confirmed:
        return tickets.issue_ticket(session, person, Step.CODE, at=at)
    if settings().second_factor:
        return tickets.issue_ticket(session, person, Step.ENROL, at=at)
    throttling.forget_tries(session, person, source, at)
    return tickets.issue_ticket(session, person, Step.COOKIE, at=at)


def check_code(desk: Desk, ticket: str, code: str, source: Source) -> Answer | None:
    """The ticket for the cookie, if this is a present code or an unused recovery code; None if it is too late.

    A wrong code leaves the step open until its own few minutes are over.
    """
    with desk.store.writing() as session:
        at = desk.now()
        person = tickets.holder(session, ticket, Step.CODE, at)
        if person is None:
            return None
        wait = throttling.waiting_until(session, person, source, at, Step.CODE)
        if wait:
            return Wait(wait)
        how = codes.use_code(session, person, code, desk.machine())
        if how is None:
            throttling.count_try(session, person, source, at, Step.CODE)
            return _failed(session, desk, person, source, Step.CODE)
        if how is codes.CodeKind.RECOVERY:
            left = codes.codes_left(session, person)
            record(session, desk, "recovery code used", person=person, source=source.address, left=left)
        if tickets.take_ticket(session, ticket, Step.CODE, at) is None:
            return None
        throttling.forget_tries(session, person, source, at)
        return tickets.issue_ticket(session, person, Step.COOKIE, at=at, second_factor=True)


def begin_enrolment(desk: Desk, ticket: str) -> codes.Enrolment | None:
    """The secret to put into an authenticator app, made once for this step; None if it is too late."""
    with desk.store.writing() as session:
        person = tickets.holder(session, ticket, Step.ENROL, desk.now())
        if person is None:
            return None
        before = session.scalar(select(Credential.totp_secret).where(Credential.person == person))
        begun = codes.begin(session, person)
        if begun.secret != before:
            record(session, desk, "second factor begun", person=person)
        return begun


def end_enrolment(desk: Desk, ticket: str, code: str, source: Source) -> tuple[Ticket, list[str]] | Wrong | Wait | None:
    """Confirm the second factor by its first code: the ticket to go on with, and ten recovery codes, shown once."""
    with desk.store.writing() as session:
        at = desk.now()
        person = tickets.holder(session, ticket, Step.ENROL, at)
        if person is None:
            return None
        wait = throttling.waiting_until(session, person, source, at, Step.CODE)
        if wait:
            return Wait(wait)
        recovery = codes.confirm(session, person, code, desk.machine())
        if recovery is None:
            throttling.count_try(session, person, source, at, Step.CODE)
            return Wrong()
        if tickets.take_ticket(session, ticket, Step.ENROL, at) is None:
            return None
        ended = sessions.end_all_ways_in(session, person, at, by=person)
        record(session, desk, "second factor set up", person=person, source=source.address, sessions_ended=ended)
        throttling.forget_tries(session, person, source, at)
        return tickets.issue_ticket(session, person, Step.ENROLLED, at=at, second_factor=True), recovery


def finish_enrolment(desk: Desk, ticket: str) -> Ticket | None:
    """The ticket for the cookie, once the recovery codes have been seen; None if it is too late."""
    with desk.store.writing() as session:
        at = desk.now()
        taken = tickets.take_ticket(session, ticket, Step.ENROLLED, at)
        return tickets.issue_ticket(session, taken[0], Step.COOKIE, at=at, second_factor=True) if taken else None


def _failed(session: Session, desk: Desk, person: str | None, source: Source, step: Step) -> Wrong:
    record(session, desk, "sign-in failed", person=person, outcome=Outcome.DENY, source=source.address, step=step.value)
    return Wrong()


def _account(session: Session, username: str) -> _Account | None:
    """The account of a name as typed, or in small letters: telephones begin every field with a capital."""
    found = session.execute(_ACCOUNT, {"names": [username, username.lower()]})
    rows = {row.username: from_row(_Account, row) for row in found}
    return rows.get(username) or rows.get(username.lower())
