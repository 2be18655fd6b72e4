"""Throttling: failed tries to sign in, counted in the database by account and by source.

Three counts, each with a wait that doubles and ends (our defaults). Nobody can
lock somebody out for good: every wait is minutes, a try made while waiting is
neither checked nor counted, one that a clock which ran ahead dated later is
taken as of now, and a browser that this person signed in with before has a
count of its own, which a stranger's tries don't touch.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from okf.people.commands.tickets import Step
from okf.shell.live_session import Source
from okf.store.match_keys import Hasher
from okf.store.models import SignInSession, SignInTry


@dataclass(frozen=True, slots=True)
class Limit:
    """So many failed tries within a time are free; then each waits twice as long as the one before, up to `most`."""

    free: int
    within: timedelta
    most: timedelta
    first: timedelta = timedelta(seconds=30)

    def wait(self, tries: int) -> timedelta:
        """How long after the last try the next one is looked at."""
        over = tries - self.free
        return timedelta() if over < 0 else min(self.first * 2 ** min(over, 20), self.most)


BY_ACCOUNT_AND_SOURCE: Final = Limit(5, timedelta(days=1), timedelta(minutes=15))
BY_SOURCE: Final = Limit(30, timedelta(hours=1), timedelta(minutes=15))
BY_ACCOUNT: Final = Limit(20, timedelta(hours=1), timedelta(minutes=5))
# Whoever gets this far has the password: codes are counted over all sources, known ones too.
CODES_BY_ACCOUNT: Final = Limit(8, timedelta(hours=1), timedelta(minutes=15))
KEPT: Final = timedelta(days=1)
KNOWN_FOR: Final = timedelta(days=90)

_COUNT = select(func.count(), func.max(SignInTry.at))
_PAIR = _COUNT.where(
    SignInTry.username == bindparam("username"),
    SignInTry.source == bindparam("source"),
    SignInTry.at > bindparam("since"),
)
_SOURCE = _COUNT.where(SignInTry.source == bindparam("source"), SignInTry.at > bindparam("since"))
_ACCOUNT = _COUNT.where(SignInTry.username == bindparam("username"), SignInTry.at > bindparam("since"))
_CODES = _ACCOUNT.where(SignInTry.step == Step.CODE.value)
_KNOWN = (
    select(SignInSession.id)
    .where(
        SignInSession.browser_sha256 == bindparam("browser"),
        SignInSession.person == bindparam("username"),
        SignInSession.started_at > bindparam("since"),
    )
    .limit(1)
)


def account_key(session: Session, username: str, *, exists: bool) -> str:
    """Under which name tries are counted; an unknown one only as a keyed hash, since it may be a password.

    The session must be a writing one.
    """
    return username if exists else f"unknown:{Hasher.made(session).hash(username.casefold())}"


def _name(session: Session, username: str, source: Source, at: datetime) -> tuple[str, bool]:
    known = (
        source.browser is not None
        and session.execute(_KNOWN, {"browser": source.browser, "username": username, "since": at - KNOWN_FOR}).first()
    )
    return (f"browser:{source.browser}"[:80], True) if known else (source.address[:80], False)


def waiting_until(
    session: Session, username: str, source: Source, at: datetime, step: Step = Step.PASSWORD
) -> datetime | None:
    """The instant before which no try of this account from this source is looked at, or None."""
    session.execute(update(SignInTry).where(SignInTry.at > at).values(at=at))
    name, known = _name(session, username, source, at)
    counts = [(BY_ACCOUNT_AND_SOURCE, _PAIR)]
    if not known:
        counts += [(BY_SOURCE, _SOURCE), (BY_ACCOUNT, _ACCOUNT)]
    if step is Step.CODE:
        counts += [(CODES_BY_ACCOUNT, _CODES)]
    latest = at
    for limit, statement in counts:
        which = {"username": username, "source": name, "since": at - limit.within}
        tries, last = session.execute(statement, which).one()
        if tries:
            latest = max(latest, last + limit.wait(tries))
    return latest if latest > at else None


def count_try(session: Session, username: str, source: Source, at: datetime, step: Step = Step.PASSWORD) -> SignInTry:
    """Count a try as failed before it is looked at, so that a hundred at once don't all pass; taken back on success."""
    session.execute(delete(SignInTry).where(SignInTry.at < at - KEPT))
    tried = SignInTry(username=username, source=_name(session, username, source, at)[0], step=step.value, at=at)
    session.add(tried)
    session.flush()
    return tried


def forget_try(session: Session, tried_id: int) -> None:
    """Take back one try: it was right."""
    session.execute(delete(SignInTry).where(SignInTry.id == tried_id))


def forget_tries(session: Session, username: str, source: Source | None, at: datetime) -> int:
    """Forget an account's failed tries from one source, or from everywhere; how many there were."""
    statement = delete(SignInTry).where(SignInTry.username == username)
    if source is not None:
        statement = statement.where(SignInTry.source == _name(session, username, source, at)[0])
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]
