"""A session that lets somebody in, as the shell knows it; times in UTC."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

IDLE: Final = timedelta(minutes=15)
ABSOLUTE: Final = timedelta(hours=8)
SEEN_EVERY: Final = timedelta(minutes=1)
WARN_SECONDS: Final = 180


def mark_of(session_id: str) -> str:
    """What a page tells a session from another by; nobody gets in with it."""
    return hashlib.sha256(session_id.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A session that lets its person in at this instant."""

    id: str
    person: str
    name: str
    second_factor: bool
    last_seen_at: datetime
    expires_at: datetime

    @property
    def mark(self) -> str:
        """What a page tells this session from another by; nobody gets in with it."""
        return mark_of(self.id)

    def ends_at(self) -> datetime:
        """When it ends if nothing more is done."""
        return min(self.last_seen_at + IDLE, self.expires_at)

    def seconds_left(self, now: datetime) -> int:
        """How long it lasts from an instant if nothing more is done."""
        return max(0, int((self.ends_at() - now).total_seconds()))


@dataclass(frozen=True, slots=True)
class Source:
    """Where a try comes from: a network address, and the hash of the cookie that marks a browser, if it has one."""

    address: str
    browser: str | None = None
