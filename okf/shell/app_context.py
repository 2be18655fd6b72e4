"""The one store this process serves, behind a desk at which nobody has signed in."""

from __future__ import annotations

import logging

from okf.desk import Desk
from okf.people.queries.sessions import LiveSession
from okf.proof.queries.changed_texts import changed_texts

_doors: list[Desk] = []
_alarms: list[str] = []


def open_house(door: Desk) -> None:
    """Serve this desk's store from now on; `app.py` does it once, tests once each."""
    _doors[:] = [door]
    look_at_texts(door)


def look_at_texts(desk: Desk) -> None:
    """Look whether every published agreement reads as it did; what does not is told on every page, and logged."""
    _alarms[:] = changed_texts(desk)
    for name in _alarms:
        logging.getLogger("casebook").error("the text of the agreement %s is not the published one", name)


def alarms() -> tuple[str, ...]:
    """The agreement versions found changed when they were looked at last."""
    return tuple(_alarms)


def door() -> Desk:
    """The desk at the door, where nobody has signed in."""
    if not _doors:
        raise RuntimeError("The house is not open: start it as `uvicorn app:app` or `streamlit run app.py`.")
    return _doors[0]


def desk_of(session: LiveSession) -> Desk:
    """The desk of a person whose session was just found live."""
    at = door()
    return Desk(at.store, session.person, now=at.now, session_id=session.id)
