"""What this process serves: the store, and what the nouns give the shell."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import streamlit as st

from okf.desk import Desk
from okf.policy.least import Work
from okf.shell.live_session import LiveSession

Deeds = tuple[Callable[[Desk], object], ...]


@dataclass(frozen=True, slots=True)
class Parts:
    """What the shell is given of the nouns, which it doesn't know; `okf/parts.py` puts it together.

    `sign_in` draws the page of whoever has no session, `banner` what can't
    wait on everybody else's, `whom_to_ring` who can be rung where a page can't
    be read, `found` what a search finds; `waiting` says how much waits for
    whoever is here, by the address of its page. While `doors_closed` whoever is in sees one page.
    The deeds are done on the host's desk.
    """

    session_of_cookie: Callable[[Desk, str], LiveSession | None]
    live_session: Callable[[Desk, str], LiveSession | None]
    note_seen: Callable[[Desk, str], object]
    end_session: Callable[[Desk, str], object]
    sign_in: Callable[[], None]
    banner: Callable[[Desk], None]
    whom_to_ring: Callable[[Desk], object]
    found: Callable[[Desk, str], None]
    waiting: Callable[[Desk], Mapping[str, int]]
    doors_closed: Callable[[Desk], bool]
    changed_texts: Callable[[Desk], tuple[str, ...]]
    at_start: Deeds
    each_hour: Deeds
    at_once: Deeds


_served: list[tuple[Desk, Parts]] = []
_changed: list[str] = []


def open_app(door: Desk, parts: Parts) -> None:
    """Serve this desk's store from now on; `app.py` does it once, tests once each."""
    _served[:] = [(door, parts)]
    check_agreement_texts(door)


def check_agreement_texts(desk: Desk) -> None:
    """Check that no published agreement's text was changed; changed ones are named on every page and in the log."""
    _changed[:] = parts().changed_texts(desk)
    for name in _changed:
        logging.getLogger("casebook").error("the text of the agreement %s is not the published one", name)


def changed_agreements() -> tuple[str, ...]:
    """The agreement versions whose text was found changed at the last check."""
    return tuple(_changed)


def door() -> Desk:
    """The desk at the door, where nobody has signed in."""
    return _now_served()[0]


def parts() -> Parts:
    """What the shell was given of the nouns."""
    return _now_served()[1]


def _now_served() -> tuple[Desk, Parts]:
    if not _served:
        raise RuntimeError("Nothing is served yet: start it as `python -m okf serve`.")
    return _served[0]


def desk_of(session: LiveSession) -> Desk:
    """The desk of a person whose session was just found live."""
    at = door()
    return Desk(at.store, session.person, now=at.machine, session_id=session.id, acting=_acting(session.id))


@lru_cache(maxsize=1_000)
def _acting(_session_id: str) -> dict[str, Work]:
    """In which work somebody chose to act, by case, in this sign-in: a link draws a page in a new session of Streamlit.

    Where there are very many sign-ins, the one longest not seen has to choose again.
    """
    return {}


def session_here() -> str | None:
    """The session that the Gate named for this socket. Tests without a server replace this."""
    named = st.user.get("okf_session")
    return named if isinstance(named, str) else None
