"""Casebook's two cookies: the session's, and one that marks a browser as known to whoever signed in with it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Final

from starlette.requests import cookie_parser
from starlette.responses import Response

from okf.shell.live_session import ABSOLUTE, Source

SESSION: Final = "okf_session"
BROWSER: Final = "okf_browser"
BROWSER_LASTS: Final = 90 * 24 * 3600
SESSION_LASTS: Final = int(ABSOLUTE.total_seconds()) + 24 * 3600  # a day more, to tell a time-out from an end by it

Scope = Mapping[str, Any]


def is_secure(scope: Scope) -> bool:
    """Whether the browser speaks TLS to us, or to the proxy in front that says so."""
    return scope["scheme"] in ("https", "wss")


def header(scope: Scope, name: bytes) -> str | None:
    """One header of a request, or None."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), None)


def cookie(scope: Scope, name: str) -> str | None:
    """The value of a cookie; under TLS only of one that a page without TLS could not have set."""
    jar = cookie_parser("; ".join(value.decode("latin-1") for key, value in scope["headers"] if key == b"cookie"))
    return jar.get(_full(scope, name)) or None


def set_both(response: Response, scope: Scope, *, session: str, browser: str) -> None:
    """Set both cookies, out of reach of scripts and sent from Casebook's own pages alone."""
    for name, value, age in ((SESSION, session, SESSION_LASTS), (BROWSER, browser, BROWSER_LASTS)):
        response.set_cookie(
            _full(scope, name), value, max_age=age, path="/", secure=is_secure(scope), httponly=True, samesite="strict"
        )


def drop_session(response: Response, scope: Scope) -> None:
    """Take the session's cookie back; the browser stays known."""
    response.delete_cookie(_full(scope, SESSION), path="/", secure=is_secure(scope), httponly=True, samesite="strict")


def browser_hash(scope: Scope) -> str | None:
    """The hash of the cookie that marks this browser, as the store keeps it."""
    value = cookie(scope, BROWSER)
    return hashlib.sha256(value.encode()).hexdigest() if value else None


def source(scope: Scope) -> Source:
    """Where a request comes from."""
    client: Iterable[Any] | None = scope.get("client")
    return Source(str(next(iter(client), "unknown")) if client else "unknown", browser_hash(scope))


def _full(scope: Scope, name: str) -> str:
    return f"__Host-{name}" if is_secure(scope) else name
