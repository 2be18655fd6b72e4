"""Words that are typed while the line is lost, or when the session times out, stay in their window (C9)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, WebSocketRoute, expect

from okf.people.commands.accounts import set_password
from okf.store.models import Concern, Draft
from tests.browser import PASSWORD, Served, axe_violations, copy_of, own_menu, serving, signed_in
from tests.people.test_routes import idle_for
from tests.people.test_tabs_browser import IN_SIGHT, let_in
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]
expect.set_options(timeout=20_000)
NOT_SENT = "NOT sent. Keep writing: your words stay in this window."
PHONE = (390, 844)
HELD = "Object.values(sessionStorage).join()"


@pytest.fixture(scope="module")
def served(template_file: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A charity with a lead, and two who raise concerns."""
    folder = tmp_path_factory.mktemp("not-sent")
    with serving(copy_of(template_file, folder), folder) as running:
        world = World(running.store, now=datetime.now(UTC))
        world.manager()
        world.dsl(name="Dana Lead")
        for name in ("volunteer", "other", "third"):
            world.person(name)
            set_password(running.host, name, PASSWORD)
        yield running


class Line:
    """The line between a page and its server, which can be lost."""

    def __init__(self, page: Page) -> None:
        self._up, self._sockets, self._page = True, list[WebSocketRoute](), page
        page.route_web_socket("**/_stcore/stream", self._opened)
        page.route("**/_stcore/*", lambda route: route.continue_() if self._up else route.abort())

    def lose(self) -> None:
        """Lose it, as a train does in a tunnel."""
        self._up = False
        while self._sockets:
            self._sockets.pop().close()

    def find(self) -> None:
        """Have it back."""
        self._up = True

    def _opened(self, socket: WebSocketRoute) -> None:
        if self._up:
            socket.connect_to_server()
            self._sockets.append(socket)
        else:
            socket.close()


def account(page: Page) -> Locator:
    return page.get_by_label("What was seen or said, in the words that were used")


def typed(page: Page, words: str) -> None:
    """Type at the end of the account, without waiting for what the page does meanwhile."""
    page.keyboard.type(words)


def drafted(world: World, who: str) -> str:
    return " ".join(draft.words for draft in world.all(Draft) if draft.person == who)


def waited_for(page: Page, world: World, who: str, words: str) -> None:
    """Wait until the draft on file holds these words."""
    for _ in range(400):
        if words in drafted(world, who):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"the draft never held {words!r}")


def let_go_of(page: Page, words: str) -> None:
    """Wait until the tab holds these words no more."""
    for _ in range(400):
        if words not in page.evaluate(HELD):
            return
        page.wait_for_timeout(50)
    raise AssertionError(page.evaluate(HELD))


def test_C9_words_typed_while_the_line_is_lost_stay_and_are_kept_when_it_is_back(
    served: Served, chromium: Browser, tmp_path: Path
) -> None:
    world = World(served.store)
    with signed_in(chromium, served, "volunteer", viewport=PHONE) as volunteer:
        page = volunteer.pages[0]
        line = Line(page)
        page.goto(f"{served.base_url}/raise_concern")
        photographs = page.locator("input[type=file]")  # no kind is named, so that a telephone offers its camera too
        assert photographs.evaluate("one => [one.multiple, one.accept, one.hasAttribute('capture')]") == [
            True,
            "",
            False,
        ]
        account(page).click()
        typed(page, "Kestrel said ")
        waited_for(page, world, "volunteer", "Kestrel said")
        expect(page.get_by_text(NOT_SENT)).to_be_hidden()

        line.lose()
        expect(page.get_by_text(NOT_SENT)).to_be_visible()
        page.get_by_role("alert").filter(has_text=NOT_SENT).get_by_role("link", name="999").hover(
            trial=True
        )  # nothing covers it
        typed(page, "it hurts.")  # where the caret stood, with nothing pressed before

        expect(account(page)).to_have_value("Kestrel said it hurts.")
        page.screenshot(path=tmp_path / "lost.png")
        assert axe_violations(volunteer, but=("color-contrast",)) == []  # Streamlit greys what waits for the server

        line.find()
        waited_for(page, world, "volunteer", "Kestrel said it hurts.")
        expect(page.get_by_text(NOT_SENT)).to_be_hidden()
        expect(account(page)).to_have_value("Kestrel said it hurts.")
        let_go_of(page, "Kestrel")

        raise_it = page.get_by_role("button", name="Raise concern")
        line.lose()
        expect(page.get_by_text(NOT_SENT)).to_be_visible()
        raise_it.scroll_into_view_if_needed()
        at = raise_it.bounding_box()
        assert at is not None
        page.mouse.click(at["x"] + 20, at["y"] + 10)
        line.find()
        expect(page.get_by_text("NOT sent yet: press Raise concern again.")).to_be_visible()
        assert world.count(Concern) == 0
        raise_it.click()
        expect(page.get_by_text("NOT sent yet: press Raise concern again.")).to_be_hidden()


def test_C9_after_a_time_out_the_form_stays_and_stands_open_again_with_the_last_key_stroke(
    served: Served, chromium: Browser, tmp_path: Path
) -> None:
    world = World(served.store)
    with signed_in(chromium, served, "other", at="raise_concern", viewport=PHONE) as other:
        page = other.pages[0]
        account(page).click()
        typed(page, "Pelican fell")
        waited_for(page, world, "other", "Pelican fell")
        idle_for(served, "other", timedelta(minutes=16))

        page.evaluate(IN_SIGHT)
        expect(page.get_by_text(NOT_SENT)).to_be_visible()
        typed(page, " down the stairs")
        page.get_by_role("heading", name="Raise a concern").click()  # the field is left, and the form still stands
        account(page).click()
        typed(page, ", he said!")
        expect(account(page)).to_have_value("Pelican fell down the stairs, he said!")
        page.screenshot(path=tmp_path / "timed-out.png")

        page.get_by_role("button", name="Sign in again").click()
        expect(page.get_by_text("NOT sent.")).to_be_visible()
        page.screenshot(path=tmp_path / "door.png")
        page.get_by_label("Username", exact=True).fill("other")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()

        expect(account(page)).to_have_value("Pelican fell down the stairs, he said!")
        waited_for(page, world, "other", "Pelican fell down the stairs, he said!")
        let_go_of(page, "Pelican")


def test_C9_what_a_tab_holds_is_gone_when_somebody_else_signs_in(served: Served, chromium: Browser) -> None:
    with signed_in(chromium, served, "third", at="raise_concern") as third:
        page = third.pages[0]
        account(page).click()
        idle_for(served, "third", timedelta(minutes=16))
        typed(page, "Bittern cried")
        page.evaluate(IN_SIGHT)
        expect(page.get_by_text(NOT_SENT)).to_be_visible()
        assert "Bittern" in page.evaluate(HELD)

        let_in(page, served, "volunteer")

        expect(page.get_by_text(NOT_SENT)).to_be_hidden()  # the tab hears of it, and is loaded anew
        expect(own_menu(page)).to_be_visible()
        let_go_of(page, "Bittern")
        expect(account(page)).not_to_have_value("Bittern cried")
