"""A draft in a browser: typing goes on undisturbed, a closed browser loses nothing; a file's address opens nothing."""

from __future__ import annotations

import os
import random
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, expect

from okf.file_check import Upload
from okf.people.commands.accounts import set_password
from okf.records.commands.records import add_files
from okf.settings import Settings
from okf.store.engine import open_store
from okf.store.models import Concern, Draft, Task
from okf.terms import Action, Outcome
from tests.browser import PASSWORD, Served, copy_of, serving, signed_in
from tests.settled import settled
from tests.wire import Wire, cookie_of
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]
HERON = "The heron stood at the blue gate and did not ring. "


def charity(settings: Settings) -> None:
    """A caseworker on one side of a case, and a record there with a file."""
    store = open_store(settings)
    world = World(store)
    world.caseworker("worker")
    world.service_user("party_a", name="Ann Bell")
    world.service_user("party_b", name="Ben Cole")
    world.case("OKF-1")
    world.grant("worker", "OKF-1", compartments=["sole:party_a", "joint"])
    world.record("OKF-1", "N-1", source="party_a")
    add_files(world.desk("worker", chance=random.SystemRandom()), "N-1", [Upload("heron.txt", b"a heron on paper\n")])
    set_password(world.host(), "worker", PASSWORD)
    store.close()


@pytest.fixture(scope="module")
def place(template_file: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Their charity, served for the tests of this file."""
    folder = tmp_path_factory.mktemp("drafts")
    settings = copy_of(template_file, folder)
    charity(settings)
    with serving(settings, folder, env={"OKF_TRIAL_CLOCK": "2026-11-23T10:00+00:00"}) as served:
        yield served


def written(page: Page) -> Locator:
    """The long field of the record form."""
    return page.get_by_label("What was said or done")


def kept(page: Page, served: Served, words: str) -> None:
    """Wait until the draft on file holds these words."""
    world = World(served.store)
    for _ in range(400):
        drafts = world.all(Draft)
        if drafts and words in drafts[0].words:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"the draft never held {words!r}")


def test_typing_goes_on_undisturbed_and_a_closed_browser_loses_no_draft(place: Served, chromium: Browser) -> None:
    with signed_in(chromium, place, "worker", at="case?case=OKF-1&part=Tasks") as worker:
        page = worker.pages[0]
        page.get_by_role("button", name="Call note").click()
        expect(written(page)).to_be_focused(timeout=20_000)  # from any part of the case, and nothing else is pressed
        page.keyboard.type(HERON, delay=5)
        kept(page, place, HERON.strip())
        page.keyboard.type("X" * 40, delay=15)  # the page is running anew because the draft was kept
        wanted = HERON + "X" * 40
        assert written(page).input_value() == wanted

        written(page).evaluate("field => field.setSelectionRange(4, 4)")
        page.keyboard.type("BIG ", delay=15)
        kept(page, place, "The BIG heron")
        expect(page.get_by_text("Draft kept at")).to_be_visible(timeout=20_000)
        page.keyboard.type("Z")
        wanted = wanted[:4] + "BIG Z" + wanted[4:]
        assert written(page).input_value() == wanted
        assert written(page).evaluate("field => [field.selectionStart, document.activeElement === field]") == [9, True]
        kept(page, place, "The BIG Zheron")

    with signed_in(chromium, place, "worker", at="case?case=OKF-1") as worker:
        page = worker.pages[0]
        expect(written(page)).to_have_value(wanted, timeout=20_000)
        expect(written(page)).to_be_visible()  # the form stands open where a draft was left


FRANTIC = """button => {
  for (let press = 0; press < 6; press++)
    setTimeout(() => button.dispatchEvent(new MouseEvent('click', {bubbles: true, detail: press + 1})), press * 40)
}"""


def test_a_double_click_on_a_button_is_one_order(place: Served, chromium: Browser) -> None:
    with signed_in(chromium, place, "worker", at="case?case=OKF-1&part=Tasks") as worker:
        page = worker.pages[0]
        page.get_by_label("What is to be done").fill("Ring the otter")
        page.get_by_label("What is to be done").press("Tab")
        page.get_by_role("button", name="Add the task").evaluate(FRANTIC)
        expect(page.get_by_text("The task is on the case.")).to_be_visible(timeout=20_000)
        settled(page)
        world = World(place.store)
        assert [task.text for task in world.all(Task) if "otter" in task.text] == ["Ring the otter"]

        page.goto(f"{place.base_url}/calendar?part=Your+tasks")  # and in what opens over a page
        page.get_by_role("button", name="Another date").click()
        page.get_by_label("Due on").fill("in a week")
        page.get_by_label("Due on").press("Tab")
        expect(page.get_by_text("Monday 30 November 2026")).to_be_visible()
        page.get_by_role("button", name="Move it").evaluate(FRANTIC)
        expect(page.get_by_text("due 30 Nov 2026, OKF-1")).to_be_visible(timeout=20_000)
        settled(page)
        assert [one.facts["due_on"] for one in world.events() if one.facts.get("did") == "moved"] == ["2026-11-30"]


def test_the_address_of_a_download_is_refused_to_whoever_has_no_session(place: Served, chromium: Browser) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/media/" in request.url:
            asked.append(request.url)

    with signed_in(chromium, place, "worker", at="case?case=OKF-1") as worker:
        page = worker.pages[0]
        worker.on("request", note)
        with page.expect_download() as download:
            page.get_by_role("button", name="heron.txt").click()
        assert download.value.path().read_bytes() == b"a heron on paper\n"

        addresses = {url for url in (*asked, download.value.url) if "/media/" in url}
        assert addresses
        for address in addresses:
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(address, timeout=10)
            refused.value.close()
            assert refused.value.code == 401


def test_C5_a_file_is_decided_when_it_is_fetched_and_by_whom_is_on_record(place: Served) -> None:
    world = World(place.store)
    world.caseworker("second")
    grant = world.grant("second", "OKF-1", ref="G-second", compartments=["sole:party_a"])
    set_password(world.host(), "second", PASSWORD)
    with Wire(place, cookie_of(place, "second")) as wire:
        wire.run(page_name="case", query_string="case=OKF-1")
        file_id = wire.download_button("heron").deferred_file_id
        assert wire.fetched(file_id).deferred_file.url.startswith("/media/")
        world.revoke(grant)

        answer = wire.fetched(file_id)

    assert not answer.HasField("deferred_file")
    assert answer.error_msg.startswith("There is no file")
    events = [(one.action, one.outcome) for one in world.events(actor="second")[-2:]]
    assert events == [(Action.READ_RECORD, Outcome.ALLOW), (Action.READ_RECORD, Outcome.DENY)]


def test_a_day_that_is_pasted_is_said_back_to_all_and_one_that_is_wrong_is_not_sent(
    place: Served, chromium: Browser
) -> None:
    world = World(place.store)
    with signed_in(chromium, place, "worker", at="case?case=OKF-1&part=Tasks") as worker:
        page = worker.pages[0]
        page.get_by_label("What is to be done (name nobody)").fill("Ring the school")
        part = page.get_by_role("combobox", name="Whose part of the case").first
        expect(part).to_have_accessible_description(re.compile("only to somebody who may read this part"))
        part.evaluate("field => field.removeAttribute('aria-describedby')")  # as its own library may, a moment later
        expect(part).to_have_accessible_description(re.compile("only to somebody who may read this part"))
        day = page.get_by_role("textbox", name="Due on")
        expect(day).to_have_attribute("autocomplete", "off")
        day.select_text()
        page.keyboard.insert_text("3/3/27")
        day.press("Tab")
        expect(day).to_have_accessible_description("Wednesday 3 March 2027")

        day.fill("31/2")
        page.get_by_role("button", name="Add the task").click()
        expect(page.get_by_text("Due on: no calendar has this day")).to_be_visible()
        expect(day).to_have_attribute("aria-invalid", "true")
        expect(day).to_have_accessible_description(re.compile("No calendar has this day"))
        day.fill("3/3/27")
        page.get_by_role("button", name="Add the task").click()

        expect(page.get_by_text("The task is on the case.")).to_be_visible(timeout=20_000)
        assert [one.due_on for one in world.all(Task) if "otter" not in one.text] == [date(2027, 3, 3)]

        expect(page.get_by_label("What is to be done")).to_have_value("")  # the next one begins empty
        # What was said goes at the next run, and nothing that stands below it closes.
        page.get_by_text("Make an appointment").click()
        page.get_by_label("What for").fill("A talk")
        page.get_by_label("What for").press("Tab")
        expect(page.get_by_text("The task is on the case.")).to_have_count(0)
        settled(page)
        expect(page.get_by_label("What for")).to_be_visible()


def test_a_form_waits_for_a_file_that_its_browser_refused(place: Served, chromium: Browser, tmp_path: Path) -> None:
    vast = tmp_path / "film.png"
    vast.touch()
    os.truncate(vast, 22 << 20)
    world = World(place.store)
    with signed_in(chromium, place, "worker", at="raise_concern") as worker:
        page = worker.pages[0]
        page.get_by_text("Within two working days").click()
        page.get_by_label("What was seen or said, in the words that were used").fill(HERON)
        page.get_by_text("Photographs and files").first.click()
        page.locator("input[type=file]").set_input_files(vast)
        expect(page.get_by_text("it is larger than 20 MB, or did not arrive")).to_be_visible(timeout=20_000)

        page.get_by_role("button", name="Raise concern").click()
        expect(page.get_by_text("Everything that you typed is still here")).to_be_visible(timeout=20_000)
        assert world.count(Concern) == 0

        page.get_by_text("Go on without what can't be kept").click()
        page.get_by_role("button", name="Raise concern").click()
        expect(page.get_by_text("is on record since")).to_be_visible(timeout=20_000)
        assert world.count(Concern) == 1
