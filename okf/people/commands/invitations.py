"""Invitations: how an account begins, and how somebody sets their own password."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from okf.clock import is_past
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, NotFound
from okf.people.commands import passwords, sessions, tickets
from okf.people.commands.links import LASTS, address_of, brought_in_by, open_invitation, void_invitations
from okf.people.commands.outbox import put_in_outbox, tell_of_change
from okf.people.commands.sign_in import Closed, next_ticket
from okf.people.commands.tickets import Ticket, record
from okf.policy.chasing import MailKind
from okf.settings import settings
from okf.shell.live_session import Source
from okf.store import kept
from okf.store.models import Credential, Invitation, PartnerOrganisation, Person, PersonRole
from okf.store.names import partner_named
from okf.store.rows import from_row
from okf.store.visible import account_on
from okf.terms import Action, Capacity, Role

USERNAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,38}[a-z0-9]")

_OPEN = (
    Invitation.token_sha256 == bindparam("token_sha256"),
    Invitation.used_at.is_(None),
    Invitation.expires_at > bindparam("instant"),
    account_on(bindparam("instant")),
)
_FIND = (
    select(Person.username, Person.name, Person.email, Credential.totp_confirmed_at)
    .select_from(Invitation)
    .join(Person, Person.username == Invitation.person)
    .outerjoin(Credential, Credential.person == Person.username)
    .where(*_OPEN)
)


@dataclass(frozen=True, slots=True)
class Invited:
    """A one-time invitation as the host prints it; the token is shown this once and kept nowhere."""

    username: str
    token: str
    expires_at: datetime

    def address(self, base: str) -> str:
        """Where to open it, at the place where people open Casebook."""
        return address_of(base, self.token)


@dataclass(frozen=True, slots=True)
class Invitee:
    """The person of an open invitation, and how long their password must be."""

    username: str
    name: str
    second_factor: bool
    least: int


def invite_person(
    desk: Desk,
    username: str,
    *,
    name: str,
    email: str,
    roles: Collection[Role] = (),
    capacity: Capacity,
    organisation: str | None = None,
) -> Invited:
    """Put a new person on file with their roles, and make their invitation, valid 72 hours. From the host alone.

    Raises:
        Invalid: a value can't be taken as it is, or this is not the host's command line.
        Conflict: there is an account of that name.
    """
    if not desk.is_host:
        raise Invalid("Roles", "people and their roles come from the host's command line or an import.")
    username = username.strip().lower()
    if not USERNAME.fullmatch(username):
        raise Invalid(
            "Username",
            "use 3 to 40 small letters, digits, dots, hyphens or underscores, a letter or digit at both ends.",
        )
    if not name.strip():
        raise Invalid("Name", "write the person's name.")
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", email.strip()):
        raise Invalid("E-mail", f"{email!r} is no e-mail address.")
    if (capacity is Capacity.ALLIED_PARTNER) != (organisation is not None):
        raise Invalid("Organisation", "name it for an allied partner, and for nobody else.")
    with desk.permitted(Action.MANAGE_ACCOUNTS) as deed:
        if deed.session.get(Person, username):
            raise Conflict(f"There is an account called {username}. Invite them again by the username alone.")
        if organisation and (there := partner_named(deed.session, organisation)):
            organisation = there.name
        elif organisation:
            deed.add(PartnerOrganisation(name=organisation, agreement_from=None, agreement_until=None))
            deed.session.flush()
        person = Person(
            username=username, name=name.strip(), email=email.strip(), capacity=capacity, organisation=organisation
        )
        person.roles = [PersonRole(role=role, since=deed.at, until=None) for role in dict.fromkeys(roles)]
        deed.add(person)
        deed.session.flush()
        kept.refresh_standings(deed.session, deed.at, [username])
        deed.note(did="person invited", roles=sorted(roles), capacity=capacity)
        return _invite(deed, username, desk)


def invite_again(desk: Desk, username: str) -> Invited | None:
    """A new invitation for somebody on file, in place of any before; their password stays until they use it.

    It is shown to nobody who works in Casebook: the host gets it, to print;
    for everybody else it goes by mail to its owner, and the answer is None.
    Every session of its owner ends, and they are told of it.

    Raises:
        NotFound: there is no such account, or it is switched off.
        Refused: their role does not include it, or the person came in by a file of theirs.
        Invalid: it is one's own: a password of one's own is changed on the account page; or no mail can be sent.
    """
    if username == desk.actor and not desk.is_host:
        raise Invalid("Invitation", "your own password is changed on your account page.")
    with desk.reading() as session:
        own = desk.actor if brought_in_by(session, str(desk.actor), username) else None
    with desk.permitted(Action.INVITE, grantee=username, about=own) as deed:
        person = deed.session.get_one(Person, username)
        if is_past(person.left_at, deed.at):
            raise NotFound(f"There is no account called {username} that is switched on.")
        ended = sessions.end_all_ways_in(deed.session, username, deed.at, by=str(desk.actor))
        if desk.is_host:
            tell_of_change(deed, desk, [username])
            deed.note(did="person invited again", sessions_ended=ended)
            return _invite(deed, username, desk)
        if not put_in_outbox(deed, desk, MailKind.INVITATION, [username]):
            why = "no mail server is set" if settings().mail is None else "they have no e-mail address on file"
            raise Invalid(
                "Invitation",
                f"{why}, so it can't be sent. Ask whoever runs Casebook's machine to print it for {person.name}:"
                f" python -m okf invite {username}",
            )
        deed.note(did="person invited again", sessions_ended=ended)
        return None


def invitee(desk: Desk, token: str) -> Invitee:
    """The person of an invitation. Looking at it does not use it up.

    Raises:
        NotFound: it was used, is over 72 hours old, or never was.
    """
    with desk.reading() as session:
        return _invitee(session, token, desk.now())


def accept_invitation(desk: Desk, token: str, password: str, source: Source) -> Ticket | Closed:
    """Set one's own password by an invitation, which is then used up: the ticket for the next step of signing in.

    Every session of that person ends. A second factor that is set up stays.

    Raises:
        NotFound: the invitation was used, is too old, or never was.
        Invalid: the password is not good enough; the invitation stays open.
    """
    with desk.reading() as session:
        person = _invitee(session, token, desk.now())
        about = _about(session, person.username)
    passwords.require_good(password, about=about, second_factor=person.second_factor)
    password_hash = passwords.hashed(password)
    with desk.store.writing() as session:
        at = desk.now()
        person = _invitee(session, token, at)
        session.execute(
            update(Invitation)
            .where(Invitation.token_sha256 == tickets.sha256(token), Invitation.used_at.is_(None))
            .values(used_at=at)
        )
        keep_password(session, person.username, password_hash, at)
        sessions.end_all(session, person.username, at, by=person.username)
        record(session, desk, "password set by invitation", person=person.username, source=source.address)
        return next_ticket(session, desk, person.username, source)


def keep_password(session: Session, username: str, password_hash: str, at: datetime) -> None:
    """Write a person's password hash, made before; open invitations and steps of signing in are void."""
    credential = session.get(Credential, username)
    if credential is None:
        session.add(Credential(person=username, password_hash=password_hash, changed_at=at))
    else:
        credential.password_hash, credential.changed_at = password_hash, at
    void_invitations(session, username, at)
    tickets.void_tickets(session, username, at)
    session.flush()


def _invite(deed: Deed, username: str, desk: Desk) -> Invited:
    deed.about(username)
    token = open_invitation(deed.session, username, deed.at, by=str(desk.actor))
    return Invited(username, token, deed.at + LASTS)


def _invitee(session: Session, token: str, at: datetime) -> Invitee:
    found = session.execute(_FIND, {"token_sha256": tickets.sha256(token), "instant": at}).one_or_none()
    if found is None:
        raise NotFound(
            "This invitation can't be used: it was used already, or is over 72 hours old. Ask for a new one."
        )
    second = found.totp_confirmed_at is not None or settings().second_factor
    least = passwords.LEAST_WITH_SECOND_FACTOR if second else passwords.LEAST_ALONE
    return from_row(Invitee, found, second_factor=second, least=least)


def _about(session: Session, username: str) -> tuple[str, ...]:
    person = session.get_one(Person, username)
    return (person.username, person.name, person.email or "", person.organisation or "")
