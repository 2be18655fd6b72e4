"""How Casebook is served: uvicorn, with a limit to all that whoever has not signed in could hold on to.

`python -m okf serve` and `dev.py` start it so. Neither uvicorn's own command nor
`streamlit run` can be given a time in which a request must have come.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import ClassVar, Final

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

HOST: Final = "127.0.0.1"  # this machine alone; a proxy with TLS stands in front of anything wider
MOST_BYTES: Final = 4 * 1024 * 1024  # of one message of a socket: all that stands in a page's fields
# Connections and sockets at once, our default: 100 people with some tabs each, and as many strangers as the Gate takes.
MOST_AT_ONCE: Final = 2000
MOST_BYTES_OF_HEADERS: Final = 32 * 1024


class Connection(H11Protocol):
    """A connection that must bring a whole request and take its whole answer in time, and one of not too many.

    When one address has too many, the one whose time is over first goes, and never the newest: whoever holds them open
    keeps nobody else of that address out.
    """

    request_seconds: ClassVar[float] = 10
    answer_seconds: ClassVar[float] = 600  # an upload of 20 MiB, or a large export, over a poor line
    most_of_one_address: ClassVar[int] = 400

    _due: asyncio.TimerHandle
    _over_at: float
    _waits: bool

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._wait()
        others = [one for one in self.connections - {self} if isinstance(one, Connection) and one._of == self._of]
        if len(others) >= self.most_of_one_address:
            min(others, key=lambda one: one._over_at).transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._due.cancel()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Go on to wait for the answer once the headers are whole, and for nothing once this is a socket."""
        super().handle_events()
        if self not in self.connections:
            self._due.cancel()
            if getattr(self.transport.get_protocol(), "handshake_initiated", True) is False:
                self.transport.abort()  # uvicorn waits on headers that its library for sockets can't read
        elif self._waits and self.cycle is not None and not self.cycle.response_complete:
            self._waits = False
            self._within(self.answer_seconds)

    def on_response_complete(self) -> None:
        """Begin to wait for the next request."""
        self._wait()
        super().on_response_complete()

    @property
    def _of(self) -> str | None:
        return self.client[0] if self.client else None

    def _wait(self) -> None:
        self._waits = True
        self._within(self.request_seconds)

    def _within(self, seconds: float) -> None:
        if hasattr(self, "_due"):
            self._due.cancel()
        self._due = self.loop.call_later(seconds, self.transport.abort)
        self._over_at = time.monotonic() + seconds  # finer than the loop's own clock


def serve(app: str, port: int) -> None:
    """Serve an app on this machine alone until it is told to stop."""
    _make_room()
    uvicorn.run(
        app,
        host=HOST,
        port=port,
        http=Connection,
        h11_max_incomplete_event_size=MOST_BYTES_OF_HEADERS,
        limit_concurrency=MOST_AT_ONCE,
        ws_max_size=MOST_BYTES,
        proxy_headers=False,  # the Gate asks the settings whom to believe
        access_log=False,
        server_header=False,
        log_level="warning",
        timeout_graceful_shutdown=2,
    )


def _make_room() -> None:
    """Let the process hold as many connections as it may have at once, and files; many systems begin with 1,024."""
    if sys.platform == "win32":
        return
    import resource

    wanted = MOST_AT_ONCE + 500
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if resource.RLIM_INFINITY != soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
