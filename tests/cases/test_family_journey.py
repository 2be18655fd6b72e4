"""Two parents, a caseworker each, one child: from the allocation to the closure, and nothing typed is readable (C1)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from okf.people.commands.accounts import set_password
from okf.settings import Settings
from okf.store.engine import open_store
from okf.store.models import AccessGrant, Case, ExpressAgreement, InformationShare, Record
from okf.store.schema import migrate
from okf.terms import CaseStatus, Role, ShareStatus
from tests.browser import PASSWORD, Served, serving, signed_in
from tests.mediation.test_mediation_journey import said, screen
from tests.settled import settled
from tests.sharing.test_share_journey import choose
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]
expect.set_options(timeout=20_000)

DATABASE = "database/plain.db"
ANN, BEN = "Ann fears the Kestrel lodger.", "Ben hid the Marzipan letters."
TYPED = (
    ANN,
    BEN,
    "Kestrel call",
    "Marzipan talk",
    "Worker for the Pelican side",
    "Agreed by the Walnut tree",
    "Took it back on the Saffron bus",
    "FOUND Ann alone.",
    "FOUND Ben alone.",
    "Closed after the Juniper week",
    "They settled on Cobalt Sundays",
)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Casebook over a plain SQLite file: no encryption of the whole file hides what is in it."""
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / DATABASE}",
        key_file=tmp_path / "key" / "casebook.key",
        demo=False,
        second_factor=False,
        trial_clock=None,
    )
    store = open_store(settings)
    migrate(store)
    store.close()
    with serving(settings, tmp_path) as running:
        yield running


def charity(served: Served) -> World:
    """A manager, a mediator, two caseworkers, and a family's case that nobody works on yet."""
    world = World(served.store, now=datetime.now(UTC))
    world.manager()
    world.person("mediator", roles=[Role.MEDIATOR], name="Moira Between")
    for name in ("worker_a", "worker_b"):
        world.caseworker(name)
    world.case("OKF-1", children=["child_c"])
    for ref, name in (("party_a", "Ann Bell"), ("party_b", "Ben Cole"), ("child_c", "Cleo Bell")):
        world.service_user(ref, name=name)
    for name in ("manager", "mediator", "worker_a", "worker_b"):
        set_password(served.host, name, PASSWORD)
    return world


class Sent:
    """Everything that a browser is sent over its socket from now on."""

    def __init__(self, page: Page) -> None:
        self.frames: list[bytes] = []
        page.on("websocket", lambda socket: socket.on("framereceived", self._keep))

    def _keep(self, payload: str | bytes) -> None:
        self.frames.append(payload.encode() if isinstance(payload, str) else payload)

    def holds(self, words: str) -> bool:
        return any(words.encode() in frame for frame in self.frames)


def typed(page: Page, label: str, words: str) -> None:
    field = page.get_by_role("textbox", name=label, exact=True)
    field.fill(words)
    field.press("Tab")
    settled(page)


def allocate(page: Page, worker: str, party: str) -> None:
    """Give one caseworker one party's side, having looked at who will see what."""
    choose(page, "^Who$", worker)
    choose(page, "^For whom", party)
    typed(page, "Purpose", "Worker for the Pelican side")
    page.get_by_role("button", name="See who will see what").click()
    said(page, "AFTER")
    page.get_by_role("button", name="Grant access", exact=True).click()
    said(page, f"{worker} holds access from now on")


def write(page: Page, party: str, title: str, text: str) -> None:
    """Write down what the party whose side it is told in a call."""
    said(page, f"Told to us by {party}.")
    page.get_by_text("Who told us, about whom").click()
    typed(page, "Title", title)
    typed(page, "What was said or done", text)
    page.get_by_role("button", name="Save the record").click()
    said(page, "is on the case.")
    said(page, text)


def agree_and_withdraw(page: Page) -> None:
    """Ann agrees to a share with the school and takes it back; a share is refused after it."""
    page.get_by_role("tab", name="Sharing").click()
    settled(page)
    page.get_by_text("Ask to share something").click()
    choose(page, "^What", "Kestrel call")
    page.keyboard.press("Escape")
    settled(page)
    choose(page, "^With whom", "^School$")
    choose(page, "^For what", "^Support at school$")
    said(page, "No, this may not be shared.")
    page.get_by_role("button", name="Record Ann Bell's agreement").click()
    settled(page)
    page.get_by_text("In person").click()
    settled(page)
    typed(page, "Where it can be seen", "Agreed by the Walnut tree")
    page.get_by_role("button", name="Record the agreement").click()
    said(page, "Ann Bell agreed: to School")
    page.get_by_role("button", name="They take it back").click()
    page.get_by_role("textbox", name="Who told us, and how").fill("Took it back on the Saffron bus")
    page.get_by_text("They take this agreement back").click()
    page.get_by_role("button", name="Withdraw it now").click()
    said(page, "is withdrawn. Nothing leaves on it any more.")
    settled(page)
    # The form is open still, with what was chosen at first.
    said(page, "The agreement that they gave was withdrawn")
    page.get_by_role("button", name="Put the refusal on record").click()
    said(page, "the refusal is on record with its reasons")


def close(page: Page) -> None:
    """Close the case after its checklist."""
    page.get_by_text("Close the case").first.click()
    said(page, "Lose access at this moment")
    said(page, "Worker A, Worker B")
    typed(page, "Reason for closing", "Closed after the Juniper week")
    typed(page, "What came of it", "They settled on Cobalt Sundays")
    page.get_by_text("Close it, and end everybody's access").click()
    settled(page)
    page.get_by_role("button", name="Close the case", exact=True).click()
    expect(page.get_by_text("The case is closed.", exact=False).first).to_be_visible()


def readable(folder: Path, log: Path) -> dict[str, bytes]:
    """What lies about on the disk, by name: the database, its journal, a backup made beside it, the server's log."""
    file, backup = folder / DATABASE, folder / "backup.db"
    with closing(sqlite3.connect(file)) as live, closing(sqlite3.connect(backup)) as copy:
        found = {one.name: one.read_bytes() for one in file.parent.iterdir()}
        live.backup(copy)
    return {**found, "backup": backup.read_bytes(), "log": log.read_bytes()}


def test_C1_a_familys_journey_in_a_browser_leaves_no_readable_word(
    served: Served, tmp_path: Path, chromium: Browser
) -> None:
    world = charity(served)
    manager = signed_in(chromium, served, "manager", at="case?case=OKF-1&part=Manage").pages[0]
    allocate(manager, "Worker A", "Party 1")
    allocate(manager, "Worker B", "Party 2")

    a = signed_in(chromium, served, "worker_a").pages[0]
    b = signed_in(chromium, served, "worker_b").pages[0]
    to_a, to_b = Sent(a), Sent(b)
    for page, party, title, text in ((a, "Ann Bell", "Kestrel call", ANN), (b, "Ben Cole", "Marzipan talk", BEN)):
        page.goto(f"{served.base_url}/case?case=OKF-1")
        write(page, party, title, text)
    a.reload()
    said(a, ANN)
    assert to_a.holds(ANN), "what it was sent can't be read"
    assert to_b.holds(BEN), "what it was sent can't be read"

    manager.goto(f"{served.base_url}/case?case=OKF-1&part=Mediation")
    manager.get_by_text("Informal", exact=True).click()
    choose(manager, "Mediator", "Moira Between")
    manager.get_by_role("button", name="Start the mediation").click()
    said(manager, "has started")
    mediator = signed_in(chromium, served, "mediator", at="mediations").pages[0]
    link = mediator.get_by_role("link", name="MED-")
    ref = link.inner_text()
    link.click()
    for who, name in (("party_a", "Ann"), ("party_b", "Ben")):
        screen(mediator, ref, who, name)
    said(mediator, "Informal mediation, in progress")

    agree_and_withdraw(a)
    manager.goto(f"{served.base_url}/case?case=OKF-1&part=Manage")
    close(manager)
    for page in (a, b):
        page.get_by_role("tab", name="Timeline").click()
        said(page, "that you may open")
        page.goto(f"{served.base_url}/cases")
        said(page, "You can open no case at the moment")
    for own, sent, other in ((BEN, to_a, "Ben alone"), (ANN, to_b, "Ann alone")):
        assert not sent.holds(own)
        assert not sent.holds(other)

    assert world.one(Case, ref="OKF-1").status is CaseStatus.CLOSED  # type: ignore[union-attr]
    assert all(one.ended_at for one in world.all(AccessGrant))
    assert {one.text for one in world.all(Record)} >= {ANN, BEN}
    assert world.one(ExpressAgreement).withdrawn_by == "worker_a"  # type: ignore[union-attr]
    assert world.one(InformationShare).status is ShareStatus.REFUSED  # type: ignore[union-attr]
    found = readable(tmp_path, served.log)
    for name, content in found.items():
        assert [words for words in TYPED if words.encode() in content] == [], name
    assert b"Ann Bell" in found["backup"], "the file is no plain one, so that its search tells nothing"
