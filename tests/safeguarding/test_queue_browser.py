"""The queue in a browser: its count goes on while somebody types, and two leads at once lose nothing (C9)."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from okf.people.commands.accounts import set_password
from okf.safeguarding.commands.chronology import add_to_concern
from okf.safeguarding.commands.concerns import raise_concern
from okf.settings import Settings
from okf.store.engine import open_store
from okf.store.models import Concern, ConcernEntry
from okf.terms import Role, Severity
from tests.browser import PASSWORD, Served, copy_of, serving, signed_in
from tests.settled import chosen
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LATER = 60_000
WHY = "I am on a train until nine."


def charity(settings: Settings) -> None:
    """Two who lead on safeguarding, and somebody who is worried."""
    store = open_store(settings)
    world = World(store)
    world.dsl(name="Dana Lead")
    world.person("deputy", name="Dev Uty", roles=[Role.DEPUTY_DSL])
    world.volunteer()
    for who in ("dsl", "deputy"):
        set_password(world.host(), who, PASSWORD)
    store.close()


@pytest.fixture(scope="module")
def place(template_file: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Their charity, served for the tests of this file."""
    folder = tmp_path_factory.mktemp("queue")
    settings = copy_of(template_file, folder)
    charity(settings)
    with serving(settings, folder, env={"OKF_TRIAL_CLOCK": "2026-11-23T10:00+00:00"}) as served:
        yield served


def test_the_count_goes_on_under_somebodys_typing_and_two_leads_at_once_lose_nothing(
    place: Served, chromium: Browser
) -> None:
    world = World(place.store)
    chance = random.SystemRandom()
    with (
        signed_in(chromium, place, "dsl", at="concerns?find=K-") as dana,
        signed_in(chromium, place, "deputy", viewport=(390, 844)) as dev,
    ):
        page, other = dana.pages[0], dev.pages[0]
        count = page.get_by_role("status").filter(has_text=re.compile("concerns? open,"))
        expect(count).to_have_text("0 concerns open, 0 overdue, 0 immediate, 0 not decided yet", timeout=LATER)
        page.get_by_role("button", name="Search and filter").click()
        name = page.get_by_label("Name of whom it is about")
        name.press_sequentially("Robin Exam")

        ref = raise_concern(world.desk("volunteer", chance=chance), severity=Severity.HIGH, account="He was afraid.")
        expect(count).to_contain_text("1 concern open", timeout=LATER)
        page.keyboard.type("ple")

        assert name.input_value() == "Robin Example"
        assert name.evaluate("field => field === document.activeElement")
        assert page.get_by_role("link", name=ref).count() == 0  # the page under it did not run
        name.fill("")
        page.get_by_role("button", name="show it as it is now").click()
        expect(page.get_by_role("link", name=ref)).to_be_visible(timeout=LATER)

        other.goto(f"{place.base_url}/concern?ref={ref}")
        expect(other.get_by_text("What was seen or said")).to_be_visible(timeout=LATER)
        page.goto(f"{place.base_url}/concern?ref={ref}&part=Hand+over")
        expect(page.get_by_text("Dev Uty opened this")).to_be_visible(timeout=LATER)
        chosen(page, page.get_by_role("combobox", name="Hand to"), "Dev Uty")
        page.get_by_label("Why").fill(WHY)
        add_to_concern(world.desk("deputy", chance=chance), ref, what="Note", text="I rang the school.")
        page.get_by_role("button", name="Hand over", exact=True).click()
        expect(page.get_by_text("Dev Uty wrote to this concern at")).to_be_visible(timeout=LATER)
        expect(page.get_by_label("Why")).to_have_value(WHY)
        page.get_by_role("button", name="Hand over", exact=True).click()
        expect(page.get_by_text("1 concern is with Dev Uty now.")).to_be_visible(timeout=LATER)
        assert [one.text for one in world.all(ConcernEntry)][-2:] == ["I rang the school.", WHY]

        other.goto(place.base_url)
        expect(other.get_by_text("1 concern was handed over to you")).to_be_visible(timeout=LATER)
        other.goto(f"{place.base_url}/concern?ref={ref}")
        other.get_by_role("button", name="I have it").click()
        expect(other.get_by_text("This was handed over to you")).to_have_count(0, timeout=LATER)
        assert world.one(Concern, ref=ref).handed_at is None  # type: ignore[union-attr]
