"""The ASGI entry: Streamlit's own app around the router, behind the Gate, with the session routes.

The script that Streamlit runs is `okf/shell/router.py`: this one beside `pages/` would be a way past the sign-in.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

import streamlit as st
from starlette.middleware import Middleware
from streamlit import config

from okf.clock import ticking_from, utc_now
from okf.desk import Desk
from okf.errors import Misconfigured
from okf.hygiene import nothing_in_clear
from okf.parts import PARTS, make_ready
from okf.people.views.sessions import ROUTES
from okf.settings import ROOT, settings
from okf.shell.app_context import door, open_app
from okf.shell.bugs import keep_words_out_of_the_log, show_error
from okf.shell.gate import SESSION_NAME, Gate
from okf.shell.navigation import import_pages
from okf.shell.upkeep import keep_up
from okf.store.engine import open_store
from okf.store.schema import migrate_to_serve


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Open the store for as long as the server runs."""
    if config.get_option("server.trustedUserHeaders") != SESSION_NAME:
        raise Misconfigured("server.trustedUserHeaders is not as .streamlit/config.toml sets it: nobody could sign in.")
    here = settings()
    with nothing_in_clear(here.temp), closing(open_store(here)) as store:
        keep_words_out_of_the_log()
        migrate_to_serve(store)
        import_pages()
        host = Desk.host(store, now=ticking_from(here.trial_clock) if here.trial_clock else utc_now)
        make_ready(host, here)
        open_app(Desk(store, None, now=host.machine), PARTS)
        upkeep = asyncio.create_task(keep_up(host))
        gc.freeze()  # what is loaded stays: looking all of it through held everybody up for 50 ms, every few runs
        try:
            yield
        finally:
            upkeep.cancel()


app = st.App(
    ROOT / "okf" / "shell" / "router.py",
    routes=ROUTES,
    middleware=[Middleware(Gate, door=door)],
    lifespan=lifespan,
    on_script_error=show_error,
)
