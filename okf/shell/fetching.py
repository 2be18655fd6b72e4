"""Whose file it is: made for the session that was shown its button, and served to the session that fetched it.

Streamlit runs what makes a file for whoever sends its id, and serves it to
whoever has its address, until two pages anywhere were drawn. The Gate says here
who asks, and serves the file by itself.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast
from urllib.parse import quote
from weakref import WeakSet

from starlette.responses import Response
from starlette.types import Message, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime
from streamlit.runtime.memory_media_file_storage import MemoryFile, MemoryMediaFileStorage

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


@dataclass(frozen=True, slots=True)
class _Waiting:
    session_id: str
    until: datetime
    file: MemoryFile


class Addresses:
    """The files that wait at their addresses, each for one session and a minute."""

    def __init__(self) -> None:
        self._told: dict[str, _Waiting] = {}
        _SERVING.add(self)

    def forget(self) -> None:
        """Serve none of them any more."""
        self._told = {}

    def tell(self, address: str, session_id: str, at: datetime, file: MemoryFile) -> None:
        """Keep a file, and to whom its address is told; those whose minute is over are forgotten."""
        self._told = {one: told for one, told in self._told.items() if at < told.until}
        self._told[address] = _Waiting(session_id, at + ANSWERS_FOR, file)

    def answers(self, address: str, session_id: str, at: datetime) -> bool:
        """Whether the address was just told to this session."""
        told = self._told.get(address)
        return told is not None and told.session_id == session_id and at < told.until

    def served(self, address: str) -> Response | None:
        """The file that waits there, to be saved under its name."""
        told = self._told.get(address)
        if told is None:
            return None
        saved_as = f"attachment; filename*=utf-8''{quote(told.file.filename or '', safe='')}"
        return Response(told.file.content, media_type=told.file.mimetype, headers={"content-disposition": saved_as})


_SERVING: Final[WeakSet[Addresses]] = WeakSet()


def forget_waiting_files() -> None:
    """Serve no file that was made until now: what is in one may have been sealed since. Who wants one presses again."""
    for addresses in tuple(_SERVING):
        addresses.forget()


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
                url = answer.deferred_file.url
                self._addresses.tell(url, fetch.session_id, at, _made(url))
            elif fetch:
                answer.error_msg = fetch.said
                message = {**message, "bytes": forward.SerializeToString()}
        await send(message)


def _made(address: str) -> MemoryFile:
    """The file that Streamlit has just made."""
    storage = cast(MemoryMediaFileStorage, Runtime.instance().media_file_mgr._storage)  # it has no door of its own
    return storage.get_file(address.rpartition("/")[2])
