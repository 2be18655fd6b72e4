"""Whose file it is: made for the session that was shown its button, and served to the session that fetched it.

Streamlit runs what makes a file for whoever sends its id, and serves it to
whoever has its address, whoever they are. The Gate says here who asks.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from starlette.types import Message, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

ANSWERS_FOR: Final = timedelta(minutes=1)  # a browser comes for its file at once


@dataclass(slots=True)
class Fetch:
    """One press of a button: by which session, and what is said if no file comes of it."""

    session_id: str
    said: str = "This file could not be made."


_fetch: ContextVar[Fetch | None] = ContextVar("okf_fetch", default=None)


def this_fetch() -> Fetch | None:
    """The press for which something is made here and now; None when the Gate let none through."""
    return _fetch.get()


class Addresses:
    """The addresses at which files wait, each for one session and a minute."""

    def __init__(self) -> None:
        self._told: dict[str, tuple[str, datetime]] = {}

    def tell(self, address: str, session_id: str, at: datetime) -> None:
        """Keep to whom an address is told; what nobody came for is forgotten."""
        self._told = {one: told for one, told in self._told.items() if at < told[1]}
        self._told[address] = session_id, at + ANSWERS_FOR

    def answers(self, address: str, session_id: str, at: datetime) -> bool:
        """Whether the address was just told to this session."""
        owner, until = self._told.get(address, (None, at))
        return owner == session_id and at < until


class Fetches:
    """The files that one socket asks for, and what it is told of each."""

    def __init__(self, session_id: str, addresses: Addresses) -> None:
        self._session_id = session_id
        self._addresses = addresses
        self._open: dict[str, Fetch] = {}

    def note(self, back: BackMsg) -> None:
        """If a message asks for a file, let what makes it know whose press it is."""
        asked = back.backend_operation_request
        if asked.WhichOneof("payload") == "deferred_file":
            # Streamlit makes the file in a thread that takes over the context of the task that reads the socket.
            self._open[asked.request_id] = fetch = Fetch(self._session_id)
            _fetch.set(fetch)

    async def tell(self, message: Message, send: Send, at: datetime) -> None:
        """Send a message on: of a file its address is kept as this session's, of none what was wrong is said."""
        content = message.get("bytes") if self._open else None
        if content:
            forward = ForwardMsg.FromString(content)
            answer = forward.backend_operation_response
            fetch = self._open.pop(answer.request_id, None)
            if fetch and answer.HasField("deferred_file"):
                self._addresses.tell(answer.deferred_file.url, fetch.session_id, at)
            elif fetch:
                answer.error_msg = fetch.said
                message = {**message, "bytes": forward.SerializeToString()}
        await send(message)
