"""A client that speaks to the server over its websocket, as a browser does, and as an attacker may."""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.DownloadButton_pb2 import DownloadButton
from streamlit.proto.ForwardMsg_pb2 import BackendOperationResponse, ForwardMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from okf.desk import Desk
from okf.people.commands.sign_in import check_password
from okf.people.commands.tickets import Ticket
from okf.shell.live_session import Source
from tests.browser import PASSWORD, Served


def ask(
    url: str, *, body: Any = None, headers: dict[str, str] | None = None, method: str | None = None
) -> tuple[int, dict[str, str], bytes]:
    """One HTTP request: status, headers in small letters (cookies joined by a line each), body."""
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers=headers or {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, _headers(answer), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, _headers(error), error.read()


def _headers(answer: Any) -> dict[str, str]:
    told: dict[str, str] = {}
    for name, value in answer.headers.items():
        told[name.lower()] = f"{told[name.lower()]}\n{value}" if name.lower() in told else value
    return told


def our_page(served: Served) -> dict[str, str]:
    """The headers with which one of Casebook's own pages asks."""
    return {"origin": served.base_url, "content-type": "application/json"}


def cookie_of(served: Served, username: str, password: str = PASSWORD, *, door: Desk | None = None) -> str:
    """The cookies of a new session, got as the sign-in page gets them; `door` where it goes by another clock."""
    ticket = check_password(door or served.door, username, password, Source("127.0.0.1"))
    assert isinstance(ticket, Ticket)
    status, headers, _ = ask(
        f"{served.base_url}/session/begin", body={"ticket": ticket.token}, headers=our_page(served)
    )
    assert status == 204
    return "; ".join(line.split(";")[0] for line in headers["set-cookie"].split("\n"))


class Wire:
    """One websocket, and everything it was sent."""

    def __init__(self, served: Served, cookie: str | None = None, *, resume: str | None = None, **headers: str) -> None:
        self.sent: list[ForwardMsg] = []
        protocols = ["streamlit", "no-token", *([resume] if resume else [])]
        here = urlsplit(served.base_url)
        host = headers.pop("Host", here.netloc)
        more = {**({"Cookie": cookie} if cookie else {}), "Origin": served.base_url, **headers}
        self._connection = connect(
            f"ws://{host}/_stcore/stream",
            sock=socket.create_connection((here.hostname, here.port)),
            additional_headers=more,
            subprotocols=[Subprotocol(name) for name in protocols],
            max_size=None,
            proxy=None,
        )

    def __enter__(self) -> Wire:
        self.socket = self._connection.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.__exit__(kind, error, trace)

    def send(self, message: BackMsg) -> None:
        """Send one message and wait for nothing."""
        self.socket.send(message.SerializeToString())

    def hear(self, seconds: float = 10, *, until: str = "script_finished") -> list[ForwardMsg]:
        """What comes until a message of a kind, or until nothing has come for so long."""
        heard: list[ForwardMsg] = []
        while True:
            try:
                message = ForwardMsg.FromString(bytes(self.socket.recv(timeout=seconds)))  # type: ignore[arg-type]
            except TimeoutError:
                return heard
            heard.append(message)
            self.sent.append(message)
            if message.WhichOneof("type") == until:
                return heard

    def hear_end(self, seconds: float = 10) -> bool:
        """Whether the server ends the socket within so long."""
        try:
            while True:
                self.socket.recv(timeout=seconds)
        except ConnectionClosed:
            return True
        except TimeoutError:
            return False

    def run(self, seconds: float = 30, **state: Any) -> str:
        """Rerun the script as a browser would ask for it; the text it then shows."""
        self.send(BackMsg(rerun_script=ClientState(**state)))
        heard = self.hear(seconds)
        while heard and heard[-1].script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            heard += self.hear(seconds)
        return words(heard)

    def download_button(self, label: str) -> DownloadButton:
        """The download button that was last shown under a label with these words."""
        shown = [one.delta.new_element for one in reversed(self.sent) if one.HasField("delta")]
        buttons = [one.download_button for one in shown if one.HasField("download_button")]
        return next(one for one in buttons if label in one.label)

    def press(self, file_id: str) -> BackMsg:
        """The message with which a browser asks for a download button's file."""
        message = BackMsg()
        message.backend_operation_request.request_id = file_id
        message.backend_operation_request.session_id = self.streamlit_id
        message.backend_operation_request.deferred_file.file_id = file_id
        return message

    def fetched(self, file_id: str) -> BackendOperationResponse:
        """What the server answers to whoever asks for a file over this socket."""
        self.send(self.press(file_id))
        return self.hear(until="backend_operation_response")[-1].backend_operation_response

    @property
    def streamlit_id(self) -> str:
        """Streamlit's own id of this session, which stands in upload addresses too."""
        return next(m.new_session.initialize.session_id for m in self.sent if m.HasField("new_session"))


def words(messages: list[ForwardMsg]) -> str:
    """Every byte of what was shown, as text."""
    return "\n".join(str(message.delta) for message in messages if message.HasField("delta"))
