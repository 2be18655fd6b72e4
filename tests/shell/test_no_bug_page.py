"""What gave a fault on the screen, and then again at every click: each of its kind over the real socket."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates

from okf.desk import Desk
from okf.paging import mark
from okf.people.commands.accounts import set_password
from okf.shell.drafts.commands import keep_draft
from okf.shell.drafts.queries import CONCERN
from okf.shell.navigation import PAGES
from okf.shell.serving import serve
from okf.store import audit
from okf.terms import Action, Outcome, Role
from tests.browser import PASSWORD, Served, copy_of, serving
from tests.wire import Wire, cookie_of
from tests.world import World

FAULT = "it is our fault"
TOGETHER = 10
MANAGER = "manager"


@dataclass(frozen=True)
class Watched:
    """A way to start a server that writes down each module which a page's run imports."""

    start: Callable[[str, int], None]

    def __call__(self, app: str, port: int) -> None:
        def note(event: str, told: tuple[object, ...]) -> None:
            if event == "import" and threading.current_thread().name.startswith("ScriptRunner"):
                with Path(os.environ["OKF_TEST_WITNESS"]).open("a") as file:
                    file.write(f"{told[0]}\n")

        sys.addaudithook(note)
        self.start(app, port)


@pytest.fixture(scope="module")
def witness(tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("witness") / "imports"
    file.touch()
    return file


@pytest.fixture(scope="module")
def served(template_file, tmp_path_factory, witness) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    env = {"OKF_TEST_WITNESS": str(witness)}
    with serving(copy_of(template_file, folder), folder, env=env, start=Watched(serve)) as running:
        world = World(running.store, now=datetime.now(UTC))
        world.person(MANAGER, roles=tuple(Role))
        world.case("OKF-1", granted_to=[MANAGER])
        set_password(running.host, MANAGER, PASSWORD)
        yield running


@pytest.fixture
def wire(served: Served) -> Iterator[Wire]:
    """Somebody with every role, on one socket."""
    with Wire(served, cookie_of(served, MANAGER)) as one:
        yield one


def element(wire: Wire, kind: str, label: str):
    """The last field of a kind that was shown under a label."""
    shown = [one.delta.new_element for one in reversed(wire.sent) if one.HasField("delta")]
    return next(getattr(one, kind) for one in shown if one.HasField(kind) and getattr(one, kind).label == label)


def states(*widgets: WidgetState) -> WidgetStates:
    """The fields as a browser sends them."""
    return WidgetStates(widgets=widgets)


def test_ten_who_open_the_first_pages_at_once_see_them_and_import_nothing(served, witness):
    """A module that one run imports by half is met by another's: so all of them are there before anybody comes."""
    cookies = [cookie_of(served, MANAGER) for _ in range(TOGETHER)]
    addresses = ["", "caseload", "cases", "team", "concerns", "calendar", "forecast", "bound", "commitment", "checks"]
    together = threading.Barrier(TOGETHER)

    def opened(cookie: str, address: str) -> str:
        with Wire(served, cookie) as wire:
            together.wait()
            return wire.run(page_name=address)

    with ThreadPoolExecutor(TOGETHER) as pool:
        shown = list(pool.map(opened, cookies, addresses))

    assert [address for address, one in zip(addresses, shown, strict=True) if FAULT in one] == []
    assert all("Sign out" in one for one in shown)
    assert witness.read_text() == ""


def test_no_page_imports_anything_when_it_is_opened(wire, witness):
    shown = {page.url_path: wire.run(page_name=page.url_path) for page in PAGES}

    assert [address for address, one in shown.items() if FAULT in one] == []
    assert witness.read_text() == ""


@pytest.mark.parametrize("after", ["shares", "bound", "concerns", "access_map", "checks"])
def test_a_filter_of_one_list_breaks_no_other_of_its_name(wire, after):
    wire.run(page_name="access_map")
    order = element(wire, "selectbox", "Order")
    chosen = states(WidgetState(id=order.id, string_value=order.options[-1]))
    wire.run(page_name="cases")
    status = element(wire, "selectbox", "Status")
    chosen.widgets.append(WidgetState(id=status.id, string_value=status.options[-1]))

    seen = [
        wire.run(page_name=page, widget_states=chosen)
        for page in ("access_map", "cases", after, "directory", "cases", after)
    ]

    assert [FAULT in one for one in seen] == [False] * 6


@pytest.mark.parametrize(
    "page, query",
    [
        ("calendar", "month=0001-01"),
        ("calendar", "month=9999-12"),
        ("calendar", "month=2026-13"),
        ("cases", "opened_from=9999-99-99&closed_to=0000-00-00"),
        ("bound", f"sort=signed&desc=1&after={mark(['0001-01-01T00:00:00+14:00', 'x'])}"),
        ("cases", f"after={mark(['0000-00-00', 'OKF-1'])}"),
        ("cases", "after=" + "W1tb" * 4000),
    ],
)
def test_a_date_that_is_none_in_an_address_is_the_same_as_none(wire, page, query):
    assert FAULT not in wire.run(page_name=page, query_string=query)
    assert FAULT not in wire.run(page_name=page)


@pytest.mark.parametrize("bad", ["", "0001/01/01", "9999/12/31", "2026/13/45", "at once", "in 999 months"])
def test_a_date_that_is_none_in_a_form_is_no_bug(wire, bad):
    for page, field, button in (("on_duty", "First day", "Enter it"), ("checks", "From", "Set it")):
        wire.run(page_name=page)
        pressed = WidgetState(id=element(wire, "button", button).id, trigger_value=True)
        typed = WidgetState(id=element(wire, "text_input", field).id, string_value=bad)

        assert FAULT not in wire.run(page_name=page, widget_states=states(typed, pressed))
        assert FAULT not in wire.run(page_name=page)


def test_a_draft_that_holds_no_date_where_one_is_asked_for_is_shown_without_it(served, wire):
    kept = {"seen_on": ["2026-11-01", "2026-11-02"], "seen_at": 12, "happened_on": 12, "happened_at": ["at once"]}
    keep_draft(Desk(served.store, MANAGER), CONCERN, values=kept)

    assert FAULT not in wire.run(page_name="raise_concern")


def test_a_clock_behind_the_record_is_said_on_every_page_and_people_sign_in_and_work(served):
    ahead = datetime.combine(datetime.now(UTC) + timedelta(days=365), time(12), UTC)
    with served.store.writing() as session:
        audit.append(session, at=ahead, actor="host", action=Action.ASSURE, outcome=Outcome.ALLOW)

    with Wire(served, cookie_of(served, MANAGER)) as wire:
        shown = [wire.run(page_name=page) for page in ("", "cases", "raise_concern")]

    assert all("clock is behind: it says" in one and "Sign out" in one for one in shown)
    assert FAULT not in "".join(shown)
