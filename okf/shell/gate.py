"""The Gate: an ASGI middleware that checks the session of every request, socket and message.

The script alone can't guard: fragments, callbacks, deferred downloads and
files are served without it. What each method cures is measured, and
`tests/people/test_gate.py` shows the attack that works without it.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import streamlit
from anyio import CapacityLimiter, to_thread
from google.protobuf.message import DecodeError
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime import Runtime
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.utils import get_remote_addr, is_ssl

from okf.desk import Desk
from okf.errors import StoreUnavailable
from okf.settings import settings
from okf.shell import cookies
from okf.shell.app_context import parts
from okf.shell.fetching import Addresses, Fetches
from okf.shell.live_session import SEEN_EVERY, LiveSession
from okf.shell.serving import MOST_BYTES
from okf.shell.turned_away import TurnedAway

SESSION_HEADER: Final = b"x-okf-session"
SESSION_NAME: Final = {"x-okf-session": "okf_session"}  # what server.trustedUserHeaders must be
BROWSER_HEADER: Final = b"x-okf-browser"
STREAM: Final = "/_stcore/stream"
UPLOADS: Final = "/_stcore/upload_file/"
PLAIN: Final = {"http": "http", "websocket": "ws"}  # the scheme without TLS
PUBLIC: Final = frozenset({STREAM, "/_stcore/health", "/_stcore/host-config"})
FILES: Final = "/media"
PRIVATE: Final = (FILES, "/component", "/_stcore/upload_file", "/_stcore/bidi-components")
CLOSED: Final = ("/_stcore", "/auth", "/oauth2callback", "/app/static")
# The rest would reach everybody's caches, the server's switches or its folders.
BEFORE_SIGN_IN: Final = frozenset({"rerun_script", "stop_script", "app_heartbeat"})
MESSAGES: Final = BEFORE_SIGN_IN | {"file_urls_request", "backend_operation_request"}
OPERATIONS: Final = frozenset({"deferred_file"})
HARMLESS: Final = frozenset({"app_heartbeat", "stop_script"})
# Who only reads may come by a link or a bookmark, which name no origin; whatever else asks says where it comes from.
READS: Final = frozenset({"GET", "HEAD"})
MOST_BYTES_AT_THE_DOOR: Final = 64 * 1024  # of one message before sign-in, our default
SECONDS_AT_THE_DOOR: Final = 10.0  # in which the body of a request before sign-in must have come
# Sockets of whoever has not signed in, our defaults: an office of 100 behind one address, each with another tab.
MOST_SOCKETS_OF_ONE_ADDRESS: Final = 200
MOST_SOCKETS_AT_THE_DOOR: Final = 400
SECONDS_KEPT: Final = 60  # server.disconnectedSessionTTL: so long Streamlit keeps what a closed socket had


class Gate:
    """Lets through what the session row allows at this instant, and adds the headers that Streamlit doesn't send."""

    def __init__(self, app: ASGIApp, door: Callable[[], Desk]) -> None:
        self.app = app
        self._door = door
        self._limiter: CapacityLimiter | None = None
        self._policy = content_policy()
        self._at_the_door: Counter[str] = Counter()
        self._believing: ProxyHeadersMiddleware | None = None
        self._origin: str | None = None
        self._addresses = Addresses()
        self._turned_away = TurnedAway()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, then pass on."""
        if scope["type"] in ("http", "websocket"):
            self._believing = self._believing or self._as_set()
            await self._believing(as_it_came(scope, receive), receive, send)  # type: ignore[arg-type]
        else:
            await self.app(scope, receive, send)

    def _as_set(self) -> ProxyHeadersMiddleware:
        """Keep to the settings: the one address that is ours, and the proxy that alone says who asks and how."""
        here = settings()
        self._origin = here.origin
        if here.origin is not None:
            config.set_option("server.allowedHosts", [urlsplit(here.origin).hostname])
        return ProxyHeadersMiddleware(self._asked, trusted_hosts=list(here.proxies))  # type: ignore[arg-type]

    async def _asked(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._origin is not None:
            scope = {**scope, "scheme": PLAIN[scope["type"]] + "s" * self._origin.startswith("https:")}
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        else:
            await self._socket(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        send = self._with_headers(scope, send)
        if not self.is_our_host(scope):
            self._turned_away.note("not by our name", scope)
            await PlainTextResponse("This address is not ours.", 400)(scope, receive, send)
        elif self.is_from_elsewhere(scope):
            self._turned_away.note("not from our pages", scope)
            await PlainTextResponse("Only Casebook's own pages may ask for this.", 403)(scope, receive, send)
        elif self.is_private(scope["path"]):
            session = await self._session_of(scope)
            if session is None:
                await PlainTextResponse("Sign in first.", 401)(scope, receive, send)
            elif not (self.is_ones_own(scope["path"], session) and self.is_theirs(scope["path"], session)):
                self._turned_away.note("a file that is not this session's", scope)
                await PlainTextResponse("Not found.", 404)(scope, receive, send)
            else:
                answer = self._addresses.served(scope["path"]) or self.app
                await answer(self.named(scope, None), receive, send)
        elif self.is_closed(scope["path"]):
            await PlainTextResponse("Not found.", 404)(scope, receive, send)
        else:
            await self._briefly(self.named(scope, None), receive, send)

    async def _briefly(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on whose body must have come soon; the routes that read one say how large it may be."""
        whole = False
        until = asyncio.get_running_loop().time() + SECONDS_AT_THE_DOOR

        async def brief() -> Message:
            nonlocal whole
            if whole:
                return await receive()
            try:
                async with asyncio.timeout_at(until):
                    message = await receive()
            except TimeoutError:
                raise _TooSlow from None
            whole = not message.get("more_body", False)
            return message

        try:
            await self.app(scope, brief, send)
        except _TooSlow:
            await PlainTextResponse("That took too long.", 408, {"connection": "close"})(scope, receive, send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] != STREAM or not self.is_our_host(scope) or self.is_from_elsewhere(scope):
            self._turned_away.note("a socket that is not of our pages", scope)
            await send({"type": "websocket.close", "code": 1008})
            return
        session = await self._session_of(scope)
        if session is None:
            await self._stranger(scope, receive, send)
        else:
            await self._stream(scope, receive, send, session)

    async def _stranger(self, scope: Scope, receive: Receive, send: Send) -> None:
        source = cookies.source(scope).address
        if self.is_full(source):
            self._turned_away.note("too many sockets before sign-in", scope)
            await send({"type": "websocket.close", "code": 1013})
            return
        self._at_the_door[source] += 1
        try:
            await self._stream(scope, receive, send, None)
        finally:
            asyncio.get_running_loop().call_later(SECONDS_KEPT, self._leave_the_door, source)

    def _leave_the_door(self, source: str) -> None:
        self._at_the_door -= Counter([source])

    async def _stream(self, scope: Scope, receive: Receive, send: Send, session: LiveSession | None) -> None:
        resumed = len(_protocols(scope)) > 2
        first = True
        fetches = Fetches(session.id, self._addresses) if session else None

        async def checked() -> Message:
            nonlocal first
            while True:
                message = await receive()
                if message["type"] != "websocket.receive" or not message.get("bytes"):
                    return message
                most = MOST_BYTES_AT_THE_DOOR if session is None else MOST_BYTES
                back = None if len(message["bytes"]) > most else _read(message["bytes"])
                if back is None:
                    self._turned_away.note("a message that no page sends", scope)
                    return {"type": "websocket.disconnect", "code": 1008}
                first_now, first = first, False
                kind = back.WhichOneof("type")
                if not self.is_known(back, signed_in=session is not None):
                    continue
                if session is None or kind in HARMLESS:
                    return message
                # A socket that comes back after a break reruns by itself: nobody did anything.
                moves = not (resumed and first_now) and not back.rerun_script.is_auto_rerun
                passed = await self.let_through(message, back, session.id, moves=moves)
                if fetches and passed is message:
                    fetches.note(back)
                return passed

        async def told(message: Message) -> None:
            await (fetches.tell(message, send, self._door().now()) if fetches else send(message))

        await self.app(self.named(scope, session), checked, told)

    async def let_through(self, message: Message, back: BackMsg, session_id: str, *, moves: bool) -> Message:
        """The message, or for an ended session a plain rerun, which runs nothing but the sign-in."""
        if await self._in_thread(self._still_live, session_id, moves):
            return message
        plain = BackMsg()
        plain.rerun_script.query_string = back.rerun_script.query_string
        plain.rerun_script.page_script_hash = back.rerun_script.page_script_hash
        plain.rerun_script.page_name = back.rerun_script.page_name
        return {**message, "bytes": plain.SerializeToString()}

    def named(self, scope: Scope, session: LiveSession | None) -> Scope:
        """The request with our own word for whose session it is, and nobody else's.

        Streamlit gives a live session to whoever sends its id; with the name
        in the headers it also compares that. A socket without a session may
        not name one to go on with.
        """
        ours = (SESSION_HEADER, BROWSER_HEADER)
        headers = [(key, value) for key, value in scope["headers"] if key not in ours]
        if session is not None:
            headers.append((SESSION_HEADER, session.id.encode()))
        elif scope["type"] == "websocket":
            headers = [
                (k, b", ".join(_protocols(scope)[:2]) if k == b"sec-websocket-protocol" else v) for k, v in headers
            ]
        known = cookies.browser_hash(scope)
        if known:
            headers.append((BROWSER_HEADER, known.encode()))
        return {**scope, "headers": headers}

    def is_known(self, back: BackMsg, *, signed_in: bool) -> bool:
        """Whether a message is one that a page needs; the others are dropped."""
        kind = back.WhichOneof("type")
        if kind == "backend_operation_request":
            return signed_in and back.backend_operation_request.WhichOneof("payload") in OPERATIONS
        return kind in (MESSAGES if signed_in else BEFORE_SIGN_IN)

    def is_our_host(self, scope: Scope) -> bool:
        """Whether a request asks for us by a name that is ours."""
        host = cookies.header(scope, b"host")
        return is_host_allowed(host) if self._origin is None else host == self._origin.partition("://")[2]

    def is_from_elsewhere(self, scope: Scope) -> bool:
        """Whether the page that asks is not one of ours: scheme, host and port of its Origin are not this request's.

        Streamlit would let in any page of this machine, and look up its own
        outside address at a third party for every other.
        """
        named = [value for key, value in scope["headers"] if key == b"origin"]
        if not named:
            return scope["type"] == "websocket" or scope["method"] not in READS
        scheme = "https" if cookies.is_secure(scope) else "http"
        return named != [f"{scheme}://{cookies.header(scope, b'host')}".encode("latin-1")]

    def is_full(self, source: str) -> bool:
        """Whether so many sockets stand before the sign-in, of one address or in all, that no other may."""
        of_all, of_one = self._at_the_door.total(), self._at_the_door[source]
        return of_one >= MOST_SOCKETS_OF_ONE_ADDRESS or of_all >= MOST_SOCKETS_AT_THE_DOOR

    def is_ones_own(self, path: str, session: LiveSession) -> bool:
        """Whether a path is no upload's, or that of a page which was opened in this session.

        Streamlit takes a file, and deletes one, for whoever has the id of the page's socket.
        """
        if not path.startswith(UPLOADS):
            return True
        page = Runtime.instance().get_app_session(path.removeprefix(UPLOADS).split("/")[0])
        return page is not None and page.matches_user_info(dict.fromkeys(SESSION_NAME.values(), session.id))

    def is_private(self, path: str) -> bool:
        """Whether a path serves what somebody was shown or sent."""
        return _under(path, PRIVATE)

    def is_theirs(self, path: str, session: LiveSession) -> bool:
        """Whether this session may have what a private path serves: a file is theirs if they fetched it just now."""
        return not _under(path, (FILES,)) or self._addresses.answers(path, session.id, self._door().now())

    def is_closed(self, path: str) -> bool:
        """Whether a path is one of Streamlit's that nobody needs: figures of use, the agents' door, other sign-ins."""
        return path not in PUBLIC and _under(path, CLOSED)

    async def _session_of(self, scope: Scope) -> LiveSession | None:
        token = cookies.cookie(scope, cookies.SESSION)
        try:
            return await self._in_thread(parts().session_of_cookie, self._door(), token) if token else None
        except StoreUnavailable:
            return None  # whoever was never seen here is a stranger until the database can tell

    def _still_live(self, session_id: str, moves: bool) -> bool:
        door = self._door()
        try:
            session = parts().live_session(door, session_id)
        except StoreUnavailable:
            return False
        if session is not None and moves and door.now() - session.last_seen_at >= SEEN_EVERY:
            parts().note_seen(door, session_id)
        return session is not None

    async def _in_thread(self, ask: Callable[..., Any], *values: Any) -> Any:
        if self._limiter is None:
            self._limiter = CapacityLimiter(8)  # a slow database holds up a few threads and never the event loop
        return await to_thread.run_sync(ask, *values, limiter=self._limiter)

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": self._headers(scope, list(message["headers"]))}
            await send(message)

        return sending

    def _headers(self, scope: Scope, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        ours = {**HEADERS, b"content-security-policy": self._policy}
        if cookies.is_secure(scope):
            ours[b"strict-transport-security"] = b"max-age=31536000; includeSubDomains"
        if not scope["path"].startswith("/static/"):
            ours[b"cache-control"] = b"no-store"
        return [(key, value) for key, value in headers if key.lower() not in ours] + list(ours.items())


def as_it_came(scope: Scope, receive: Receive) -> Scope:
    """The request with the address and scheme of its connection, whatever its headers say.

    uvicorn, as `streamlit run` and its own command start it, has by then
    believed the headers of every program of this machine.
    """
    transport = receive.__self__.transport  # type: ignore[attr-defined]  # uvicorn's: behind another server all fails
    return {**scope, "client": get_remote_addr(transport), "scheme": PLAIN[scope["type"]] + "s" * is_ssl(transport)}


HEADERS: Final = {
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()",
}


def content_policy() -> bytes:
    """What a page may load and run: our own files, and the one inline script of Streamlit's page, by its hash."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text("utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in scripts)
    return (
        f"default-src 'self'; script-src 'self' blob: {hashes}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; media-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
        "worker-src 'self' blob:; "
        "object-src 'none'; frame-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    ).encode()


class _TooSlow(Exception):
    """The body of a request did not come in time."""


def _read(content: bytes) -> BackMsg | None:
    """The message of a frame; None for what is none."""
    try:
        return BackMsg.FromString(content)
    except DecodeError:
        return None


def _under(path: str, rooms: tuple[str, ...]) -> bool:
    return any(path == room or path.startswith(f"{room}/") for room in rooms)


def _protocols(scope: Scope) -> list[bytes]:
    named = cookies.header(scope, b"sec-websocket-protocol")
    return [part.strip().encode("latin-1") for part in named.split(",")] if named else []
