"""What is read once while nothing can have changed: within one reading, or within one run of a page."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from threading import get_ident
from time import monotonic
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.orm import Session

from okf.store.guards import GuardedSession

ONCE = "once"
LASTS = 1.0  # seconds: a run that takes longer reads again (our default)
T = TypeVar("T")


class _Commits:
    """The last commit of this process, as something that is no other one."""

    last: object = object()


@event.listens_for(GuardedSession, "after_commit")
def _committed(_: Session) -> None:
    _Commits.last = object()


class OneRun:
    """What one run of a page has read, until somebody writes, and never for longer than a moment.

    It belongs to the thread of the run: whatever goes on after the run, or
    beside it, reads for itself.
    """

    def __init__(self) -> None:
        self._thread = get_ident()
        self._read: dict[Hashable, Any] = {}
        self._commit, self._begun = _Commits.last, monotonic()

    def read(self) -> dict[Hashable, Any]:
        """What still holds of what was read."""
        if get_ident() != self._thread:
            return {}
        if self._commit is not _Commits.last or monotonic() - self._begun > LASTS:
            self._read, self._commit, self._begun = {}, _Commits.last, monotonic()
        return self._read


def once(session: Session, noun: Hashable, read: Callable[[], T]) -> T:
    """What was read of this noun before, or what is read of it now; a session that writes reads each time."""
    kept: dict[Hashable, Any] | None = session.info.get(ONCE)
    if kept is None:
        return read()
    if noun not in kept:
        kept[noun] = read()
    found: T = kept[noun]
    return found


def each(
    session: Session, noun: Hashable, keys: Collection[str], read: Callable[[Collection[str]], Mapping[str, T]]
) -> dict[str, T]:
    """The same for many of a noun, by key: only those not read before are read. Keys of nothing are left out."""
    if ONCE not in session.info:
        return dict(read(keys))
    known: dict[str, T | None] = once(session, noun, dict)
    missing = [key for key in keys if key not in known]
    if missing:
        known.update({**dict.fromkeys(missing), **read(missing)})  # at once: a read that fails says nothing of them
    return {key: fact for key in keys if (fact := known[key]) is not None}
