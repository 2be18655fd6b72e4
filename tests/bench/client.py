"""A browser's side of Streamlit's websocket, so far as a page's full rerun needs it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from types import TracebackType

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

FINISHED = ForwardMsg.FINISHED_SUCCESSFULLY


@dataclass
class Shown:
    """What one run sent: how long it took, how many elements and bytes, and whether one was an error."""

    seconds: float
    elements: int = 0
    received: int = 0
    kinds: list[str] = field(default_factory=list)
    page: str = ""

    @property
    def failed(self) -> bool:
        return "exception" in self.kinds


class Tab:
    """One open page of one server, as somebody's browser has it."""

    def __init__(self, base_url: str, path: str, *, query: str = "", cookie: str | None = None) -> None:
        self.base_url, self.path, self.query = base_url, path, query
        self._headers = {"Cookie": f"okf_session={cookie}"} if cookie else {}
        self._socket: ClientConnection | None = None
        self._page = ""

    async def __aenter__(self) -> Tab:
        address = self.base_url.replace("http", "ws", 1) + "/_stcore/stream"
        self._socket = await connect(
            address,
            subprotocols=["streamlit", "unused"],
            origin=self.base_url,
            additional_headers=self._headers,
            max_size=None,
            ping_interval=None,
        )
        self.first = await self._run(page_name=self.path)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._socket is not None:
            await self._socket.close()

    async def rerun(self) -> Shown:
        """The page's full rerun, as after a click."""
        return await self._run(page_script_hash=self._page)

    async def _run(self, **page: str) -> Shown:
        assert self._socket is not None
        back = BackMsg()
        back.rerun_script.query_string = self.query
        for name, value in page.items():
            setattr(back.rerun_script, name, value)
        message = back.SerializeToString()
        shown = Shown(0.0)
        begun = time.perf_counter()
        await self._socket.send(message)
        messages = []
        while True:
            messages.append(await self._socket.recv())
            # The last message of a run is this short one: the others are looked at when time no longer counts.
            if len(messages[-1]) < 64 and ForwardMsg.FromString(messages[-1]).WhichOneof("type") == "script_finished":
                break
        shown.seconds = time.perf_counter() - begun
        self._read(shown, messages)
        return shown

    def _read(self, shown: Shown, messages: list[bytes]) -> None:
        for raw in messages:
            message = ForwardMsg.FromString(raw)
            shown.received += len(raw)
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self._page = message.new_session.page_script_hash or self._page
            elif kind == "navigation":
                self._page = message.navigation.page_script_hash or self._page
            elif kind == "delta":
                shown.elements += 1
                element = message.delta.new_element.WhichOneof("type") if message.delta.HasField("new_element") else ""
                shown.kinds.append(element or message.delta.WhichOneof("type") or "")
            elif kind == "ref_hash":
                shown.elements += 1
            elif kind == "page_not_found":
                raise LookupError(f"{self.base_url}/{self.path}: no such page for this person")
            elif kind == "script_finished" and message.script_finished != FINISHED:
                raise RuntimeError(f"{self.base_url}/{self.path}: the run ended early: {message.script_finished}")
        shown.page = self._page
