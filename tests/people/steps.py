"""Signing in, in one line, for tests below the browser."""

from __future__ import annotations

from dataclasses import dataclass

import pyotp

from okf.desk import Desk
from okf.people.commands.accounts import set_password
from okf.people.commands.invitations import accept_invitation, invite_person
from okf.people.commands.second_factor import begin_second_factor, confirm_second_factor
from okf.people.commands.sessions import Begun, begin_session
from okf.people.commands.sign_in import Answer, check_code, check_password
from okf.people.commands.tickets import Step, Ticket
from okf.people.queries.sessions import session_of_cookie
from okf.shell.live_session import LiveSession, Source
from okf.terms import Capacity, Role
from tests.world import World

PASSWORD = "violet tractor ledger"
HOME = Source("198.51.100.7")
STRANGER = Source("203.0.113.9")


@dataclass(frozen=True)
class Account:
    """Somebody with a password, and perhaps the secret in their authenticator app."""

    username: str
    secret: str | None = None


def account(world: World, username: str = "amelia.h", *roles: Role) -> Account:
    """Somebody new who can sign in with a password alone."""
    invite(world, username, *roles)
    set_password(world.host(), username, PASSWORD)
    return Account(username)


def invite(world: World, username: str = "amelia.h", *roles: Role) -> str:
    """Somebody new with an open invitation; its token."""
    invited = invite_person(
        world.host(), username, name="Amelia Hart", email="amelia@example.org", roles=roles, capacity=Capacity.STAFF
    )
    return invited.token


def account_with_second_factor(world: World, username: str = "amelia.h") -> tuple[Account, list[str]]:
    """Somebody with a second factor, and their recovery codes."""
    account(world, username)
    desk = world.desk(username, session_id="setting-up")
    secret = begin_second_factor(desk, PASSWORD).secret
    codes = confirm_second_factor(desk, code(world, secret))
    world.later(minutes=1)
    return Account(username, secret), codes


def code(world: World, secret: str, *, ago: int = 0) -> str:
    """What the app shows at this world's time, or so many steps of 30 seconds ago."""
    return pyotp.TOTP(secret).at(int(world.now.timestamp()) - 30 * ago)


def door(world: World) -> Desk:
    """Whoever has not signed in."""
    return world.desk(None)


def tries(world: World, username: str, password: str = "wrong wrong wrong", *, source: Source = HOME) -> Answer:
    """One try to sign in."""
    return check_password(door(world), username, password, source)


def sign_in(world: World, who: Account, *, source: Source = HOME) -> tuple[LiveSession, Begun]:
    """All the steps, to a live session and its cookies."""
    answer = tries(world, who.username, PASSWORD, source=source)
    if isinstance(answer, Ticket) and answer.step == Step.CODE:
        assert who.secret
        given = check_code(door(world), answer.token, code(world, who.secret), source)
        assert given is not None
        answer = given
    assert isinstance(answer, Ticket)
    assert answer.step == Step.COOKIE
    begun = begin_session(door(world), answer.token, source, told="a test", replaces=None)
    assert begun
    session = session_of_cookie(door(world), begun.cookie)
    assert session
    return session, begun


def accept(world: World, token: str, password: str = PASSWORD) -> Ticket:
    """Set a password by an invitation."""
    return accept_invitation(door(world), token, password, HOME)
