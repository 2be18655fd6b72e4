"""A concern raised at 390 px without a mouse, over a closed browser; nobody else's browser gets a word of it (C9)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from okf.people.commands.accounts import set_password
from okf.store.models import Concern, ConcernMark, ConcernVoice, Draft
from okf.terms import Role, Severity
from okf.terms.body import BodyRegion, BodySide, MarkKind
from tests.browser import PASSWORD, Served, axe_violations, copy_of, serving, signed_in
from tests.cases.test_family_journey import Sent
from tests.settled import settled
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]
expect.set_options(timeout=20_000)

PHONE = (390, 844)
MARKED = {
    "What was seen or said": "Kestrel said it hurts.",
    "Who is it about?": "Robin Marzipan, Dev Uty",
    "Who saw or said it?": "Pelican his sister",
    "Where?": "By the Walnut gate",
    "When, in words": "After the Saffron lesson",
    "What has been done already?": "Rang the Juniper school",
    "The child's own words": "The Cobalt door did it",
    "What you think about it": "I think of the Umber uncle",
    "Size": "3 Lapwing wide",
    "Colour": "Vermilion edge",
    "What it looks like": "As a Bittern would grip",
}


@pytest.fixture(scope="module")
def served(template_file: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A charity with leads, whom the concern will be about among them, and two who are neither."""
    folder = tmp_path_factory.mktemp("raised")
    with serving(copy_of(template_file, folder), folder) as running:
        world = World(running.store, now=datetime.now(UTC))
        world.manager()
        world.dsl(name="Dana Lead")
        world.person("deputy", name="Dev Uty", roles=[Role.DEPUTY_DSL])
        world.volunteer(signed=None)
        world.volunteer("other")
        for name in ("manager", "dsl", "deputy", "volunteer", "other"):
            set_password(running.host, name, PASSWORD)
        yield running


def tab_to(page: Page, named: str) -> None:
    """Press Tab until the focus is where a screen reader says this."""
    said = """() => {
      const one = document.activeElement
      const labels = [...(one.labels || [])].map(label => label.innerText)
      const own = one.matches('a, button, summary') ? one.innerText : ''  // not the page, which scrolls by keyboard
      return [one.getAttribute('aria-label'), ...labels, own].filter(Boolean).join(' ')
    }"""
    for _ in range(90):
        if named in page.evaluate(said):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard never came to {named!r}")


def type_into(page: Page, label: str) -> None:
    settled(page)
    tab_to(page, label)
    page.keyboard.type(MARKED[label])
    page.keyboard.press("Tab")
    settled(page)


def choose(page: Page, label: str, typed: str) -> None:
    settled(page)
    tab_to(page, label)
    page.keyboard.type(typed)
    expect(page.get_by_role("option", name=typed).first).to_be_visible()
    page.keyboard.press("Enter")
    settled(page)


def press(page: Page, label: str, key: str = "Enter") -> None:
    settled(page)
    tab_to(page, label)
    page.keyboard.press(key)
    settled(page)


def draft_of(world: World) -> str:
    return " ".join(draft.words for draft in world.all(Draft))


def test_C9_a_volunteer_raises_one_by_keyboard_on_a_phone_over_a_closed_browser(served: Served, chromium: Browser):
    world = World(served.store)
    with signed_in(chromium, served, "volunteer", viewport=PHONE) as first:
        page = first.pages[0]
        press(page, "Raise a concern")  # one step from Today, at the head of the page
        expect(page.get_by_role("heading", name="Raise a concern")).to_be_visible()
        press(page, "Somebody is in immediate danger now", "ArrowDown")  # on to the next one
        for label in ("What was seen or said", "Who is it about?"):
            type_into(page, label)
        press(page, "It is about somebody who works with OKF", "Space")
        press(page, "If you know it")
        for label in ("Who saw or said it?", "Where?", "When, in words", "What has been done already?"):
            type_into(page, label)
        choose(page, "The child's voice", "What the child said")
        for label in ("The child's own words", "What you think about it"):
            type_into(page, label)
        press(page, "Body map")
        choose(page, "Part of the body", "Left upper arm")
        choose(page, "What the mark is", "Bruise")
        for label in ("Size", "Colour", "What it looks like"):
            type_into(page, label)
        press(page, "Put this mark on the map")
        expect(page.get_by_text("1. Left upper arm, front: bruise")).to_be_visible()
        assert axe_violations(first) == []

    assert world.count(Concern) == 0
    assert not [words for words in MARKED.values() if words not in draft_of(world)]

    with signed_in(chromium, served, "volunteer", at="raise_concern", viewport=PHONE) as again:
        page = again.pages[0]
        account = page.get_by_role("textbox", name="What was seen or said, in the words that were used")
        expect(account).to_have_value(MARKED["What was seen or said"])
        expect(page.get_by_text("1. Left upper arm, front: bruise")).to_be_visible()
        press(page, "Raise concern")
        expect(page.get_by_text("is on record since")).to_be_visible()

    [concern], [mark], [voice] = world.all(Concern), world.all(ConcernMark), world.all(ConcernVoice)
    assert (concern.severity, concern.account) == (Severity.HIGH, MARKED["What was seen or said"])
    assert (mark.side, mark.region, mark.kind) == (BodySide.FRONT, BodyRegion.LEFT_UPPER_ARM, MarkKind.BRUISE)
    assert (mark.words, voice.words) == (MARKED["What it looks like"], MARKED["The child's own words"])
    assert draft_of(world) == ""

    for who in ("deputy", "manager", "other"):  # the deputy is one of those whom it is about
        with signed_in(chromium, served, who) as context:
            page = context.pages[0]
            sent = Sent(page)
            for at in ("", "concerns", f"concern?ref={concern.ref}", "raise_concern", "record", "mail"):
                page.goto(f"{served.base_url}/{at}")
                settled(page)
            assert sent.frames
            assert not [words for words in MARKED.values() if sent.holds(words)], who

    with signed_in(chromium, served, "dsl", at=f"concern?ref={concern.ref}") as context:
        page = context.pages[0]
        expect(page.get_by_role("heading", name="Body map")).to_be_visible()
        settled(page)
        told = page.locator("[data-testid=stMain]").inner_text()
        assert not [words for words in MARKED.values() if words not in told]
        assert axe_violations(context) == []
