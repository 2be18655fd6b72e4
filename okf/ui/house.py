"""The one store this process serves, behind a desk at which nobody has signed in."""

from __future__ import annotations

from okf.desk import Desk
from okf.queries.sessions import LiveSession

_doors: list[Desk] = []


def open_house(door: Desk) -> None:
    """Serve this desk's store from now on; `app.py` does it once, tests once each."""
    _doors[:] = [door]


def door() -> Desk:
    """The desk at the door, where nobody has signed in."""
    if not _doors:
        raise RuntimeError("The house is not open: start it as `uvicorn app:app` or `streamlit run app.py`.")
    return _doors[0]


def desk_of(session: LiveSession) -> Desk:
    """The desk of a person whose session was just found live."""
    at = door()
    return Desk(at.store, session.person, now=at.now, session_id=session.id)
