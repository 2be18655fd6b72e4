"""Accounts as an administrator sees them: who, in which capacity, and how they sign in; no case, no service user."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import bindparam, func, or_, select, tuple_

from okf.asker import Asker
from okf.clock import is_past
from okf.desk import Desk
from okf.errors import Refused
from okf.match.fold import folded
from okf.shell.live_session import IDLE
from okf.store.former import with_former_names
from okf.store.models import Credential, Invitation, Person, PersonRole, SignInSession, SignInTry
from okf.store.names import NAME_HAS_LETTERS, USERNAME_HAS_LETTERS, letters
from okf.store.rows import from_row
from okf.store.visible import account_on, role_held
from okf.terms import Action, Capacity, Role

PAGE: Final = 50
TRIES_WITHIN: Final = timedelta(days=1)


class AccountState(StrEnum):
    """How far somebody's account is."""

    ON = "on"
    INVITED = "invited"
    NO_PASSWORD = "no_password"  # noqa: S105 -- a state, not a secret
    OFF = "switched_off"


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account on the administrator's page."""

    username: str
    name: str
    capacity: Capacity
    roles: tuple[Role, ...]
    state: AccountState
    second_factor: bool
    last_sign_in: datetime | None
    live_sessions: int
    failed_tries: int
    invited_until: datetime | None


@dataclass(frozen=True, slots=True)
class AccountPage:
    """A page of accounts by name, and where the next one begins."""

    rows: list[AccountRow]
    next_after: tuple[str, str] | None


_LAST = (
    select(func.max(SignInSession.started_at))
    .where(SignInSession.person == Person.username)
    .correlate(Person)
    .scalar_subquery()
)
_LIVE = (
    select(func.count(SignInSession.id))
    .where(
        SignInSession.person == Person.username,
        SignInSession.ended_at.is_(None),
        SignInSession.expires_at > bindparam("at"),
        SignInSession.last_seen_at > bindparam("idle_since"),
    )
    .correlate(Person)
    .scalar_subquery()
)
_TRIES = (
    select(func.count(SignInTry.id))
    .where(SignInTry.username == Person.username, SignInTry.at > bindparam("tries_since"))
    .correlate(Person)
    .scalar_subquery()
)
_INVITED = (
    select(func.max(Invitation.expires_at))
    .where(Invitation.person == Person.username, Invitation.used_at.is_(None), Invitation.expires_at > bindparam("at"))
    .correlate(Person)
    .scalar_subquery()
)
_ACCOUNTS = (
    select(
        Person.username,
        Person.name,
        Person.capacity,
        Person.left_at,
        Credential.changed_at,
        Credential.totp_confirmed_at,
        _LAST.label("last_sign_in"),
        _LIVE.label("live"),
        _TRIES.label("tries"),
        _INVITED.label("invited_until"),
    )
    .outerjoin(Credential, Credential.person == Person.username)
    .where(tuple_(Person.name_folded, Person.username) > tuple_(bindparam("after_name"), bindparam("after_username")))
    .order_by(Person.name_folded, Person.username)
    .limit(PAGE + 1)
)
_FOUND = _ACCOUNTS.where(or_(NAME_HAS_LETTERS, USERNAME_HAS_LETTERS))
_FIGURES = (
    select(
        func.count().label("on"),
        func.count().filter(Credential.changed_at.is_(None)).label("without_password"),
        select(func.count(SignInTry.id))
        .where(SignInTry.at > bindparam("tries_since"), SignInTry.username.in_(select(Person.username)))
        .scalar_subquery()
        .label("failed_tries"),
    )
    .select_from(Person)
    .outerjoin(Credential, Credential.person == Person.username)
    .where(account_on())
)
_ROLES = (
    select(PersonRole.person, PersonRole.role)
    .where(PersonRole.person.in_(bindparam("names", expanding=True)), role_held())
    .order_by(PersonRole.role)
)


@dataclass(frozen=True, slots=True)
class AccountFigures:
    """How many accounts are on, how many of them have no password yet, and the sign-ins to them that failed lately."""

    on: int
    without_password: int
    failed_tries: int


def account_figures(asker: Asker) -> AccountFigures:
    """The accounts in numbers, for an asker who manages them."""
    row = asker.session.execute(_FIGURES, {"at": asker.at, "tries_since": asker.at - TRIES_WITHIN}).one()
    return from_row(AccountFigures, row)


def accounts_in_view(desk: Desk, *, words: str = "", after: tuple[str, str] | None = None) -> AccountPage:
    """Accounts by name, a page of 50 after one of them; with `words`, those whose name or username holds them.

    Raises:
        Refused: this person does not manage accounts.
    """
    decision = desk.decide(Action.MANAGE_ACCOUNTS)
    if not decision.allowed:
        raise Refused(decision)
    at = desk.now()
    name, username = after or ("", "")
    which: dict[str, Any] = {"at": at, "idle_since": at - IDLE, "tries_since": at - TRIES_WITHIN}
    which |= {"after_name": folded(name), "after_username": username}
    which |= letters(words)
    with desk.reading() as session:
        found = session.execute(_FOUND if words.strip() else _ACCOUNTS, which).all()
        roles: dict[str, list[Role]] = {}
        for person, role in session.execute(_ROLES, {"names": [row.username for row in found], "at": at}):
            roles.setdefault(person, []).append(role)
        rows = [_row(row, tuple(roles.get(row.username, ())), at) for row in found[:PAGE]]
        shown = list(with_former_names(session, rows))
    more = len(found) > PAGE
    return AccountPage(shown, (rows[-1].name, rows[-1].username) if more else None)


def _row(row: Any, roles: tuple[Role, ...], at: datetime) -> AccountRow:
    if is_past(row.left_at, at):
        state = AccountState.OFF
    elif row.changed_at is not None:
        state = AccountState.ON
    else:
        state = AccountState.INVITED if row.invited_until else AccountState.NO_PASSWORD
    return AccountRow(
        username=row.username,
        name=row.name,
        capacity=row.capacity,
        roles=roles,
        state=state,
        second_factor=row.totp_confirmed_at is not None,
        last_sign_in=row.last_sign_in,
        live_sessions=row.live,
        failed_tries=row.tries,
        invited_until=row.invited_until,
    )
