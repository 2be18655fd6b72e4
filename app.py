"""The ASGI entry: Streamlit's own app around the router, behind the Gate, with the session routes.

The script that Streamlit runs is `okf/shell/router.py`: this one beside `pages/` would be a way past the sign-in.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from streamlit import config

from okf.clock import ticking_from, utc_now
from okf.desk import Desk
from okf.errors import Misconfigured
from okf.hygiene import nothing_in_clear
from okf.parts import PARTS
from okf.people.views.sessions import ROUTES
from okf.safeguarding.commands.inbox import open_inbox
from okf.settings import settings
from okf.shell.app_context import door, open_app
from okf.shell.bugs import keep_words_out_of_the_log, show_error
from okf.shell.gate import SESSION_NAME, Gate
from okf.shell.upkeep import keep_up
from okf.store.engine import open_store
from okf.store.schema import migrate


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Open the store for as long as the server runs."""
    if config.get_option("server.trustedUserHeaders") != SESSION_NAME:
        raise Misconfigured("server.trustedUserHeaders is not as .streamlit/config.toml sets it: nobody could sign in.")
    here = settings()
    with nothing_in_clear(here.temp), closing(open_store(here)) as store:
        migrate(store)
        keep_words_out_of_the_log()
        now = ticking_from(here.trial_clock) if here.trial_clock else utc_now
        open_inbox(host := Desk.host(store, now=now), here.inbox)
        open_app(Desk(store, None, now=now), PARTS)
        upkeep = asyncio.create_task(keep_up(host))
        gc.freeze()  # what is loaded stays: looking all of it through held everybody up for 50 ms, every few runs
        try:
            yield
        finally:
            upkeep.cancel()


app = st.App(
    Path(__file__).resolve().parent / "okf" / "shell" / "router.py",
    routes=ROUTES,
    middleware=[Middleware(Gate, door=door)],
    lifespan=lifespan,
    on_script_error=show_error,
)
