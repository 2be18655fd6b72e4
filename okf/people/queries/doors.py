"""Whether Casebook's doors are closed: an earlier copy is in the database's place, and two have yet to sign for it."""

from __future__ import annotations

from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from okf.desk import Desk
from okf.errors import StoreUnavailable
from okf.policy.access import decide
from okf.store.models import Restoration
from okf.terms import Action

_WAITS: Final = select(exists().where(Restoration.opened_at.is_(None)))


def doors_closed(desk: Desk) -> bool:
    """Whether only those who may sign for what was put back can sign in.

    While the database can't be read they stand as ever: nothing else opens
    then, and whoever was signed in can still raise a concern.
    """
    try:
        with desk.store.engine.connect() as connection:
            return bool(connection.execute(_WAITS).scalar())
    except StoreUnavailable:
        return False


def kept_out(desk: Desk, session: Session, person: str) -> bool:
    """Whether this person must wait before they can sign in."""
    if not session.scalar(_WAITS):
        return False
    return not decide(desk.question(session, Action.SIGN_RESTORATION, actor=person)).allowed
