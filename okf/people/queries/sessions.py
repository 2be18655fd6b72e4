"""Sessions as they stand: the one question behind every run, message, file and socket."""

from __future__ import annotations

import hashlib

from sqlalchemy import bindparam, select

from okf.desk import Desk
from okf.shell.live_session import IDLE, LiveSession
from okf.store.models import Person, SignInSession
from okf.store.rows import from_row
from okf.store.visible import account_on

_LIVE = (
    select(
        SignInSession.id,
        SignInSession.person,
        Person.name,
        SignInSession.second_factor,
        SignInSession.last_seen_at,
        SignInSession.expires_at,
    )
    .join(Person, Person.username == SignInSession.person)
    .where(
        SignInSession.ended_at.is_(None),
        SignInSession.expires_at > bindparam("at"),
        SignInSession.last_seen_at > bindparam("idle_since"),
        SignInSession.last_seen_at < bindparam("idle_until"),  # seen by a clock that ran ahead: over, and not for long
        account_on(),
    )
)
_BY_ID = _LIVE.where(SignInSession.id == bindparam("key"))
_BY_TOKEN = _LIVE.where(SignInSession.token_sha256 == bindparam("key"))


def live_session(desk: Desk, session_id: str) -> LiveSession | None:
    """The session of an id, unless it was ended, went idle or is over, or its person was switched off."""
    return _live(desk, _BY_ID, session_id)


def session_of_cookie(desk: Desk, token: str) -> LiveSession | None:
    """The session of a cookie's token, on the same terms."""
    return _live(desk, _BY_TOKEN, hashlib.sha256(token.encode()).hexdigest())


def _live(desk: Desk, statement: object, key: str) -> LiveSession | None:
    with desk.store.engine.connect() as connection:
        desk.store.see_newest(connection)
        at = desk.now()
        asked = {"key": key, "at": at, "idle_since": at - IDLE, "idle_until": at + IDLE}
        found = connection.execute(statement, asked).one_or_none()  # type: ignore[call-overload]
    return from_row(LiveSession, found) if found else None
