"""Sessions as they stand: the one question behind every run, message, file and socket.

While the database can't be read a session that it last said was live counts
as that, within its times: so whoever was signed in can still raise a concern.
Nothing else opens by it, since everything else asks the database. While it
can't be written, use and sign-out are noted here.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select

from okf.clock import is_past
from okf.desk import Desk
from okf.errors import StoreUnavailable
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
        SignInSession.last_seen_at < bindparam("idle_until"),  # seen by a clock that ran ahead: over, and not for long
        account_on(),
    )
)
_BY_ID = _LIVE.where(SignInSession.id == bindparam("key"))
_BY_TOKEN = _LIVE.where(SignInSession.token_sha256 == bindparam("key"))
_ENDED_BY_NOBODY = (
    select(SignInSession.id)
    .join(Person, Person.username == SignInSession.person)
    .where(SignInSession.token_sha256 == bindparam("key"), SignInSession.ended_at.is_(None), account_on())
)
_KNOWN_MOST: Final = 10_000
_last_known: dict[str, LiveSession] = {}  # by id and by the hash of the cookie's token
_used: dict[str, datetime] = {}
_over: set[str] = set()


def live_session(desk: Desk, session_id: str) -> LiveSession | None:
    """The session of an id, unless it was ended, went idle or is over, or its person was switched off."""
    return _live(desk, _BY_ID, session_id)


def session_of_cookie(desk: Desk, token: str) -> LiveSession | None:
    """The session of a cookie's token, on the same terms."""
    return _live(desk, _BY_TOKEN, hashlib.sha256(token.encode()).hexdigest())


def timed_out(desk: Desk, token: str) -> bool:
    """Whether the session of this token, which is not live, is over by time alone: nobody ended it."""
    with desk.store.engine.connect() as connection:
        asked = {"key": hashlib.sha256(token.encode()).hexdigest(), "at": desk.now()}
        session_id = connection.scalar(_ENDED_BY_NOBODY, asked)
    return session_id is not None and session_id not in _over


def note_unwritten_use(session_id: str, at: datetime) -> None:
    """Count a session as used at this instant, though the database can't be told so."""
    _used[session_id] = at


def forget_session(session_id: str) -> None:
    """Let a session open nothing any more, though the database can't be told so: it is over there within minutes."""
    _over.add(session_id)


def _live(desk: Desk, statement: object, key: str) -> LiveSession | None:
    try:
        with desk.store.engine.connect() as connection:
            desk.store.see_newest(connection)
            asked = {"key": key, "at": desk.now(), "idle_until": desk.now() + IDLE}
            row = connection.execute(statement, asked).one_or_none()  # type: ignore[call-overload]
        found = from_row(LiveSession, row) if row else None
    except StoreUnavailable:
        found = _last_known.get(key)
        if found is None:
            raise
    at = desk.now()
    if found is not None:
        found = replace(found, last_seen_at=max(found.last_seen_at, _used.get(found.id, found.last_seen_at)))
    if found is None or found.id in _over or is_past(found.ends_at(), at):
        _last_known.pop(key, None)
        return None
    if len(_last_known) >= _KNOWN_MOST:
        _last_known.clear()
    _last_known[key] = found
    return found
