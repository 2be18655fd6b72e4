"""Casebook as it is served, and a real browser in front of it.

Fixtures: `chromium` is there for every room; import `served` into the conftest of
the room that needs it (pytest finds it there). `signed_in` opens a browser of its own
for one person.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import secrets
import shutil
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

from okf.clock import ticking_from, utc_now
from okf.desk import Desk
from okf.people.commands.accounts import set_password
from okf.people.commands.invitations import invite_person
from okf.people.commands.tickets import Step, issue_ticket
from okf.settings import ROOT, Settings
from okf.shell.serving import serve
from okf.store.engine import Store, open_store
from okf.terms import Capacity, Role
from tests.settled import patiently

PASSWORD = "violet tractor ledger"
NAMES = ("chromium-headless-shell", "chromium", "google-chrome")
ALONE = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []  # a browser of root's own

# A server is forked, where it can be, from a process that has imported already what Casebook does: it saves 4 seconds.
STARTS = multiprocessing.get_context(
    "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
)
if isinstance(STARTS, ForkServerContext):
    STARTS.set_forkserver_preload(["tests.imported"])


@dataclass
class Served:
    """Casebook on a port of its own, with a view of its database from outside."""

    base_url: str
    store: Store
    log: Path
    now: Callable[[], datetime] = utc_now

    @property
    def host(self) -> Desk:
        """The command line of this Casebook's host."""
        return Desk.host(self.store)

    @property
    def door(self) -> Desk:
        """Its door, where nobody has signed in."""
        return Desk(self.store, None, now=self.now)

    def person(self, *roles: Role, username: str | None = None, password: str = PASSWORD) -> str:
        """Somebody new who can sign in; their username."""
        username = username or f"p{secrets.token_hex(5)}"
        self.invite(*roles, username=username)
        set_password(self.host, username, password)
        return username

    def invite(self, *roles: Role, username: str | None = None) -> str:
        """Somebody new with an open invitation; its token."""
        username = username or f"p{secrets.token_hex(5)}"
        invited = invite_person(
            self.host, username, name="Robin Example", email="robin@example.org", roles=roles, capacity=Capacity.STAFF
        )
        return invited.token


@contextmanager
def serving(
    settings: Settings,
    folder: Path,
    *,
    app: str = "app:app",
    env: Mapping[str, str] = {},
    start: Callable[[str, int], None] = serve,
) -> Iterator[Served]:
    """Serve an app over a migrated database, as `python -m okf serve` does; stopped at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("OKF_")}
    surroundings |= {
        "OKF_DATABASE_URL": settings.database_url,
        "OKF_KEY_FILE": str(settings.key_file),
        "OKF_LEDGER_FILE": str(settings.ledger_file),
        "OKF_TEMP": str(folder / f"temp-{port}"),
        "OKF_INBOX": str(folder / f"inbox-{port}"),
        "OKF_NIGHT": str(folder / f"night-{port}"),
        "OKF_SECOND_FACTOR": "1" if settings.second_factor else "0",
        "PYTHONPATH": str(ROOT),
        **env,
    }
    log = folder / f"server-{port}.log"
    server = STARTS.Process(target=_serve, args=(start, app, port, surroundings, log), daemon=True)
    # AppTest leaves its script in the place of the main module, and a new process would run that first.
    with pytest.MonkeyPatch.context() as here:
        here.setitem(sys.modules, "__main__", ModuleType("__main__"))
        server.start()
    base_url = f"http://127.0.0.1:{port}"
    store = open_store(settings)
    try:
        _wait_for(base_url, server, log)
        with pytest.MonkeyPatch.context() as here:  # what a test does on the host, it does by the same settings
            here.setenv("OKF_SECOND_FACTOR", surroundings["OKF_SECOND_FACTOR"])
            trial = surroundings.get("OKF_TRIAL_CLOCK")
            yield Served(base_url, store, log, ticking_from(datetime.fromisoformat(trial)) if trial else utc_now)
    finally:
        store.close()
        server.terminate()
        server.join(10)
        server.kill()
        server.join()
        server.close()


def by_uvicorn(app: str, port: int) -> None:
    """Serve an app as `uvicorn app:app` does."""
    uvicorn.run(app, port=port, log_level="warning")


def by_streamlit(app: str, port: int) -> None:
    """Serve an app as `streamlit run app.py` does."""
    from streamlit.web.cli import main

    main(["run", f"{app.partition(':')[0].replace('.', '/')}.py", f"--server.port={port}"])


def _serve(start: Callable[[str, int], None], app: str, port: int, surroundings: Mapping[str, str], log: Path) -> None:
    """Be a server of its own, as `python -m okf serve` is: its settings, its folder, its log."""
    os.environ.clear()
    os.environ.update(surroundings)
    os.chdir(ROOT)
    sys.path[:0] = surroundings["PYTHONPATH"].split(os.pathsep)
    with log.open("wb") as out:
        for stream in (1, 2):
            os.dup2(out.fileno(), stream)
    start(app, port)


def _wait_for(base_url: str, server: BaseProcess, log: Path) -> None:
    for _ in range(1200):
        if not server.is_alive():
            break
        try:
            urllib.request.urlopen(f"{base_url}/_stcore/health", timeout=5).close()
            return
        except urllib.error.HTTPError:
            return  # any answer will do: by this address it may refuse us
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the server did not start:\n{log.read_text()}")


def copy_of(template_file: tuple[Path, Path], folder: Path, *, second_factor: bool = False) -> Settings:
    """Settings that lead to a fresh copy of the migrated database."""
    file, key_file = template_file
    (folder / "database").mkdir(exist_ok=True)
    copied = folder / "database" / f"{secrets.token_hex(4)}.db"
    shutil.copyfile(file, copied)
    return Settings(
        database_url=f"sqlcipher:///{copied}",
        key_file=key_file,
        demo=False,
        second_factor=second_factor,
        trial_clock=None,
        ledger=folder / f"{copied.stem}.ledger",
    )


@pytest.fixture(scope="module")
def served(template_file: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Casebook itself, served over a database of this module's own; no second factor is asked for."""
    folder = tmp_path_factory.mktemp("served")
    with serving(copy_of(template_file, folder), folder) as running:
        yield running


def browser_found() -> str | None:
    """The browser that `dev.py test` found (OKF_BROWSER), or an installed Chromium."""
    return os.environ.get("OKF_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture
def chromium(browser: Browser) -> Iterator[Browser]:
    """The browser, in which a test leaves no page open: each goes on asking, and holds up those that come after it."""
    yield browser
    for context in browser.contexts:
        context.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real browser without a window."""
    found = browser_found()
    if not found:
        pytest.fail(os.environ.get("OKF_BROWSER_MISSING", "No browser was found: name one in OKF_BROWSER."))
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=found, args=[*ALONE, "--disable-background-networking", "--disable-component-update"]
        )
        with pytest.MonkeyPatch.context() as patch:
            patiently(patch)
            yield launched
        launched.close()


def run_apart(asked: Coroutine[Any, Any, object]) -> None:
    """Run it in a thread of its own: a browser of another test's keeps this one's loop."""
    with ThreadPoolExecutor(1) as own:
        own.submit(asyncio.run, asked).result()


def signed_in(
    browser: Browser, served: Served, username: str, *, at: str = "", viewport: tuple[int, int] = (1280, 900)
) -> BrowserContext:
    """A browser of somebody's own, signed in; its first page stands at `at`.

    The form itself is `tests/people/test_sign_in_browser.py`'s: it costs a second and a half.
    """
    context = browser.new_context(viewport={"width": viewport[0], "height": viewport[1]})
    with served.store.writing() as session:
        ticket = issue_ticket(session, username, Step.COOKIE, at=served.now())
    asked = {"data": {"ticket": ticket.token}, "headers": {"origin": served.base_url}}
    assert context.request.post(f"{served.base_url}/session/begin", **asked).ok
    page = context.new_page()
    page.goto(f"{served.base_url}/{at}")
    own_menu(page).wait_for()
    return context


def own_menu(page: Page) -> Locator:
    """The button with the name of whoever is signed in; it is there while they are."""
    return page.locator(".st-key-okf_you").get_by_test_id("stPopoverButton")


def sign_out(page: Page) -> None:
    """Sign out by the menu under one's name."""
    own_menu(page).click()
    page.get_by_role("button", name="Sign out").click()


def axe_violations(context: BrowserContext, *, but: Iterable[str] = (), within: str | None = None) -> list[str]:
    """What stands in the way of people with disabilities on the first page, by axe; without the rules named.

    `within` is the selector of the only part that is looked at.
    """
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(context.pages[0], within).response["violations"]
    return [
        f"{one['id']}: {one['help']}: {[node['html'][:200] for node in one['nodes']]}"
        for one in found
        if one["id"] not in set(but)
    ]
