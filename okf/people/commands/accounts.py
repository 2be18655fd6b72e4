"""Accounts: switched off and on, their sessions ended, their lockouts lifted, their passwords set."""

from __future__ import annotations

from sqlalchemy import select

from okf.clock import is_past
from okf.desk import Deed, Desk
from okf.errors import Invalid, NotFound
from okf.people.commands import passwords, sessions, throttling, tickets
from okf.people.commands.invitations import keep_password
from okf.people.commands.leads_kept import leads_kept
from okf.people.commands.leaving import end_access
from okf.people.commands.outbox import tell_of_change
from okf.people.commands.proofs import require_own_password
from okf.people.commands.tickets import Ticket
from okf.settings import settings
from okf.store import former, kept
from okf.store.models import Credential, Person
from okf.terms import Action


def switch_off(desk: Desk, username: str) -> None:
    """End an account: every session, open invitation and access to a case ends at once. The duty remains (C15).

    So do the roles that open cases without an access. Whoever led for a party
    no longer does (C3): a manager hands their work over, or grants it anew.

    Raises:
        NotFound: there is no such account.
        Invalid: it is one's own.
        Conflict: they are the last safeguarding lead or deputy, or the only one there on some day.
    """
    if username == desk.actor:
        raise Invalid("Account", "nobody switches off their own account: ask another administrator.")
    with desk.permitted(Action.MANAGE_ACCOUNTS) as deed, leads_kept(deed):
        person = _person(deed, username)
        if not is_past(person.left_at, deed.at):
            person.left_at = deed.at
        deed.note(did="account switched off", **end_access(deed, username, by=str(desk.actor)))


def switch_on(desk: Desk, username: str) -> None:
    """Let a person sign in again; their password and second factor are as they were. No access comes back (C5).

    What an end of their account that came by itself has left open ends here.

    Raises:
        NotFound: there is no such account.
    """
    with desk.permitted(Action.MANAGE_ACCOUNTS) as deed:
        person = _person(deed, username)
        gone = is_past(person.left_at, deed.at)
        if gone:
            former.keep(deed.session, deed.at, [username])
        person.left_at = None
        deed.session.flush()
        kept.refresh_standings(deed.session, deed.at, [username])
        deed.note(did="account switched on", **(end_access(deed, username, by=str(desk.actor)) if gone else {}))


def end_sessions(desk: Desk, username: str) -> int:
    """End every session of a person at once; how many there were.

    Raises:
        NotFound: there is no such account.
    """
    with desk.permitted(Action.MANAGE_ACCOUNTS) as deed:
        _person(deed, username)
        ended = sessions.end_all(deed.session, username, deed.at, by=str(desk.actor))
        deed.note(did="sessions ended", sessions_ended=ended)
    return ended


def lift_lockout(desk: Desk, username: str) -> int:
    """Forget an account's failed tries, so that the next one is looked at; how many there were.

    Raises:
        NotFound: there is no such account.
    """
    with desk.permitted(Action.MANAGE_ACCOUNTS) as deed:
        _person(deed, username)
        forgotten = throttling.forget_tries(deed.session, username, None, deed.at)
        deed.note(did="lockout lifted", tries_forgotten=forgotten)
    return forgotten


def set_password(desk: Desk, username: str, password: str) -> None:
    """Set somebody's password from the host; their sessions and invitations end. It is not on the audit record.

    Raises:
        Invalid: it is not good enough, or this is not the host's command line.
        NotFound: there is no such account.
    """
    if not desk.is_host:
        raise Invalid("Password", "somebody else's is set from the host only: send an invitation.")
    _require_good(desk, username, password)
    password_hash = passwords.hashed(password)
    with desk.permitted(Action.MANAGE_ACCOUNTS) as deed:
        _person(deed, username)
        tell_of_change(deed, desk, [username])
        keep_password(deed.session, username, password_hash, deed.at)
        ended = sessions.end_all(deed.session, username, deed.at, by=str(desk.actor))
        throttling.forget_tries(deed.session, username, None, deed.at)
        deed.note(did="password set from the host", sessions_ended=ended)


def change_own_password(desk: Desk, present: str, new: str) -> Ticket:
    """Change one's own password: every session ends, this one too, and the ticket begins a new one here.

    Raises:
        Invalid: the present password is wrong, or the new one is not good enough.
    """
    require_own_password(desk, present, field="Present password")
    username = str(desk.actor)
    _require_good(desk, username, new)
    if passwords.stable(present) == passwords.stable(new):
        raise Invalid(passwords.FIELD, "it is the one you have.")
    password_hash = passwords.hashed(new)
    with desk.permitted(Action.MANAGE_OWN_ACCOUNT, about=username) as deed:
        keep_password(deed.session, username, password_hash, deed.at)
        ended = sessions.end_all(deed.session, username, deed.at, by=username)
        deed.note(did="password changed", sessions_ended=ended)
        second_factor = deed.session.get_one(Credential, username).totp_confirmed_at is not None
        return tickets.issue_ticket(
            deed.session, username, tickets.Step.COOKIE, at=deed.at, second_factor=second_factor
        )


def _require_good(desk: Desk, username: str, password: str) -> None:
    statement = (
        select(Person.username, Person.name, Person.email, Person.organisation, Credential.totp_confirmed_at)
        .outerjoin(Credential, Credential.person == Person.username)
        .where(Person.username == username)
    )
    with desk.reading() as session:
        found = session.execute(statement).one_or_none()
    if found is None:
        raise NotFound(f"There is no account called {username}.")
    second_factor = found.totp_confirmed_at is not None or settings().second_factor
    about = [text or "" for text in (found.username, found.name, found.email, found.organisation)]
    passwords.require_good(password, about=about, second_factor=second_factor)


def _person(deed: Deed, username: str) -> Person:
    person = deed.session.get(Person, username)
    if person is None:
        raise NotFound(f"There is no account called {username}.")
    deed.about(username)
    return person
