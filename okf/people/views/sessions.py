"""The session routes: a ticket becomes a cookie, a session is extended or ended. Only our own pages may call them."""

from __future__ import annotations

import json
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from okf.errors import StoreUnavailable
from okf.people.commands.sessions import begin_session, end_session, note_seen
from okf.people.queries.sessions import session_of_cookie, timed_out
from okf.shell import cookies
from okf.shell.app_context import desk_of, door
from okf.shell.live_session import LiveSession

_MOST_BYTES = 4096


async def begin(request: Request) -> Response:
    """Change a one-time ticket for the session's cookie."""
    body = await _asked(request)
    if isinstance(body, Response):
        return body
    ticket = body.get("ticket")
    if not isinstance(ticket, str) or not ticket.isascii():
        return _refusal(400)
    try:
        begun = await run_in_threadpool(
            begin_session,
            door(),
            ticket,
            cookies.source(request.scope),
            told=request.headers.get("user-agent"),
            replaces=cookies.cookie(request.scope, cookies.SESSION),
        )
    except StoreUnavailable as unavailable:
        return JSONResponse({"why": str(unavailable)}, 503)
    if begun is None:
        return JSONResponse({"why": "That took too long. Start again."}, 409)
    response = Response(status_code=204)
    cookies.set_both(response, request.scope, session=begun.cookie, browser=begun.browser)
    return response


async def end(request: Request) -> Response:
    """Take the cookie back once its session is over; a live one, of another tab's new sign-in, is left alone."""
    body = await _asked(request)
    if isinstance(body, Response):
        return body
    response = Response(status_code=204)
    if not isinstance(await _session(request), LiveSession):
        cookies.drop_session(response, request.scope)
    return response


async def sign_out(request: Request) -> Response:
    """End the session of this browser and take its cookie back."""
    body = await _asked(request)
    if isinstance(body, Response):
        return body
    session = await _session(request)
    if isinstance(session, LiveSession):
        await run_in_threadpool(end_session, desk_of(session), session.id)
    response = Response(status_code=204)
    cookies.drop_session(response, request.scope)
    return response


async def left(request: Request) -> Response:
    """How many seconds remain; asking is no use of the session."""
    return await _remaining(request)


async def extend(request: Request) -> Response:
    """Move the idle time on, with no rerun, so that nothing typed is lost."""
    body = await _asked(request)
    if isinstance(body, Response):
        return body
    session = await _session(request)
    if isinstance(session, LiveSession):
        await run_in_threadpool(note_seen, door(), session.id, at_once=True)
    return await _remaining(request)


ROUTES = [
    Route("/session/begin", begin, methods=["POST"]),
    Route("/session/end", end, methods=["POST"]),
    Route("/session/sign-out", sign_out, methods=["POST"]),
    Route("/session/extend", extend, methods=["POST"]),
    Route("/session/left", left, methods=["GET"]),
]


async def _session(request: Request) -> LiveSession | StoreUnavailable | None:
    """The live session of a request; or why nobody can tell."""
    token = cookies.cookie(request.scope, cookies.SESSION)
    try:
        return await run_in_threadpool(session_of_cookie, door(), token) if token else None
    except StoreUnavailable as unavailable:
        return unavailable


async def _remaining(request: Request) -> Response:
    session = await _session(request)
    if isinstance(session, StoreUnavailable):
        return JSONResponse({"why": str(session)}, 503)  # no page is emptied by it
    if session is None:
        return JSONResponse({"left": 0, "timed_out": await _timed_out(request)}, 401)
    final = session.ends_at() == session.expires_at
    return JSONResponse({"left": session.seconds_left(door().now()), "final": final, "mark": session.mark})


async def _timed_out(request: Request) -> bool:
    token = cookies.cookie(request.scope, cookies.SESSION)
    try:
        return bool(token) and await run_in_threadpool(timed_out, door(), str(token))
    except StoreUnavailable:
        return False


async def _asked(request: Request) -> dict[str, Any] | Response:
    """The JSON of a request that one of our own pages made, whose Origin the Gate compared; or the refusal."""
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return _refusal(403)
    if request.headers.get("content-type", "").split(";")[0] != "application/json":
        return _refusal(403)
    body = b""
    try:
        async for part in request.stream():
            body += part
            if len(body) > _MOST_BYTES:
                return _refusal(400)
        asked = json.loads(body)
    except (ClientDisconnect, ValueError, RecursionError):
        return _refusal(400)
    return asked if isinstance(asked, dict) else _refusal(400)


def _refusal(status: int) -> Response:
    return JSONResponse({"why": "Only Casebook's own pages may ask for this."}, status)
