"""Accounts as an administrator sees them: who, in which capacity, and how they sign in; no case, no service user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import bindparam, func, or_, select

from okf.asker import Asker
from okf.clock import is_past
from okf.desk import Desk
from okf.errors import Refused
from okf.paging import FIRST, AnySelect, Order, Page, Paged, Sort, order_of
from okf.shell.live_session import IDLE
from okf.store.former import with_former_names
from okf.store.models import Credential, Invitation, Person, PersonRole, SignInSession, SignInTry
from okf.store.names import NAME_HAS_LETTERS, USERNAME_HAS_LETTERS, letters
from okf.store.rows import from_row
from okf.store.visible import account_on, role_held
from okf.terms import Action, Capacity, Role

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
_ACCOUNTS: AnySelect = select(
    Person.username,
    Person.name,
    Person.name_folded,
    Person.capacity,
    Person.left_at,
    Credential.changed_at,
    Credential.totp_confirmed_at,
    _LAST.label("last_sign_in"),
    _LIVE.label("live"),
    _TRIES.label("tries"),
    _INVITED.label("invited_until"),
).outerjoin(Credential, Credential.person == Person.username)
# By whatever it stands, it is no more than the people who ever had an account.
SORTS: Final[Mapping[str, Order]] = {
    "name": Order((Person.name_folded, Person.username)),
    "username": Order((Person.username,)),
    "capacity": Order((Person.capacity, Person.name_folded, Person.username)),
    "signed_in": Order((_LAST.label("last_sign_in"), Person.username), gaps=True),
}
BY_NAME: Final = Sort("name")
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


def accounts_in_view(desk: Desk, *, words: str = "", page: Page = FIRST, sort: Sort = BY_NAME) -> Paged[AccountRow]:
    """Accounts, one page of them; with `words`, those whose name or username holds them.

    Raises:
        Refused: this person does not manage accounts.
    """
    decision = desk.decide(Action.MANAGE_ACCOUNTS)
    if not decision.allowed:
        raise Refused(decision)
    at = desk.now()
    which: dict[str, Any] = {"at": at, "idle_since": at - IDLE, "tries_since": at - TRIES_WITHIN}
    which |= letters(words)
    with desk.reading() as session:
        found = order_of(SORTS, sort).page(session, _FOUND if words.strip() else _ACCOUNTS, which, page)
        roles: dict[str, list[Role]] = {}
        for person, role in session.execute(_ROLES, {"names": [row.username for row in found.rows], "at": at}):
            roles.setdefault(person, []).append(role)
        rows = [_row(row, tuple(roles.get(row.username, ())), at) for row in found.rows]
        return Paged(with_former_names(session, rows), found.next, found.previous)


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
